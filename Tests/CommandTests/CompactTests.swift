import Console
import Foundation
import Testing

/// `compact` as a process beside others.
struct CompactTests {
    let program = Program()

    /// A log that was read in so many runs.
    private func grow(_ runs: Int, lines: Int = 20, months: Int = 1) throws {
        var text = ""
        for run in 0..<runs {
            for line in 0..<lines {
                let second = String(format: "%02d:%02d", run % 60, line % 60)
                text +=
                    #"{"ts":"2026-0\#(run % months + 1)-05T10:\#(second)Z","event":"used","token_id":"t\#(line)"}"#
                    + "\n"
            }
            try program.run("ingest", "-q", program.write("a.ndjson", text))
        }
    }

    @Test func `it merges what is worth it, says so, and the log still comes back`() throws {
        try grow(16)
        let first = try program.json("compact")
        #expect(first["merges"]?.integer == 1)
        #expect(first["merged_segments"]?.integer == 16)
        #expect(first["merged_events"]?.integer == 320)
        #expect(first["segments"]?.integer == 1)
        #expect(first["files_removed"]?.integer == 16)
        #expect(first["files_waiting"]?.integer == 0)
        let again = try program.json("compact", "--all")
        #expect(again["merges"]?.integer == 0)
        #expect(try program.shell("\"$AUTHTRAIL\" export --lines | cmp - a.ndjson").status == 0)
        #expect(try program.run("verify", "-q").status == 0)
        #expect(try program.run("compact", "-q").output == "")
    }

    @Test func `a trail that is not there is 65 and not made, one that is being written to is 75`() throws {
        let absent = try program.run("compact")
        #expect(absent.status == 65)
        #expect(absent.errors.contains("run authtrail ingest first"))
        #expect(!FileManager.default.fileExists(atPath: program.folder + "/trail"))
        try grow(1)
        let busy = try program.shell(
            """
            (while [ ! -e go ]; do sleep 0.05; done) | "$AUTHTRAIL" ingest - --quiet &
            sleep 0.5
            "$AUTHTRAIL" compact; status=$?
            touch go; wait
            exit $status
            """)
        #expect(busy.status == 75)
        #expect(busy.errors.contains("another authtrail (process "))
    }

    @Test func `readers that ask again and again during merges always get the same count`() throws {
        try grow(90, months: 9)
        let run = try program.shell(
            """
            ask() { while [ ! -e done ]; do "$AUTHTRAIL" query 'SELECT count(*) AS n FROM events' --format csv | tail -1; done; }
            ask > one & ask > two &
            sleep 0.2
            "$AUTHTRAIL" compact --format json > report || exit 1
            sleep 0.2
            touch done; wait
            sort -u one two
            wc -l < one
            """)
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.first == "1800")
        #expect(lines.count == 2 && Int(lines[1].trimmingCharacters(in: .whitespaces)) ?? 0 > 3, "\(run.output)")
        #expect(run.errors == "")
        let report = try JSONParser.parse(String(contentsOfFile: program.folder + "/report", encoding: .utf8))
        #expect(report["merges"]?.integer == 9)
        #expect(try program.json("status")["events"]?.integer == 1800)
    }

    @Test func `a trail with more segments than a process may open files is merged and given back`() throws {
        try grow(70, lines: 3, months: 3)
        #expect(try program.json("status")["segments"]?.integer == 70)
        let run = try program.shell(
            """
            ulimit -n 32
            "$AUTHTRAIL" export --lines | cmp - a.ndjson && "$AUTHTRAIL" verify -q && "$AUTHTRAIL" compact --all -q &&
            "$AUTHTRAIL" export --lines | cmp - a.ndjson
            """)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(try program.json("status")["segments"]?.integer == 3)
    }
}
