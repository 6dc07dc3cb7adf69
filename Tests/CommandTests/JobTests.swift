import Console
import Foundation
import Testing

/// A scheduled job beside late lines and beside people who only look.
struct JobTests {
    let program = Program()

    private func use(_ time: String, _ token: String = "tok_1", tool: String = "orders.status") -> String {
        #"{"ts":"\#(time)Z","event":"used","token_id":"\#(token)","kind":"api_token","tool":"\#(tool)","ip":"203.0.113.7"}"#
            + "\n"
    }

    /// A burst of stuffing, and somebody who gets in with what it found.
    private func attack(_ day: String) -> String {
        (0..<60).map { number in
            #"{"ts":"\#(day)T01:00:\#(number < 10 ? "0" : "")\#(number)Z","event":"failed","reason":"hash_mismatch","#
                + #""presented":"fp\#(number)","ip":"192.0.2.9"}"# + "\n"
        }.joined()
            + #"{"ts":"\#(day)T01:05:00Z","event":"used","token_id":"tok_A","tool":"orders.list","ip":"192.0.2.9"}"#
            + "\n"
    }

    private func ingest(_ text: String) throws {
        #expect(try program.run("ingest", program.write("auth.ndjson", text), "-q", "--final").status == 0)
    }

    private func job(_ asOf: String, _ words: String...) throws -> Run {
        try program.run(["detect", "-q", "--new", "--fail-on", "high", "--as-of", asOf] + words)
    }

    @Test func `what a shipper delivers days late is looked at by the next run, and status says so before`() throws {
        let week = (10..<17).map { use("2026-10-\($0)T10:00:00") }.joined()
        try ingest(week)
        for day in 17...19 { #expect(try job("2026-10-\(day)T00:00:00Z").status == 0) }
        #expect(try program.json("status")["unseen"]?.elements?.isEmpty == true)

        try ingest(week + attack("2026-10-17") + use("2026-10-19T03:00:00"))
        #expect(try program.json("status")["unseen"]?[0]?["from"]?.text == "2026-10-17T01:00:00Z")
        #expect(try program.run("status").output.contains("Events of 2026-10-17 01:00:00 UTC and later came after"))
        let late = try job("2026-10-19T06:00:00Z")
        #expect(late.status == 1 && late.output.contains("CRITICAL  Accepted from 192.0.2.9 after credential stuffing"))
        #expect(try program.json("status")["unseen"]?.elements?.isEmpty == true)
        let next = try job("2026-10-19T06:10:00Z")
        #expect(next.status == 0 && next.output.isEmpty)
    }

    @Test func `a run that says how far it looks leaves late lines to the next one that does not`() throws {
        try ingest(use("2026-10-10T10:00:00"))
        #expect(try job("2026-10-11T00:00:00Z").status == 0)
        #expect(try job("2026-10-19T00:00:00Z").status == 0)
        try ingest(use("2026-10-10T10:00:00") + attack("2026-10-12") + use("2026-10-19T03:00:00"))
        #expect(try job("2026-10-19T06:00:00Z", "--since", "1d").status == 0)
        #expect(try program.json("status")["unseen"]?[0]?["from"]?.text == "2026-10-12T01:00:00Z")
        #expect(try job("2026-10-19T06:10:00Z").status == 1)
        #expect(try program.json("status")["unseen"]?.elements?.isEmpty == true)
    }

    @Test func `late lines stay late when small segments are merged meanwhile`() throws {
        var log = use("2026-10-10T10:00:00")
        try ingest(log)
        #expect(try job("2026-10-11T00:00:00Z").status == 0)
        #expect(try job("2026-10-19T00:00:00Z").status == 0)
        for part in [attack("2026-10-12"), use("2026-10-18T23:00:00"), use("2026-10-19T03:00:00")] {
            log += part
            try ingest(log)
        }
        #expect(try program.run("compact", "-q", "--all").status == 0)
        #expect(try program.json("status")["segments"] == 1)
        #expect(try job("2026-10-19T06:00:00Z").status == 1)
        log += use("2026-10-19T04:00:00")
        try ingest(log)
        #expect(try program.run("compact", "-q", "--all").status == 0)
        #expect(try program.json("status")["unseen"]?.elements?.isEmpty == true)
    }

    /// A token that wakes and, five minutes later, writes from elsewhere: worse than it looked at first.
    private var reactivation: String {
        use("2026-01-02T10:00:00", "tok_D") + use("2026-05-10T10:00:00", "tok_D")
            + use("2026-05-10T10:05:00", "tok_D", tool: "orders.cancel")
            .replacing(#""tool""#, with: #""scopes":["orders:write"],"tool""#)
    }

    @Test func `who looks as of an earlier time changes nothing that a later run has found`() throws {
        try ingest(reactivation)
        #expect(try job("2026-05-10T11:00:00Z").status == 1)
        let before = try program.run("findings", "--status", "all", "--format", "csv").output
        #expect(try program.run("detect", "-q", "--as-of", "2026-05-10T10:03:00Z").status == 0)
        #expect(try program.run("findings", "--status", "all", "--format", "csv").output == before)
    }

    @Test func `what was resolved is told again when it goes on for more than a day, and only then`() throws {
        let revoked =
            use("2999-05-01T10:00:00") + #"{"ts":"2999-05-01T11:00:00Z","event":"revoked","token_id":"tok_1"}"# + "\n"
        // Far ahead of the clock, so that all of it lies after what somebody resolves today.
        try ingest(revoked + use("2999-05-02T10:00:00"))
        #expect(try job("2999-05-03T00:00:00Z").status == 1)
        let id = try program.json("findings", "--detector", "use-after-revoke")["rows"]?[0]?["id"]?.text ?? ""
        #expect(try program.run("findings", "resolve", id, "--note", "cache fixed").status == 0)
        #expect(try job("2999-05-03T01:00:00Z").status == 1)
        #expect(try job("2999-05-03T02:00:00Z").output.isEmpty)
        let past = try program.run("explain", id).output
        #expect(past.contains("open: found by a run"))
    }

    @Test func `a silence that late lines fill is taken back by the job itself`() throws {
        let days = (1...20).flatMap { day in (0..<24).map { use(String(format: "2026-04-%02dT%02d:00:00", day, $0)) } }
        try ingest(days.dropLast(72).joined())
        #expect(try job("2026-04-18T00:00:00Z").status == 0)
        #expect(try job("2026-04-19T00:00:00Z").status == 1)
        #expect(try open() == ["source_silence"])
        try ingest((days + [use("2026-04-21T00:00:00")]).joined())
        #expect(try job("2026-04-21T00:30:00Z").status == 0)
        #expect(try open().isEmpty)
    }

    @Test func `an archive from before the first job is history, and no news`() throws {
        try ingest(use("2026-10-18T10:00:00"))
        #expect(try job("2026-10-19T00:00:00Z").status == 0)
        try ingest(use("2026-10-18T10:00:00") + attack("2025-08-01"))
        #expect(try job("2026-10-19T00:10:00Z").status == 0)
        #expect(try program.json("status")["unseen"]?.elements?.isEmpty == true)
    }

    @Test func `jobs at the same time tell a finding once, and a closed output is no reader`() throws {
        try ingest(use("2026-10-17T10:00:00") + attack("2026-10-18"))
        let closed = try program.shell("\"$AUTHTRAIL\" detect -q --new --as-of 2026-10-19T00:00:00Z >&-; echo $?")
        #expect(closed.output == "74\n" && closed.errors.contains("standard output is closed"))
        let runs = try program.shell(
            """
            for place in 1 2 3 4; do
                "$AUTHTRAIL" detect -q --new --as-of 2026-10-19T00:00:00Z --format ndjson > out.$place 2> err.$place &
            done
            wait; cat out.*; cat err.* >&2
            """)
        let told = runs.output.split(separator: "\n").compactMap { try? JSONParser.parse(String($0))["id"]?.text }
        #expect(told.count >= 2 && Set(told).count == told.count)
    }

    private let tools = """
        tools:
          orders.status: {auth: [oauth], scopes: [], writes: false}
        """

    private func open() throws -> [String] {
        try program.json("findings")["rows"]?.elements?.compactMap { $0["class"]?.text }.sorted() ?? []
    }

    @Test func `who looks by another policy than the job takes nothing back and hides nothing`() throws {
        try ingest(use("2026-10-18T10:00:00") + attack("2026-10-18"))
        let policy = program.write("job.yaml", tools)
        #expect(try job("2026-10-19T00:00:00Z", "--policy", policy).status == 1)
        let told = ["credential_stuffing", "success_after", "tool_undeclared", "wrong_credential"]
        #expect(try open() == told)
        // No policy, so that the rules about tools cannot judge; other thresholds; an allowance that is tried out.
        let quiet = program.write("quiet.yaml", "detectors: {failed-verification-by-ip: {stuffing_failures: 1000}}")
        let hiding = program.write(
            "hiding.yaml",
            tools + """

                allowlist: [{cidr: 192.0.2.0/24, owner: me, reason: a try, until: 2027-01-01}]
                """)
        for words in [[], ["--policy", quiet], ["--policy", hiding]] {
            #expect(try program.run(["detect", "--as-of", "2026-10-19T00:00:00Z"] + words).status == 0)
            #expect(try open() == told, "\(words)")
        }
        // The job itself may.
        #expect(try job("2026-10-19T01:00:00Z", "--policy", hiding).status == 0)
        #expect(try open() == ["success_after", "wrong_credential"])
    }

    @Test func `a job without the policy that a rule needs does not take back what it cannot judge`() throws {
        try ingest(use("2026-10-18T10:00:00"))
        #expect(try job("2026-10-19T00:00:00Z", "--policy", program.write("job.yaml", tools)).status == 1)
        #expect(try job("2026-10-19T00:10:00Z").status == 0)
        #expect(try open() == ["wrong_credential"])
    }
}
