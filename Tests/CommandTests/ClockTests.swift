import Console
import Foundation
import Testing

/// Hosts whose clocks are wrong: nothing hides behind one, and one moves no beginning.
struct ClockTests {
    let program = Program()

    /// A use every four hours for 200 days up to now, then what else the log holds.
    private func ingest(_ others: [String]) throws {
        let now = Date()
        var lines = stride(from: 200 * 24, to: 0, by: -4).map { hours in
            #"{"ts":"\#(text(now.addingTimeInterval(-3600 * Double(hours))))","event":"used","token_id":"tok_n","ip":"192.0.2.1"}"#
        }
        lines += others
        #expect(
            try program.run("ingest", program.write("c.log", lines.joined(separator: "\n") + "\n"), "-q").status == 0)
    }

    private func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// Sixty guesses in five minutes, a year from now.
    private var attackAhead: [String] {
        let begin = Date().addingTimeInterval(365 * 86_400)
        return (0..<60).map { number in
            let time = text(begin.addingTimeInterval(5 * Double(number)))
            return
                #"{"ts":"\#(time)","event":"failed","reason":"hash_mismatch","presented":"p\#(number)","ip":"203.0.113.9"}"#
        }
    }

    private func classes(_ arguments: String...) throws -> [String] {
        let run = try program.run(["detect"] + arguments + ["--format", "json"])
        return try JSONParser.parse(run.output)["findings"]?.elements?.compactMap { $0["class"]?.text }.sorted() ?? []
    }

    @Test func `an attack that is dated ahead is found, and the wrong clock is told beside it, once by a job`() throws {
        try ingest(attackAhead)
        #expect(try classes("failed-verification-by-ip", "clock-ahead") == ["clock_ahead", "credential_stuffing"])
        let findings = try program.json("detect", "failed-verification-by-ip")["findings"]
        #expect(findings?[0]?["context"]?["clock_ahead"]?.json() == "true")
        let first = try program.run("detect", "--new", "-q")
        #expect(first.output.contains("203.0.113.9") && first.output.contains("dated ahead of the clock"))
        #expect(try program.run("detect", "--new", "-q").output == "")
        // What is looked at as of an earlier time knows of no wrong clock.
        #expect(try classes("--as-of", "2026-01-01", "failed-verification-by-ip", "clock-ahead") == [])
    }

    @Test func `a few events long before the rest are told, and the log does not begin with them`() throws {
        try ingest([#"{"ts":0,"event":"used","token_id":"tok_old"}"#])
        // With 1970 as its beginning, the first use of tok_n would look like that of a token that nobody issued.
        #expect(try classes("--since", "start", "dormant-token-reactivation", "orphan-token") == [])
        let report = try program.json("report", "dormant-tokens-gap", "--set", "recent=300d")
        #expect(report["rows"]?.elements?.isEmpty == true)
        #expect(try program.run("detect", "--since", "start").output.contains("lies more than a year before the rest"))
        #expect(try program.run("status").output.contains("There is an event of 1970-01-01, more than a year before"))
        let span = try program.json("query", "SELECT begins > '2020-01-01' AS young FROM log_span")["rows"]?[0]
        #expect(span?["young"]?.integer == 1)
    }

    @Test func `a use that a clock which was not set has dated begins no silence, for no rule and no report`() throws {
        try ingest([#"{"ts":0,"event":"used","token_id":"tok_n","ip":"192.0.2.1"}"#])
        #expect(try classes("--since", "start", "dormant-token-reactivation") == [])
        #expect(try program.json("report", "dormant-tokens-gap", "--set", "recent=300d")["rows"]?.elements?.count == 0)
        let activity = try program.json("report", "token-activity")["rows"]?[0]
        #expect(activity?["uses"]?.integer == 1201 && activity?["longest_gap_days"]?.json() == "null")
        let rows = try program.json("trace", "token", "tok_n")["rows"]?.elements ?? []
        #expect(rows.map { $0["what"]?.text } == ["used", "used"])
        let answer = try program.json("explain", "--token", "tok_n")["rows"]?[0]?["answer"]?.text
        #expect(answer == "never silent for a day; the rule speaks from 90 days on")
    }

    @Test func `who is asked for by name is told of events that are dated ahead, and so is a report without them`()
        throws
    {
        try ingest(attackAhead)
        let explained = try program.run("explain", "--ip", "203.0.113.9")
        #expect(explained.output.contains("FOUND high: 203.0.113.9 had 60 failed verifications"))
        #expect(explained.output.contains("60 events of it are dated later: findings may speak of them"))
        let report = try program.run("report", "failed-by-ip")
        #expect(report.output.hasSuffix("no rows\n"))
        #expect(
            report.errors == "authtrail: 60 events that are dated ahead of the clock are left out: authtrail detect "
                + "judges them\n")
    }

    @Test func `one event in a thousand is the beginning of a log`() throws {
        // 960 uses and one event of 1970.
        let run = try program.run(
            "ingest",
            program.write(
                "d.log",
                (0..<960).map { number in
                    #"{"ts":\#(1_750_000_000 + number * 3600),"event":"used","token_id":"t"}"#
                }.joined(separator: "\n") + "\n" + #"{"ts":0,"event":"used","token_id":"tok_old"}"# + "\n"), "-q")
        #expect(run.status == 0)
        #expect(
            try program.json("query", "SELECT begins FROM log_span")["rows"]?[0]?["begins"]?.text
                == "1970-01-01T00:00:00Z")
    }
}
