import Console
import Foundation
import Testing

/// Findings over several runs: told, hidden, resolved, taken back; and the questions why and what else.
struct LedgerCommandTests: TellsOfTokens {
    let program = Program()

    private func states(_ words: String...) throws -> [String] {
        let run = try program.run(["findings", "list", "--format", "json"] + words)
        return try JSONParser.parse(run.output)["rows"]?.elements?.compactMap { $0["status"]?.text } ?? []
    }

    @Test func `an event that comes late and closes the silence takes the finding back, and it is kept as retracted`()
        throws
    {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        #expect(try detect("--since", "start").count == 1)
        #expect(try states() == ["open"])
        try ingest("b.ndjson", use("2026-03-01"))
        #expect(try detect("--since", "start").isEmpty)
        #expect(try states().isEmpty)
        #expect(try states("--status", "all") == ["retracted"])
    }

    @Test func `somebody resolves a finding with a note, and the next run leaves it so`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let id = try #require(try detect("--since", "start").first)
        let resolved = try program.run(
            "findings", "resolve", String(id.prefix(8)), "--note", "planned", "--by", "maria")
        #expect(resolved.status == 0, "\(resolved.errors)")
        #expect(try detect("--since", "start") == [id])
        #expect(try states("--status", "resolved") == ["resolved"])
        let why = try JSONParser.parse(program.run("explain", id, "--format", "json").output)
        #expect(why["history"]?[0]?["note"]?.text == "planned" && why["history"]?[0]?["by"]?.text == "maria")
        #expect(
            why["lines"]?.elements?.contains { $0["line"]?.text == use("2026-04-26").dropLast().description } == true)
        let table = try program.run("explain", id, "--format", "csv").output.split(separator: "\n")
        #expect(table.first == "finding,source,source_offset,line")
        #expect(table.count > 1 && table.dropFirst().allSatisfy { $0.hasPrefix(id + ",") })
        #expect(try program.run("findings", "reopen", id, "--note", "no").status == 0)
        #expect(try states() == ["open"])
        let unknown = try program.run("findings", "resolve", "ffffff", "--note", "x")
        #expect(unknown.status == 64 && unknown.errors.contains("findings list --status all"))
        #expect(!unknown.errors.contains("Usage"))
    }

    @Test func `what somebody resolved is marked, fails no job and is not told again, until it is reopened`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let id = try #require(try detect("--since", "start").first)
        let job = ["detect", "dormant-token-reactivation", "--since", "start", "--fail-on", "low"]
        #expect(try program.run(job).status == 1)
        #expect(try program.run("findings", "resolve", id, "--note", "planned").status == 0)
        let marked = try program.run(job)
        #expect(marked.status == 0 && marked.output.contains("(resolved)"))
        #expect(try detect("--since", "start", "--new").isEmpty)
        #expect(try program.run("findings", "reopen", id, "--note", "no").status == 0)
        #expect(try program.run(job).status == 1)
        #expect(try detect("--since", "start", "--new") == [id])
    }

    @Test func `a job that looks as of now sees that the log has ended, and says so`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let run = try program.run("detect", "dormant-token-reactivation", "--as-of", "now")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("Nothing to look at: no events for "))
        #expect(run.output.contains("the newest event is of 2026-04-26 10:00:00 UTC"))
    }

    @Test
    func `a log that has been dead for months is found by a job that looks at one day, and late lines take it back`()
        throws
    {
        let log = (1...6).flatMap { day in (0..<24).map { use("2026-04-0\(day)", hour: $0) } }
        try ingest("a.ndjson", log.joined())
        let job = ["detect", "--as-of", "2026-09-27T00:00:00Z", "--new", "--fail-on", "high"]
        let run = try program.run(job)
        #expect(
            run.status == 1 && run.output.contains("UTC, and not over as of 2026-09-27 00:00:00 UTC"), "\(run.output)")
        #expect(try program.run(job + ["-q"]).output.isEmpty)
        // The shipper was slow: all of these days come later.
        let late = (7...28).flatMap { day in (0..<24).map { use("2026-04-\(day < 10 ? "0" : "")\(day)", hour: $0) } }
        try ingest("a.ndjson", (log + late).joined())
        let again = try program.json("detect", "--as-of", "2026-09-27T00:00:00Z", "--since", "start")
        let silences = again["findings"]?.elements?.filter { $0["class"]?.text == "source_silence" } ?? []
        #expect(silences.map { $0["context"]?["silent_since"]?.text } == ["2026-04-28T23:00:00Z"])
        let known =
            try program.json("findings", "--status", "all", "--detector", "source-silence")["rows"]?.elements ?? []
        #expect(Set(known.map { $0["status"]?.text }) == ["open", "retracted"])
    }

    private func use(_ day: String, hour: Int) -> String {
        use(day).replacing("T10:", with: "T\("\(hour + 100)".suffix(2)):")
    }

    @Test func `a run that reports only what is new says what is still open from earlier ones`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        #expect(try program.run("detect", "--new").output.hasPrefix("1 new finding: 1 medium\n"))
        let again = try program.run("detect", "--new").output.split(separator: "\n")
        #expect(again.first == "No new findings.")
        #expect(again.dropFirst(2).first == "still open from earlier runs: 1 medium (authtrail findings)")
        #expect(try program.run("detect", "--new", "-q").output.isEmpty)
    }

    @Test func `every class says what to do now, in text, in JSON and in explain`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let advice = "Ask the owner whether this was them; if they do not say so at once, revoke tok_1."
        #expect(try program.run("detect").output.contains("  do        \(advice)\n"))
        let found = try program.json("detect")["findings"]?[0]
        #expect(found?["advice"]?.text == advice)
        let why = try program.run("explain", found?["id"]?.text ?? "").output
        #expect(why.contains("What to do now\n  \(advice)\n"))
    }

    @Test func `resolving again says what was noted before, and keeps both`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let id = try #require(try detect("--since", "start").first)
        #expect(try program.run("findings", "resolve", id, "--note", "planned", "--by", "maria").status == 0)
        let again = try program.run("findings", "resolve", id, "--note", "really", environment: ["USER": ""])
        #expect(again.output.contains("UTC by maria: planned; both are kept"))
        let history = try program.json("explain", id)["history"]?.elements ?? []
        #expect(history.map { $0["note"]?.text } == ["planned", "really"])
        #expect(history.last?["by"]?.text?.isEmpty == false)
        #expect(try program.run("findings", "--status", "all", "--severity", "high").output.contains("no rows"))
    }

    @Test func `the command that looks closer names the trail when it was named`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let place = program.folder + "/trail"
        let run = try program.run("detect", "dormant-token-reactivation", "--trail", place)
        #expect(run.output.contains("authtrail trace token tok_1 --since 2026-01-01 --trail \(place)\n"))
        let job = try program.run("detect", "dormant-token-reactivation", environment: ["AUTHTRAIL_TRAIL": place])
        #expect(job.output.contains("authtrail trace token tok_1 --since 2026-01-01 --trail \(place)\n"))
    }

    @Test func `a backtest fails a job on what any of its runs would have reported`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let runs = ["detect", "--from", "2026-04-20", "--to", "2026-04-28", "--every", "24h", "-q", "--fail-on"]
        #expect(try program.run(runs + ["medium"]).status == 1)
        #expect(try program.run(runs + ["critical"]).status == 0)
    }

    @Test func `a policy is not written over, and what is wrong in one is said line by line`() throws {
        let file = program.folder + "/p.yaml"
        #expect(try program.run("policy", "init", "-o", file).status == 0)
        let again = try program.run("policy", "init", "-o", file)
        #expect(again.status == 73 && again.errors.contains("--force"))
        #expect(try program.run("policy", "init", "-o", file, "--force").status == 0)
        let bad = program.write("bad.yaml", "lifetime: {}\nrate: {}\n")
        let check = try program.run("policy", "check", bad)
        #expect(check.status == 65)
        let lines = check.errors.split(separator: "\n")
        #expect(lines.count == 4 && lines[1].contains("bad.yaml:1:1") && lines[2].contains("bad.yaml:2:1"))
        #expect(!check.errors.contains("\\u{a}"))
    }

    @Test func `an allowance hides a finding, which is counted and kept as suppressed`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        let policy = program.write(
            "p.yaml",
            """
            allowlist: [{token: tok_1, owner: secops, reason: "a yearly job", until: 2027-01-01}]
            """)
        let run = try program.run(
            "detect", "--since", "start", "--policy", policy, "--format", "json", "--fail-on", "low")
        let report = try JSONParser.parse(run.output)
        #expect(run.status == 0)
        #expect(report["findings"]?.elements?.isEmpty == true)
        #expect(report["suppressed"]?[0]?["reason"]?.text == "a yearly job")
        #expect(
            try program.run("detect", "--since", "start", "--policy", policy).output.contains("Hidden by the allowlist")
        )
        #expect(try Set(states("--status", "all")) == ["suppressed"])
    }

    @Test func `a scheduled run covers what the runs before it left out, and status names the hole`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-20") + use("2026-04-26"))
        #expect(try detect("--new", "--as-of", "2026-04-10T00:00:00Z").isEmpty)
        #expect(try detect("--new", "--as-of", "2026-04-30T00:00:00Z", "--since", "1d").isEmpty)
        let unseen = try program.json("status")["unseen"]
        #expect(
            unseen?[0]?["from"]?.text == "2026-04-10T00:00:00Z" && unseen?[0]?["to"]?.text == "2026-04-29T00:00:00Z")
        #expect(try program.run("status").output.contains("No scheduled run has looked at 2026-04-10T00:00:00Z"))
        #expect(try detect("--new", "--as-of", "2026-04-30T01:00:00Z").count == 1)
        #expect(try program.json("status")["unseen"]?.elements?.isEmpty == true)
    }

    @Test func `a log that lies in quarantine is no log without findings`() throws {
        let none = String(repeating: #"{"timestamp":1,"event":"used"}"# + "\n", count: 60)
        #expect(
            try program.run("ingest", program.write("a.ndjson", none), "--source", "native", "-q", "--final").status
                == 65)
        let empty = try program.run("detect").output
        #expect(empty.contains("the trail holds no events; 60 lines, 100 % of all that were read, are in quarantine"))
        #expect(try program.run("explain", "--ip", "192.0.2.1").errors.contains("the trail holds no events"))
        try ingest("b.ndjson", issuance + use("2026-01-02") + #"{"ts":"2026-01-02T00:00:00Z","event":"failed"}"# + "\n")
        #expect(try program.run("detect").output.contains("61 lines, 96 % of all that were read, are in quarantine"))
        #expect(try program.json("detect")["lines_quarantined"] == 61)
        #expect(try program.run("status").output.contains("is absent or null. Here: `reason` in 1."))
    }

    @Test func `status warns of events from before anybody logged any, because the log seems to begin with them`()
        throws
    {
        try ingest("a.ndjson", use("2026-04-25") + use("2026-04-26"))
        #expect(
            try program.json("status")["warnings"]?.elements?.contains { $0.text?.contains("1970") == true } == false)
        try ingest("b.ndjson", use("1970-01-01", "tok_old"))
        #expect(try program.run("status").output.contains("There are events of 1970-01-01: a clock that was not set"))
    }

    @Test func `policy check names what is wrong with its place, and init and suggest print files that pass it`() throws
    {
        let bad = program.write("bad.yaml", "lifetimes:\n  api_tokn: 90d\n")
        let check = try program.run("policy", "check", bad)
        #expect(check.status == 65)
        #expect(check.errors.contains("bad.yaml:2:3: lifetimes has no `api_tokn`; did you mean `api_token`?"))
        #expect(try program.run("policy", "check", program.folder + "/none.yaml").status == 74)

        let initial = program.folder + "/init.yaml"
        #expect(try program.run("policy", "init", "-o", initial).status == 0)
        #expect(try program.run("policy", "check", initial).status == 0)

        try ingest(
            "a.ndjson",
            issuance
                + (0..<30).map { second in
                    use("2026-01-02").replacing("10:00:00Z", with: "10:00:\(second + 10)Z")
                        .replacing(#""tool""#, with: #""kind":"api_token","scopes":["orders:read"],"tool""#)
                }.joined())
        let proposed = program.folder + "/proposed.yaml"
        #expect(try program.run("policy", "suggest", "--since", "start", "-o", proposed).status == 0)
        let text = try String(contentsOfFile: proposed, encoding: .utf8)
        #expect(text.contains(#""orders.status": {auth: ["api_token"], scopes: ["orders:read"], writes: false}"#))
        #expect(text.contains("api_token_per_token: 50"), "\(text)")
        #expect(text.contains("- api_token_per_token: 30, 30, 30 over 1 callers; 30 would have cut 0.0 % of them"))
        let checked = try program.run("policy", "check", proposed)
        #expect(checked.status == 0 && checked.output.contains("1 tool declared"))
    }
}
