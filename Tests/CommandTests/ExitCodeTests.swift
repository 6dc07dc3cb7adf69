import Console
import Foundation
import Testing

struct ExitCodeTests {
    let program = Program()

    @Test func `a missing file is 65 and named`() throws {
        let run = try program.run("ingest", "absent.ndjson")
        #expect(run.status == 65)
        #expect(run.errors == "authtrail: cannot read absent.ndjson: there is no such file; check the path\n")
        #expect(run.output == "")
        #expect(!FileManager.default.fileExists(atPath: program.folder + "/trail"))
    }

    @Test func `an option before the command is told where it belongs`() throws {
        let run = try program.run("--trail", "x", "status")
        #expect(run.status == 64 && run.errors.contains("options stand behind the command: authtrail status --trail"))
    }

    @Test func `a file that cannot be read is 74`() throws {
        // A regular file whose reading fails with an I/O error for everybody, root included.
        let run = try program.run("ingest", "/proc/self/mem", "--quiet")
        #expect(run.status == 74)
        #expect(run.errors.contains("mem"))
    }

    @Test func `a trail that cannot be made is 73`() throws {
        let file = program.write("plain", "")
        let log = program.write("a.ndjson", threeLines)
        let run = try program.run("ingest", log, "--trail", file + "/trail")
        #expect(run.status == 73)
        #expect(run.errors == "authtrail: cannot create the folder \(file)/trail: a part of the path is not a folder\n")
    }

    @Test func `a second writer is 75 within a second and changes nothing`() throws {
        // The first one waits for its standard input, which stays open until the file `go` is there.
        let log = program.write("a.ndjson", threeLines)
        let run = try program.shell(
            """
            (while [ ! -e go ]; do sleep 0.05; done) | "$AUTHTRAIL" ingest - --quiet > first.out &
            while [ ! -e trail/catalog.sqlite ]; do sleep 0.05; done
            sleep 0.3
            "$AUTHTRAIL" ingest '\(log)'; status=$?
            touch go; wait
            exit $status
            """)
        #expect(run.status == 75)
        #expect(run.errors.contains("another authtrail (process "))
        let after = try program.json("status")
        #expect(after["events"]?.integer == 0)
    }

    @Test(arguments: [
        ["nonsense"], ["ingest"], ["detect", "--as-of", "yesterday"], ["detect", "--fail-on", "awful"],
        ["report", "no-such-report"], ["export", "dashboard", "--format", "csv"], ["detect", "no-such-detector"],
        ["report", "failed-by-ip", "--set", "window=soon"], ["report", "failed-by-ip", "--set", "nothing=1"],
        ["query", "DELETE FROM tokens"], ["query", "SELEC 1"], ["query", "ATTACH '/tmp/x.db' AS x"],
        ["export", "--event", "stolen"],
    ]) func `wrong usage is 64 and says what is right`(arguments: [String]) throws {
        _ = try program.run("ingest", program.write("a.ndjson", threeLines), "--quiet")
        let run = try program.run(arguments)
        #expect(run.status == 64, "\(run.errors)")
        #expect(!run.errors.isEmpty)
        #expect(run.output == "")
    }

    @Test func `a trail that is not there is 65, for every command that reads one`() throws {
        for arguments in [
            ["detect"], ["status"], ["verify"], ["export"], ["query", "SELECT 1"], ["report", "principals"],
        ] {
            let run = try program.run(arguments)
            #expect(run.status == 65, "\(arguments)")
            #expect(run.errors.contains("run authtrail ingest first"))
        }
    }

    @Test func `a broken pipe is no error`() throws {
        let lines = (0..<20_000).map {
            "{\"ts\":\"2026-05-01T10:00:00.\($0 % 1000 + 1000)Z\",\"event\":\"used\",\"token_id\":\"t\($0)\"}\n"
        }
        _ = try program.run("ingest", program.write("a.ndjson", lines.joined()), "--quiet")
        for command in ["export", "query 'SELECT * FROM events'", "query 'SELECT * FROM events' --format json"] {
            let run = try program.shell("\"$AUTHTRAIL\" \(command) | head -1; echo ${PIPESTATUS[0]}")
            #expect(run.output.hasSuffix("\n0\n"), "\(command): \(run.output)")
            #expect(run.errors == "")
        }
    }

    @Test func `a full disk under the output is 74`() throws {
        _ = try program.run("ingest", program.write("a.ndjson", threeLines), "--quiet")
        let run = try program.shell("\"$AUTHTRAIL\" export > /dev/full; echo $?")
        #expect(run.output == "74\n")
        #expect(run.errors.contains("standard output"))
    }

    @Test func `damage makes verify end with 1 and is named`() throws {
        _ = try program.run("ingest", program.write("a.ndjson", threeLines), "--quiet")
        #expect(
            try program.run("verify").output
                == "ok  1 segments, 2 events, \(size()): all whole, and equal to the catalog\n")
        _ = try program.shell("printf X | dd of=$(find trail -name '*.parquet') bs=1 seek=200 conv=notrunc status=none")
        let run = try program.run("verify", "--format", "json", "--quiet")
        #expect(run.status == 1)
        let report = try JSONParser.parse(run.output)
        #expect(report["ok"]?.boolean == false)
        #expect(report["problems"]?[0]?["name"]?.text == "segments/month=2026-05/00000001.parquet")
    }

    private func size() throws -> String {
        Human.bytes(try #require(try program.json("status")["segment_bytes"]?.integer))
    }
}
