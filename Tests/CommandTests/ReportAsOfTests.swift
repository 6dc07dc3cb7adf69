import Console
import Foundation
import Testing

/// What a report said at an earlier time.
struct ReportAsOfTests {
    let program = Program()

    /// A log to its end, and the same log as it stood at noon of 1 May.
    private func ingest() throws {
        let lines =
            (0..<60).map { number in
                let day = String(format: "2026-%02d-%02d", number < 30 ? 4 : 5, number % 30 + 1)
                return
                    #"{"ts":"\#(day)T11:00:00Z","event":"failed","reason":"r\#(number % 3)","presented":"p\#(number)","ip":"203.0.113.9"}"#
            } + [
                #"{"ts":"2026-01-01T00:00:00Z","event":"used","token_id":"t"}"#,
                #"{"ts":"2026-04-30T20:00:00Z","event":"used","token_id":"t"}"#,
            ]
        let early = lines.filter { $0.contains("2026-01") || $0.contains("2026-04") || $0.contains("2026-05-01") }
        #expect(
            try program.run("ingest", program.write("all.log", lines.joined(separator: "\n") + "\n"), "-q").status == 0)
        let then = program.write("then.log", early.joined(separator: "\n") + "\n")
        #expect(try program.run("ingest", then, "-q", "--trail", program.folder + "/then").status == 0)
    }

    @Test(arguments: [
        ["failed-by-ip", "--set", "min_failures=1"], ["failures-by-reason"],
        ["failures-by-reason", "--set", "since=7d"],
        ["dormant-tokens"], ["dormant-tokens-gap"],
    ]) func `as of a time a report says what the log said then`(report: [String]) throws {
        try ingest()
        let now = try program.run(["report"] + report + ["--as-of", "2026-05-01T12:00:00Z", "--format", "csv"])
        let then = try program.run(
            ["report"] + report + [
                "--as-of", "2026-05-01T12:00:00Z", "--format", "csv", "--trail", program.folder + "/then",
            ])
        #expect(now.status == 0 && now.output == then.output)
        #expect(now.output.split(separator: "\n").count > 1)
        #expect(try program.run(["report"] + report + ["--format", "csv"]).output != now.output)
    }

    @Test(arguments: [
        ("2025-01-01", "the log begins later, at 2026-01-01T00:00:00Z: there was nothing to look at"),
        ("2026-12-01", "the newest event is of 2026-05-30T11:00:00Z; behind it there was nothing to look at"),
    ]) func `a report without rows says whether there was anything to look at`(time: String, remark: String) throws {
        try ingest()
        let run = try program.run("report", "dormant-tokens-gap", "--as-of", time)
        #expect(run.status == 0 && run.output.hasSuffix("no rows\n"))
        #expect(run.errors == "authtrail: \(remark)\n")
    }

    @Test func `a report that shows the first rows only says so`() throws {
        try ingest()
        let log = program.write(
            "more.log",
            (0..<40).map {
                #"{"ts":"2026-05-02T00:00:00Z","event":"used","token_id":"t\#($0)","principal":"p\#($0)"}"# + "\n"
            }.joined())
        #expect(try program.run("ingest", log, "-q").status == 0)
        let cut = try program.run("report", "principals", "--set", "limit=10", "--format", "json")
        #expect(try JSONParser.parse(cut.output)["limit_reached"]?.json() == "true")
        #expect(cut.errors == "authtrail: these are the first 10 rows, and there may be more: --set limit=100\n")
        let all = try program.run("report", "principals", "--format", "json")
        #expect(try JSONParser.parse(all.output)["limit_reached"]?.json() == "false" && all.errors == "")
    }

    @Test func `what counts whole days wants one, and what is known now is refused`() throws {
        try ingest()
        let days = try program.run("report", "events-by-day", "--as-of", "2026-05-01", "--format", "csv")
        #expect(days.status == 0 && days.output.hasSuffix("2026-04-30,2,1,1,0,0,0,0\n"))
        let noon = try program.run("report", "events-by-day", "--as-of", "2026-05-01T12:00:00Z")
        #expect(noon.status == 64 && noon.errors.contains("2026-05-01"))
        for report in ["principals", "token-activity", "quarantine"] {
            let run = try program.run("report", report, "--as-of", "2026-05-01")
            #expect(run.status == 64 && run.errors.contains("what is known now"))
        }
        #expect(
            try program.run("report", "failed-by-ip", "--as-of", "2026-05-01", "--set", "until=2026-05-02").status == 64
        )
    }
}
