import Console
import Foundation
import Testing

/// Every story of SampleLogs through the whole pipeline: the log in, counts and findings out.
struct StoryTests {
    static let folder = Program.repository + "/SampleLogs"
    static let names = try! FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { $0.hasSuffix(".ndjson") }.map { String($0.dropLast(7)) }.sorted()

    @Test func `all stories are there`() {
        #expect(
            Self.names == [
                "admin-account-taken", "all-six-kinds", "bad-lines", "broken-checks", "broken-client",
                "dead-tokens-in-use",
                "distributed-stuffing", "dormant-token", "everything-read", "first-issue", "forgotten-tokens",
                "integrator-breached", "quiet-week",
                "refused-refresh", "rented-addresses",
                "runaway-client",
                "shipper-died",
                "slow-stuffing", "spent-token-and-probe",
                "stolen-refresh-token", "stuffing-by-ip", "success-after-stuffing", "token-dormant-from-issuance",
                "token-moved",
                "undeclared-tool",
            ])
    }

    @Test(arguments: names) func `a story ends as its findings say`(name: String) throws {
        let program = Program()
        let expected = try JSONParser.parse(
            String(contentsOfFile: "\(Self.folder)/expected/\(name).json", encoding: .utf8))
        let run = try program.run("ingest", "\(Self.folder)/\(name).ndjson", "--format", "json", "--quiet")
        #expect(run.status == 0, "\(run.errors)")
        let counts = try JSONParser.parse(run.output)
        for member in try #require(expected["counts"]?.members) {
            #expect(counts[member.key] == member.value, "\(member.key)")
        }
        #expect(try program.json("status")["quarantine"].map(Self.sorted) == expected["quarantine"].map(Self.sorted))

        let asOf = try #require(expected["as_of"]?.text)
        let policy = "\(Self.folder)/\(name).policy.yaml"
        if FileManager.default.fileExists(atPath: policy) {
            try FileManager.default.copyItem(atPath: policy, toPath: program.folder + "/trail/policy.yaml")
        }
        let report = try program.json("detect", "--as-of", asOf)
        let found = try #require(report["findings"]?.elements)
        let wanted = try #require(expected["findings"]?.elements)
        #expect(Set(found.map { Self.summary($0) }) == Set(wanted.map { Self.summary($0) }))
        #expect(found.count == wanted.count)
        #expect(try program.run("verify", "--quiet").status == 0)
    }

    @Test(arguments: names) func `the same story in two parts gives the same findings`(name: String) throws {
        let whole = Program(), parts = Program()
        // Bytes, not text: bad lines are not UTF-8.
        let text = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).ndjson")))
        let half = try #require(text[(text.count / 2)...].firstIndex(of: 0x0A)) + 1
        _ = try whole.run("ingest", whole.write("auth-1.ndjson", bytes: text[...]), "--quiet", "--final")
        // The second half first: findings must not depend on the order of arrival.
        _ = try parts.run("ingest", parts.write("auth-2.ndjson", bytes: text[half...]), "--quiet", "--final")
        _ = try parts.run("ingest", parts.write("auth-1.ndjson", bytes: text[..<half]), "--quiet", "--final")
        let one = try whole.json("detect", "--since", "start")
        let two = try parts.json("detect", "--since", "start")
        #expect(one["findings"]?.elements?.map(Self.summary) == two["findings"]?.elements?.map(Self.summary))
        #expect(Self.ids(one) == Self.ids(two))
    }

    /// What a story promises of a finding.
    private static func summary(_ finding: JSONValue) -> String {
        ["detector", "class", "severity", "first_seen", "last_seen"].map { finding[$0]?.text ?? "?" }.joined(
            separator: " ")
            + " \(finding["entity"]?["type"]?.text ?? "?") \(entity(finding))"
    }

    /// What a finding is about; a log without its folder, and without the number that tells its files apart.
    private static func entity(_ finding: JSONValue) -> String {
        let value = finding["entity"]?["value"]?.text ?? "?"
        guard finding["entity"]?["type"]?.text == "source" else { return value }
        return (value.split(separator: "/").last ?? "").filter { !$0.isNumber }
    }

    /// The ids of findings; those about a log come from its path, which the two programs do not share.
    private static func ids(_ report: JSONValue) -> [String?]? {
        report["findings"]?.elements?.filter { $0["entity"]?["type"]?.text != "source" }.map { $0["id"]?.text }
    }

    private static func sorted(_ object: JSONValue) -> [String] {
        (object.members ?? []).map { "\($0.key) \($0.value.integer ?? -1)" }.sorted()
    }
}
