import Console
import Foundation
import Testing

/// `prune` as a process, over a year with planted cases.
struct PruneCommandTests {
    let program = Program()

    private func year() throws {
        try program.run("demo", "--events", "20000", "--log", "year.ndjson")
        #expect(try program.run("ingest", "-q", "year.ndjson").status == 0)
    }

    @Test func `a dry run says what would go, prune says what went, and the log can no longer be given back`() throws {
        try year()
        let before = try program.json("status")
        let would = try program.json("prune", "--older-than", "2025-10-15", "--dry-run")
        #expect(would["dry_run"]?.boolean == true)
        #expect(would["months"]?.elements?.map { $0["month"]?.text } == ["2025-07", "2025-08", "2025-09"])
        #expect(try program.json("status")["events"] == before["events"])
        let went = try program.json("prune", "--older-than", "2025-10-15")
        #expect(went["months"] == would["months"])
        #expect(went["before"]?.text == "2025-10")
        #expect(went["files_removed"]?.integer == 3)
        #expect(went["oldest_event"]?.text?.hasPrefix("2025-10-01T") == true)
        let after = try program.json("status")
        let gone = try #require(went["pruned_events"]?.integer)
        #expect(gone > 0 && after["lines_pruned"]?.integer == gone)
        #expect(after["lines_stored"] == before["lines_stored"])
        #expect(after["events"]?.integer == (before["events"]?.integer ?? 0) - gone)
        #expect(after["lines_quarantined"] == before["lines_quarantined"])
        let lines = try program.run("export", "--lines")
        #expect(lines.status == 65)
        #expect(lines.output == "")
        #expect(
            lines.errors.contains(
                "\(gone) of its lines are gone, which authtrail prune dropped with all events before 2025-10"))
        #expect(try program.run("verify", "-q").status == 0)
        #expect(
            try program.run("prune", "--older-than", "2025-10-15").output
                == "nothing to drop: no month before 2025-10 has events\n")
    }

    @Test func `detectors and reports say of the time after the cut what they said before`() throws {
        try year()
        func answers(_ day: String) throws -> [String] {
            var answers: [String] = []
            for semantics in ["gap", "literal"] {
                let run = try program.json(
                    "detect", "dormant-token-reactivation", "--as-of", day, "--since", "1d", "--semantics", semantics)
                answers += (run["findings"]?.elements ?? []).map {
                    "\($0["id"]?.text ?? "") \($0["title"]?.text ?? "")"
                }
                answers += ["\(run["detectors"]?[0]?["counts"]?.json() ?? "")"]
            }
            for report in ["dormant-tokens", "dormant-tokens-gap"] {
                answers.append(
                    try program.run("report", report, "--set", "as_of=\(day)T00:00:00Z", "--format", "csv").output)
            }
            return answers
        }
        let days = ["2025-10-02", "2025-10-20", "2025-12-15", "2026-03-01", "2026-07-01"]
        let before = try days.map(answers)
        #expect(before.joined().contains { $0.contains("used again after") })
        #expect(try program.run("prune", "-q", "--older-than", "2025-10-01").status == 0)
        for (day, known) in zip(days, before) { #expect(try answers(day) == known, "\(day)") }
        let run = try program.json("detect", "--as-of", "2025-10-20")
        let notes = run["detectors"]?[0]?["coverage"]?.elements?.compactMap { $0["text"]?.text } ?? []
        #expect(notes.contains { $0.hasPrefix("the log begins 1") }, "\(notes)")
    }

    @Test(arguments: [
        ["prune"], ["prune", "--older-than", "soon"], ["prune", "--older-than", "start"],
        ["prune", "--older-than", "2999-01-01"],
    ]) func `a cut that is none or lies in the future is 64`(arguments: [String]) throws {
        #expect(try program.run("ingest", "-q", program.write("a.ndjson", threeLines)).status == 0)
        let run = try program.run(arguments)
        #expect(run.status == 64)
        #expect(run.errors.contains("older-than"))
        #expect(try program.json("status")["events"]?.integer == 2)
    }
}
