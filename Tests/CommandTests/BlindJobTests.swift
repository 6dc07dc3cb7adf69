import Console
import Foundation
import Testing

/// A job that cannot see says so, however quiet it is: exit 65, a sentence, and a finding that is told once.
struct BlindJobTests {
    let program = Program()

    private func failures(_ count: Int, hour: Int = 0, _ rest: String) -> String {
        (0..<count).map {
            #"{"ts":"2026-04-26T0\#(hour):\#($0 / 10)\#($0 % 10):00Z","event":"failed","presented":"fp\#($0)",\#(rest)}"#
                + "\n"
        }.joined()
    }

    private func grow(_ name: String, _ text: String) throws {
        let path = program.folder + "/" + name
        let before = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        _ = try program.run("ingest", "-q", "--source", "native", program.write(name, before + text))
    }

    private func titles(_ run: Run) throws -> [String] {
        try run.output.split(separator: "\n").map { try #require(JSONParser.parse(String($0))["title"]?.text) }
    }

    @Test(arguments: [
        (#""reason":"hash_mismatch""#, "name no address of a client"),
        (#""reason":"hash_mismatch","ip":["203.0.113.9","10.0.0.1"]"#, "name no address of a client"),
        (#""reason":"error 17","ip":"203.0.113.9""#, "a reason that nobody has given a meaning, such as `error 17`"),
    ])
    func `failures of which none can be judged are said by every run, told once, and again when it is over`(
        _ rest: String, _ why: String
    ) throws {
        try grow("a.ndjson", failures(60, rest))
        let first = try program.run("detect", "-q", "--new", "--format", "ndjson")
        #expect(first.status == 65)
        #expect(try titles(first).contains("Failures cannot be judged"))
        #expect(
            first.errors.hasPrefix("authtrail: this run is blind: 60 failures") && first.errors.contains(why),
            "\(first.errors)")
        for words in [["detect", "-q", "--new"], ["detect", "failed-verification-by-ip", "--new", "-q"]] {
            let again = try program.run(words)
            #expect(again.status == 65 && again.output == "" && again.errors.contains("this run is blind"), "\(again)")
        }
        // One that can be judged, and the job sees again.
        try grow("a.ndjson", failures(1, hour: 2, #""reason":"hash_mismatch","ip":"203.0.113.9""#))
        let over = try program.run("detect", "-q", "--new", "--format", "ndjson")
        #expect(over.status == 0 && over.errors == "")
        #expect(try titles(over) == ["Failures cannot be judged: over"])
        let quiet = try program.run("detect", "-q", "--new")
        #expect(quiet.status == 0 && quiet.output == "" && quiet.errors == "")
        #expect(try program.json("findings", "--detector", "blind-spot")["rows"]?.elements?.isEmpty == true)
        // And it may come again.
        let late = failures(60, hour: 3, rest).replacing("2026-04-26", with: "2026-05-26")
        try grow("a.ndjson", late)
        let anew = try program.run("detect", "-q", "--new", "--since", "24h", "--format", "ndjson")
        #expect(try anew.status == 65 && titles(anew).contains("Failures cannot be judged"))
    }

    @Test func `what is dated ahead of the clock, and what could not be read, is said by every part of a job`() throws {
        let now = Date(), format = ISO8601DateFormatter()
        let lines = (0..<60).map { number in
            #"{"ts":"\#(format.string(from: now + 365 * 86_400 + Double(number)))","event":"failed","reason":"hash_mismatch","#
                + #""presented":"fp\#(number)","ip":"203.0.113.9"}"# + "\n"
        }
        let use = #"{"ts":"\#(format.string(from: now - 3600))","event":"used","token_id":"t1"}"# + "\n"
        let path = program.write("ahead.log", use + lines.joined())
        #expect(try program.run("ingest", "-q", path).errors.contains("60 events with a time in the future"))
        _ = try program.run("ingest", "-q", "gone.log")
        let text = try program.run("detect", "--since", "start").output
        #expect(text.contains("60 events are dated ahead of the clock"))
        #expect(text.contains("gone.log: there is no such file"))
        let report = try program.json("detect", "--as-of", "now")
        #expect(report["events_ahead"]?.integer == 60)
        #expect(report["not_read"]?.elements?.count == 1)
        // Who looks at the past looks at what was.
        #expect(try program.json("detect", "--as-of", "2026-01-01")["events_ahead"]?.integer == 0)
        let warnings = try program.json("status")["warnings"]?.elements ?? []
        #expect(warnings.contains { $0.text?.contains("dated ahead of the clock") == true })
    }

    @Test func `nothing but quarantine is said by every run and by status until events are stored`() throws {
        try grow("a.ndjson", "not JSON\n")
        for _ in 0..<2 {
            let run = try program.run("detect", "-q", "--new")
            #expect(
                run.status == 65 && run.errors.contains("this run is blind: 1 line was read, and none"), "\(run.errors)"
            )
        }
        #expect(
            try program.json("status")["warnings"]?.elements?.contains {
                $0.text?.hasPrefix("All that was read since ") == true
            } == true)
        try grow("a.ndjson", threeLines)
        #expect(
            try program.run("detect", "-q", "--new", "--format", "ndjson").output.contains(
                "All lines go to quarantine: over"))
        // A producer that changes its format: 19 lines may be chance, 20 are none.
        try grow("a.ndjson", String(repeating: "a new format\n", count: 18))
        #expect(try program.run("detect", "-q", "--new").status == 0)
        try grow("a.ndjson", "a new format\n")
        #expect(try program.run("detect", "-q", "--new").status == 0)
        try grow("a.ndjson", "a new format\n")
        let run = try program.run("detect", "-q", "--new")
        #expect(
            run.status == 65 && run.errors.contains("20 lines were read since events were stored last"), "\(run.errors)"
        )
    }

    @Test func `findings come first, and the sentence is said beside them`() throws {
        let expired = #"{"ts":"2026-04-26T00:30:00Z","event":"used","token_id":"t1","ip":"203.0.113.7"}"# + "\n"
        let issuance =
            #"{"ts":"2026-04-25T00:30:00Z","event":"issued","token_id":"t1","principal":"p","expires_at":"2026-04-25T01:30:00Z"}"#
            + "\n"
        try grow("a.ndjson", issuance + failures(60, #""reason":"hash_mismatch""#) + expired)
        let run = try program.run("detect", "-q", "--new", "--fail-on", "high")
        #expect(run.status == 1 && run.output.contains("use_after_expiry") && run.errors.contains("this run is blind"))
        let again = try program.run("detect", "-q", "--new", "--fail-on", "high")
        #expect(again.status == 65)
        // Who has looked at it need not hear of it for a day.
        let id = try #require(program.json("findings", "--detector", "blind-spot")["rows"]?[0]?["id"]?.text)
        #expect(try program.run("findings", "resolve", id, "--note", "a proxy that we know").status == 0)
        #expect(try program.run("detect", "-q", "--new", "--fail-on", "high").status == 0)
    }

    @Test func `a job that looks where there are no events, or with rules that cannot judge, says so`() throws {
        try grow("a.ndjson", threeLines.replacing("2026", with: "2021"))
        #expect(try program.run("detect", "-q", "--new").status == 0)
        let late = try program.run("detect", "-q", "--new", "--as-of", "now", "--since", "24h")
        #expect(
            late.status == 65
                && late.errors.contains(
                    "There are no events in the time that was looked at: the newest is of 2021-05-01")
        )
        // Where no job ever saw events, an old log is looked at.
        #expect(try program.run("ingest", "-q", "a.ndjson", "--trail", "old").status == 0)
        #expect(try program.run("detect", "-q", "--new", "--as-of", "now", "--trail", "old").status == 0)
        let undeclared = try program.run("detect", "-q", "--new", "tool-undeclared")
        #expect(undeclared.status == 65 && undeclared.errors.contains("the policy declares no tools"))
        // Somebody who only looks may look at any time.
        #expect(try program.run("detect", "--as-of", "now").status == 0)
        #expect(try program.run("detect", "--new", "--as-of", "2021-05-09", "--since", "24h").status == 0)
        #expect(try program.run("detect", "tool-undeclared").status == 0)
    }

    @Test func `a report over a trail without events is no peace`() throws {
        try grow("a.ndjson", "not JSON\n")
        let run = try program.run("report", "failed-by-ip")
        #expect(run.status == 0 && run.errors.contains("the trail holds no events"))
    }
}
