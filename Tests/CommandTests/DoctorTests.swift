import Console
import Foundation
import Testing

/// The doctor, as whoever has a log meets it first.
struct DoctorCommandTests {
    private let program = Program()
    private static let samples = Program.repository + "/Mappings/shipped"

    private func doctor(_ arguments: String...) throws -> JSONValue {
        let run = try program.run(["doctor", "-q", "--format", "json"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
        return try JSONParser.parse(run.output)
    }

    private func rule(_ id: String, _ report: JSONValue) -> JSONValue? {
        report["rules"]?.elements?.first { $0["id"]?.text == id }
    }

    /// What is missing, with the kinds and fields: `fields failed user_agent`.
    private func missing(_ list: String, _ report: JSONValue) -> [String] {
        (report[list]?.elements ?? []).map { one in
            let texts = ["kinds", "fields"].flatMap { one["missing"]?[$0]?.elements ?? [] }.compactMap(\.text)
            return ([one["missing"]?["what"]?.text ?? "?"] + texts).joined(separator: " ")
        }
    }

    /// Folders of earlier and other runs are not counted.
    private func leftovers() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: program.folder).count { $0.hasPrefix("authtrail-doctor") }
    }

    @Test func `a log of ours is scored before anything is ingested, and nothing is left of it`() throws {
        let log = Program.repository + "/SampleLogs/success-after-stuffing.ndjson"
        let run = try program.run("doctor", "-q", log, environment: ["TMPDIR": program.folder])
        #expect(run.status == 0 && run.errors == "", "\(run.errors)")
        for part in [
            "Score ", " of 100: of 29 rules ", "our own format: ", "failed-verification-by-ip",
            "authtrail ingest \(log)\n", "authtrail detect --since start",
        ] {
            #expect(run.output.contains(part), "\(run.output)")
        }
        #expect(try leftovers() == 0)
        #expect(!FileManager.default.fileExists(atPath: program.folder + "/trail"))
    }

    @Test func `JSON has the fields of its page, and every rule`() throws {
        let report = try doctor(Program.repository + "/SampleLogs/all-six-kinds.ndjson")
        #expect(
            report.members?.map(\.key) == [
                "schema_version", "as_of", "window", "rules_ran_from", "log_begins", "score", "reachable_score",
                "rules_by_ability",
                "lines_read", "lines_quarantined", "lines_skipped", "lines_unmapped", "quarantine", "unmapped_types",
                "systems", "rules", "remedies", "out_of_reach", "findings", "findings_by_severity",
            ])
        #expect(report["rules"]?.elements?.count == 29 && report["reachable_score"]?.integer == 100)
        let kinds = try #require(report["systems"]?[0]?["kinds"]?.elements)
        #expect(kinds.map { $0["events"]?.integer } == [2, 7, 2, 2, 1, 2])
        #expect(report["systems"]?[0]?["mapping"]?.isNull == true)
        let examples = report["remedies"]?.elements?.compactMap { $0["example"]?.text } ?? []
        #expect(!examples.isEmpty)
        // What is proposed as a line is one that ingest stores.
        let log = program.write("examples.ndjson", examples.joined(separator: "\n") + "\n")
        let ingested = try program.json("ingest", "-q", log)
        #expect(ingested["stored"]?.integer == Int64(examples.count) && ingested["flagged"]?.integer == 0)
    }

    @Test func `failures without a user agent are told with what they cost, and what to write`() throws {
        let lines = (0..<40).map { number in
            #"{"ts":"2026-05-01T10:00:\#(10 + number % 50)Z","event":"failed","reason":"hash_mismatch","#
                + #""presented":"c\#(number)","ip":"198.51.100.9"}"# + "\n"
        }
        let report = try doctor(program.write("a.ndjson", lines.joined()))
        let failed = try #require(rule("failed-verification-by-ip", report))
        #expect(failed["ability"]?.text == "part")
        #expect(
            failed["why"]?.elements?.first?["text"]?.text
                == "no `user_agent` on `failed`, so not: distributed, credential_replay")
        #expect(missing("remedies", report).contains("fields failed user_agent"))
        #expect(rule("dormant-token-reactivation", report)?["ability"]?.text == "none")
        #expect(missing("remedies", report).contains("events used"))
    }

    @Test func `what sshd can never say is told as that, and asked of nobody`() throws {
        let report = try doctor(Self.samples + "/sshd.sample")
        #expect(report["systems"]?[0]?["mapping"]?.text == "sshd")
        #expect(missing("out_of_reach", report).contains("events used"))
        #expect(missing("out_of_reach", report).contains("tokens issued"))
        #expect(missing("remedies", report) == ["history"])
        #expect(report["reachable_score"]?.integer ?? 100 < 30)
        let text = try program.run("doctor", "-q", Self.samples + "/sshd.sample").output
        #expect(text.contains("no `used` in the log (sshd never logs them)"), "\(text)")
        #expect(text.contains("sshd logs `issued` and `revoked` of sessions only: "), "\(text)")
    }

    @Test func `of okta, what its mapping could give and what it never says are kept apart`() throws {
        let report = try doctor(Self.samples + "/okta.sample")
        #expect(missing("out_of_reach", report).contains("fields issued expires_at"))
        #expect(missing("remedies", report).contains("fields exchanged code_id"))
        #expect(rule("use-after-expiry", report)?["reachable_ability"]?.text == "none")
        #expect(rule("code-replay", report)?["reachable_ability"]?.text == "full")
        #expect(report["lines_unmapped"]?.integer == 1)
    }

    @Test func `a trail is scored under its policy`() throws {
        let log = Program.repository + "/SampleLogs/undeclared-tool.ndjson"
        #expect(try program.run("ingest", "-q", log).status == 0)
        let before = try doctor()
        #expect(rule("tool-undeclared", before)?["ability"]?.text == "none")
        #expect(missing("remedies", before).contains("tools"))
        let policy = Program.repository + "/SampleLogs/undeclared-tool.policy.yaml"
        let after = try doctor("--policy", policy)
        #expect(rule("tool-undeclared", after)?["ability"]?.text == "full")
        #expect(!missing("remedies", after).contains("tools"))
        #expect(after["score"]?.integer ?? 0 > before["score"]?.integer ?? 100)
        // Looking leaves no trace.
        #expect(try program.json("status")["detection_runs"]?.integer == 0)
    }

    @Test func `two systems in one trail are counted each by itself`() throws {
        let native = Program.repository + "/SampleLogs/all-six-kinds.ndjson"
        #expect(try program.run("ingest", "-q", native, Self.samples + "/okta.sample").status == 0)
        let report = try doctor()
        #expect(report["systems"]?.elements?.map { $0["events"]?.integer } == [16, 18])
        let expiry = try #require(report["remedies"]?.elements).filter {
            $0["missing"]?["fields"]?[0]?.text == "old_token_id"
        }
        // Only one of the two can never say it: it is missing still, and not out of reach as a whole.
        #expect(expiry.isEmpty && missing("out_of_reach", report).contains("fields refreshed old_token_id"))
    }

    @Test func `what is no log, no event and no trail ends as with other commands`() throws {
        let unknown = try program.run("doctor", "-q", program.write("a.log", #"{"when":1,"action":"x"}"# + "\n"))
        #expect(unknown.status == 65)
        #expect(unknown.errors.contains("a.log: no source recognizes its records, which have `action`, `when`"))
        #expect(unknown.output == "")
        let none = try program.run("doctor", "-q", "--source", "native", program.write("b.ndjson", "no json\n"))
        #expect(none.status == 65)
        #expect(none.errors.contains("none of the 1 line read is an event") && none.errors.contains("not_json: 1"))
        #expect(try program.run("doctor", "nowhere.ndjson").status == 65)
        #expect(try program.run("doctor").status == 65)
        #expect(try program.run("doctor", "--trail", "x", "a.log").status == 64)
        #expect(try program.run("doctor", "--source", "okta").status == 64)
    }

    @Test func `an empty trail, and a time without events, are said`() throws {
        #expect(try program.run("ingest", "-q", program.write("a.ndjson", threeLines)).status == 0)
        let early = try program.run("doctor", "-q", "--as-of", "2025-01-01")
        #expect(early.status == 65 && early.errors.contains("no events in the time that was asked for"), "\(early)")
        try program.shell(#"rm -r trail; printf 'x\n' > bad.ndjson; "$AUTHTRAIL" ingest -q --source native bad.ndjson"#)
        let empty = try program.run("doctor", "-q")
        #expect(empty.status == 65 && empty.errors.contains("the trail holds no events"), "\(empty)")
    }

    @Test func `an interrupt leaves nothing behind`() throws {
        // It waits for more of standard input when the signal comes.
        let run = try program.shell(
            #"""
            export TMPDIR="$PWD"; (echo '{"ts":1777629600,"event":"used","token_id":"t"}'; sleep 5) | (
              "$AUTHTRAIL" doctor -q - & p=$!; for i in $(seq 100); do ls -d authtrail-doctor-* >/dev/null 2>&1 && break
              sleep 0.05; done; ls -d authtrail-doctor-* > seen; kill -INT $p; wait $p; echo "status $?")
            """#)
        #expect(run.output.contains("status 130"), "\(run)")
        #expect(FileManager.default.contents(atPath: program.folder + "/seen")?.isEmpty == false)
        #expect(try leftovers() == 0)
    }

    @Test func `text fits a terminal of eighty columns, but for what is to be pasted`() throws {
        let log = Program.repository + "/SampleLogs/all-six-kinds.ndjson"
        let run = try program.shell(
            "export COLUMNS=80 TERM=xterm; script -qec 'stty cols 80; \"$AUTHTRAIL\" doctor -q \(log)' /dev/null")
        guard run.status == 0 else { return }
        let lines = run.output.replacing(/\u{1B}\[[0-9;]*m/, with: "").split(separator: "\r\n")
        #expect(lines.count > 40)
        for line in lines where !line.contains("\":") && !line.contains("authtrail ") {
            #expect(line.count <= 80, "\(line)")
        }
    }
}
