import Foundation
import Testing

/// `ingest --keep fields`, as whoever types it meets it.
struct KeepFieldsTests {
    private let program = Program()

    private static let lines = [
        "2026-04-26T00:11:41.212Z web1 sshd[811]: Accepted publickey for maria from 203.0.113.7 port 52000 ssh2",
        "2026-04-26T00:13:41.212Z web1 sshd[812]: Failed password for root from 198.51.100.23 port 1 ssh2",
    ]
    private static let own =
        #"{"ts":"2026-04-26T00:10:00Z","event":"used","token_id":"tok_1","principal":"partner:acme"}"#

    private func write(_ name: String, _ lines: [String]) -> String {
        program.write(name, lines.map { $0 + "\n" }.joined())
    }

    @Test func `export --raw says what is not there and why, and fails, also with -q`() throws {
        let (first, second) = (write("a.log", [Self.lines[0]]), write("b.log", [Self.lines[1]]))
        #expect(try program.run("ingest", "-q", "--keep", "fields", first).status == 0)
        #expect(try program.run("ingest", "-q", "--keep", "record", second).status == 0)
        for words in [["export", "--raw"], ["export", "--raw", "-q"]] {
            let run = try program.run(words)
            #expect(run.status == 65 && run.output == Self.lines[1] + "\n")
            #expect(
                run.errors.contains(
                    "the records of 1 of the events are not there: they were ingested with --keep fields"))
        }
        let kept = try program.run("export", "--raw", "--principal", "root")
        #expect(kept.status == 0 && kept.errors == "" && kept.output == Self.lines[1] + "\n")
        #expect(try program.run("export", "--principal", "maria").output.contains(#""token_id":"session:web1/811""#))
        #expect(try program.run("verify").status == 0)
        #expect(try program.run("compact", "--all").status == 0)
        #expect(try program.run("explain", "--token", "session:web1/811").status == 0)
        #expect(try program.run("verify").status == 0)
    }

    @Test func `lines of our own format are kept, which is said or refused`() throws {
        let log = write("own.ndjson", [Self.own])
        let refused = try program.run("ingest", "--source", "native", "--keep", "fields", log)
        #expect(refused.status == 64 && refused.errors.contains("lines of our own format are always kept"))
        let run = try program.run("ingest", "--keep", "fields", log)
        #expect(run.status == 0 && run.errors.contains("--keep fields changes nothing for logs of our own format"))
        #expect(try program.run("export", "--lines").output == Self.own + "\n")
        let raw = try program.run("export", "--raw")
        #expect(raw.status == 0 && raw.errors.contains("1 of the events were read in our own format"))
    }

    @Test func `a line of our own format that stands by itself is no record of another system`() throws {
        // A time finer than a microsecond: no shape says such a line.
        let odd = #"{"ts":"2026-04-26T00:10:00.123456789Z","event":"used","token_id":"tok_1"}"#
        _ = try program.run("ingest", "-q", write("own.ndjson", [odd]))
        let raw = try program.run("export", "--raw")
        #expect(raw.status == 0 && raw.output == "")
    }

    @Test func `what and how long are told apart, and nonsense is refused`() throws {
        let log = write("a.log", Self.lines)
        for (words, says) in [
            (["--keep", "raw"], "says neither what is kept (record or fields) nor how long"),
            (["--keep", "400d"], "--keep of a duration belongs to --follow"),
            (["--keep", "fields", "--keep", "record"], "--keep says the same twice"),
            (["--follow", "--keep", "1h", "--keep", "fields"], "--keep of less than a day"),
        ] {
            let run = try program.run(["ingest"] + words + [log])
            #expect(run.status == 64 && run.errors.contains(says), "\(words) \(run.errors)")
        }
    }
}
