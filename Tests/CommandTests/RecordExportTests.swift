import Foundation
import Testing

/// The records of other systems come back as evidence.
struct RecordExportTests {
    private let program = Program()

    private func ingest(_ lines: [String], as name: String, source: String) throws {
        let path = program.write(name, lines.map { $0 + "\n" }.joined())
        let run = try program.run("ingest", "-q", "--source", source, path)
        #expect(run.status == 0, "\(run.errors)")
    }

    private static let sshd = [
        "2026-04-26T00:11:41.212Z web1 sshd[811]: Accepted publickey for maria from 203.0.113.7 port 52000 ssh2",
        "2026-04-26T00:12:41.212Z web1 CRON[5]: (root) CMD (true)",
        "2026-04-26T00:13:41.212Z web1 sshd[812]: message repeated 3 times: [ Failed password for root from "
            + "198.51.100.23 port 1 ssh2]",
    ]
    private static let own =
        #"{"ts":"2026-04-26T00:10:00Z","event":"used","token_id":"tok_1","principal":"partner:acme"}"#

    @Test func `each record of an event comes back once, as it was, in the order of time`() throws {
        try ingest(Self.sshd, as: "auth.log", source: "sshd")
        let all = try program.run("export", "--raw")
        #expect(all.status == 0 && all.errors == "")
        #expect(all.output == Self.sshd[0] + "\n" + Self.sshd[2] + "\n")
        #expect(try program.run("export", "--raw", "--event", "failed").output == Self.sshd[2] + "\n")
        #expect(try program.run("export", "--raw", "--principal", "maria").output == Self.sshd[0] + "\n")
    }

    @Test func `events of our own format have no record, which is said`() throws {
        try ingest(Self.sshd, as: "auth.log", source: "sshd")
        try ingest([Self.own], as: "own.ndjson", source: "native")
        let run = try program.run("export", "--raw")
        #expect(run.status == 0 && run.output.split(separator: "\n").count == 2)
        #expect(run.errors.contains("1 of the events were read in our own format and have no record"))
        #expect(try program.run("export", "--raw", "-q").errors == "")
    }

    @Test func `what makes no sense beside it is refused`() throws {
        try ingest(Self.sshd, as: "auth.log", source: "sshd")
        for other in ["--lines", "--with-source", "--format=csv", "dashboard"] {
            let run = try program.run("export", "--raw", other)
            #expect(run.status == 64 && run.errors.contains("--raw writes the records of other systems"), "\(other)")
        }
        #expect(try program.run("export", "--lines").errors.contains("authtrail export --raw gives the records"))
    }
}
