import Console
import Foundation
import Testing

/// The questions why, why not and what else.
struct ExplainTests: TellsOfTokens {
    let program = Program()

    @Test func `explain offers an allowance only where one can hide the finding, and the thresholds that decided`()
        throws
    {
        let story = Program.repository + "/SampleLogs/success-after-stuffing.ndjson"
        #expect(try program.run("ingest", story, "--quiet").status == 0)
        let found =
            try program.json("detect", "failed-verification-by-ip", "--since", "start")["findings"]?.elements ?? []
        let after = try #require(found.first { $0["class"]?.text == "success_after" }?["id"]?.text)
        let text = try program.run("explain", after).output
        #expect(
            text.contains("no allowance hides it") && text.contains("authtrail findings resolve \(after.prefix(8))"))
        let names = try program.json("explain", after)["thresholds"]?.elements?.compactMap { $0["name"]?.text } ?? []
        #expect(
            names.map { $0.replacing("detectors.failed-verification-by-ip.", with: "") } == [
                "windows", "stuffing_credentials", "stuffing_failures", "stuffing_few_share", "stuffing_mismatch_share",
                "success_within", "mismatch_reasons",
            ])
        let stuffing = try #require(found.first { $0["class"]?.text == "credential_stuffing" }?["id"]?.text)
        #expect(try program.json("explain", stuffing)["allowance"]?.text?.hasPrefix("cidr: ") == true)
    }

    @Test func `explain says of a quiet token how near each rule came`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-03-03"))
        let report = try program.json("explain", "--token", "tok_1")
        let answers = report["rows"]?.elements ?? []
        let dormancy = answers.first { $0["rule"]?.text == "dormant-token-reactivation" }?["answer"]?.text ?? ""
        #expect(dormancy.contains("60 days") && dormancy.contains("90 days"), "\(dormancy)")
        #expect(answers.contains { $0["answer"]?.text == "never revoked as far as the log tells" })
        #expect(try program.json("explain", "--token", "nobody")["rows"]?.elements?.isEmpty == true)
        #expect(try program.run("explain").status == 64)
    }

    @Test func `explain says of an address what it did in its busiest windows`() throws {
        let failures = (0..<12).map {
            #"{"ts":"2026-04-26T10:00:\#($0 + 10)Z","event":"failed","reason":"hash_mismatch","presented":"p\#($0)","#
                + #""ip":"198.51.100.9"}"# + "\n"
        }
        try ingest("a.ndjson", failures.joined())
        let answers = try program.json("explain", "--ip", "198.51.100.9")["rows"]?.elements ?? []
        #expect(answers.first?["answer"]?.text?.hasPrefix("at most 12 failures, and at most 12 credentials") == true)
    }

    @Test func `explain says which failures of an address are no tries, and counts only the others`() throws {
        func failures(_ count: Int, _ reason: String, _ minute: Int) -> String {
            (0..<count).map {
                #"{"ts":"2026-04-26T10:\#(minute):\#($0 + 10)Z","event":"failed","reason":"\#(reason)","#
                    + #""presented":"p\#($0)","ip":"198.51.100.9"}"# + "\n"
            }.joined()
        }
        func answers() throws -> [String] {
            let rules = ["what counts", "stuffing and brute force in 1 min", "stuffing"]
            return try program.json("explain", "--ip", "198.51.100.9")["rows"]?.elements?.filter {
                rules.contains($0["rule"]?.text ?? "")
            }.compactMap { $0["answer"]?.text } ?? []
        }
        try ingest("a.ndjson", failures(30, "Rate exceeded", 10) + failures(1, "AccessDenied", 11))
        #expect(
            try answers() == [
                "of its 31 failures 30 count for nothing (throttled: nobody looked) and 1 is a denial (a known "
                    + "credential: no try of one); none is left that a rule could count"
            ])
        try ingest("b.ndjson", failures(4, "hash_mismatch", 12) + failures(2, "missing_scope", 13))
        let more = try answers()
        #expect(
            more.first == "of its 37 failures 30 count for nothing (throttled: nobody looked) and 3 are denials (a "
                + "known credential: no try of one); the answers below are about the other 4")
        #expect(more.dropFirst().first?.hasPrefix("at most 4 failures, and at most 4 credentials") == true)
        #expect(more.contains { $0.hasPrefix("100 % of its failures say") })
    }

    @Test func `an id of a finding is hexadecimal digits, and who asks otherwise is told so`() throws {
        try ingest("a.ndjson", issuance)
        let word = try program.run("explain", "zzz")
        #expect(
            word.status == 64
                && word.errors.contains(
                    "\"zzz\" is no id of a finding: ids are hexadecimal digits (0-9, a-f), such as 3f9a2c11")
        )
        let short = try program.run("findings", "reopen", "3f9", "--note", "n")
        #expect(short.errors.contains("the id \"3f9\" is too short; give 6 hexadecimal digits or more"))
        #expect(try program.run("explain", "3F9A2C11").errors.contains("the ledger has no finding"))
    }

    @Test
    func
        `explain shows findings of the network, and those that show a line of the token, and names rules that cannot judge`()
        throws
    {
        func explain(_ story: String, _ words: String...) throws -> String {
            let path = Program.repository + "/SampleLogs/\(story).ndjson"
            let trail = program.folder + "/" + story
            #expect(try program.run("ingest", "-q", "--final", path, "--trail", trail).status == 0)
            return try program.run(["explain", "--trail", trail] + words).output
        }
        let member = try explain("distributed-stuffing", "--ip", "192.0.2.100")
        #expect(member.contains("FOUND high") && member.contains("failed-verification-by-ip"))
        let thief = try explain("stolen-refresh-token", "--token", "at_666")
        #expect(thief.contains("FOUND critical") && thief.contains("refresh-reuse"))
        #expect(try explain("admin-account-taken", "--token", "tok_NEW00001").contains("mass-issuance"))
        #expect(thief.contains("tool-undeclared             not evaluable: the policy declares no tools"))
        #expect(!thief.contains("none of their findings names it or shows a line of it: refresh-reuse"))
    }

    @Test func `an actor has a timeline, which is where its findings point to`() throws {
        let story = Program.repository + "/SampleLogs/admin-account-taken.ndjson"
        #expect(try program.run("ingest", "-q", "--final", story).status == 0)
        let found = try program.run("detect", "mass-issuance", "--since", "start").output
        #expect(found.contains("authtrail trace actor admin:tom --since "))
        let rows = try program.json("trace", "actor", "admin:tom")["rows"]?.elements ?? []
        #expect(rows.count { $0["what"]?.text == "issued" } >= 25)
        #expect(rows.contains { $0["what"]?.text == "finding" })
        let principal = try program.run("trace", "principal", "admin:root").output
        #expect(principal.contains("No event names it"))
        #expect(try program.run("export", "--actor", "admin:tom").output.split(separator: "\n").count >= 25)
    }

    @Test func `an allowance that explain offers is YAML, whatever the name`() throws {
        let agent = "Mozilla/5.0 (X11; rv:1) AppleWebKit/537.36 (KHTML, like Gecko) [x] {y}: #z"
        let failures = (0..<60).map {
            #"{"ts":"2026-04-26T10:00:\#($0 < 10 ? "0" : "")\#($0)Z","event":"failed","reason":"hash_mismatch","#
                + #""presented":"p\#($0)","ip":"198.51.\#($0 % 12).9","user_agent":"\#(agent)"}"# + "\n"
        }
        try ingest("a.ndjson", failures.joined())
        let found = try program.json("detect", "failed-verification-by-ip")["findings"]?[0]
        let allowance = try program.json("explain", found?["id"]?.text ?? "")["allowance"]?.text ?? ""
        let policy = program.write(
            "p.yaml",
            """
            allowlist: [{\(allowance), owner: me, reason: a browser, until: 2027-01-01}]
            """)
        #expect(try program.run("policy", "check", policy).status == 0)
        let hidden = try program.json("detect", "failed-verification-by-ip", "--policy", policy)
        #expect(hidden["suppressed"]?.elements?.count == 1)
    }

    @Test func `explain tells an address without failures from one that the log does not know`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-03-03"))
        let known = try program.json("explain", "--ip", "203.0.113.7")["rows"]?.elements ?? []
        #expect(
            known.first?["answer"]?.text
                == "no failures from it; 2 events with 1 token, the last at 2026-03-03T10:00:00Z")
        let others = known.last?["answer"]?.text ?? ""
        #expect(known.last?["rule"]?.text == "other rules" && others.contains("refresh-reuse"))
        let unknown = try program.run("explain", "--ip", "192.0.2.1").output
        #expect(unknown.hasSuffix("rule by rule\nThe log knows nothing of it before 2026-03-03 10:00:00 UTC.\n"))
        #expect(try program.run("trace", "token", "nobody").output.hasSuffix("No event names it, and no finding.\n"))
    }

    @Test func `explain says why new surroundings were none: not settled, or nothing new`() throws {
        func answer() throws -> String {
            let rows = try program.json("explain", "--token", "tok_1")["rows"]?.elements ?? []
            return rows.first { $0["rule"]?.text == "new-surroundings" }?["answer"]?.text ?? ""
        }
        try ingest("a.ndjson", issuance + (2..<9).map { use("2026-01-0\($0)") }.joined())
        #expect(
            try answer()
                == "the token was known for 6 days and let in on 6 of them before; the rule speaks from 7 days "
                + "and 3 on; neither network nor program was new on the last day of use")
        try ingest("b.ndjson", (10..<28).map { use("2026-01-\($0)") }.joined())
        #expect(
            try answer()
                == "the token was let in on 24 days of the 60 before, and does not roam: 1 network in 14 days; "
                + "neither network nor program was new on the last day of use")
    }

    @Test func `trace tells a token's life with its silences and findings in place`() throws {
        try ingest("a.ndjson", issuance + use("2026-01-02") + use("2026-04-26"))
        _ = try detect("--since", "start")
        let rows = try program.json("trace", "token", "tok_1")["rows"]?.elements ?? []
        #expect(rows.map { $0["what"]?.text } == ["issued", "silent", "used", "silent", "used", "finding"])
        #expect(rows[3]["detail"]?.text?.hasPrefix("for 114") == true, "\(rows[3].json())")
        #expect(try program.run("trace", "ip", "203.0.113.7", "--format", "markdown").output.contains("| used |"))
        #expect(try program.run("trace", "ip", "203.0.113.9").status == 0)
        let typo = try program.run("trace", "ip", "203.0.113")
        #expect(typo.status == 64 && typo.errors.contains("is no address"))
    }

    @Test func `who asks for a token or a principal sees the finding about an address that names it`() throws {
        let story = Program.repository + "/SampleLogs/success-after-stuffing.ndjson"
        #expect(try program.run("ingest", story, "--quiet").status == 0)
        let found = try program.run("detect", "failed-verification-by-ip", "--since", "start", "--format", "json")
        let findings = try JSONParser.parse(found.output)["findings"]?.elements ?? []
        let after = try #require(findings.first { $0["class"]?.text == "success_after" })
        let title = try #require(after["title"]?.text)
        let token = try #require(after["context"]?["tokens"]?[0]?.text)
        let principal = try #require(after["context"]?["principals"]?[0]?.text)
        #expect(try program.run("explain", "--token", token).output.contains("FOUND critical"))
        #expect(try program.run("trace", "token", token).output.contains(title))
        #expect(try program.run("trace", "principal", principal).output.contains(title))
        #expect(try !program.run("trace", "token", "tok_other").output.contains(title))
    }
}
