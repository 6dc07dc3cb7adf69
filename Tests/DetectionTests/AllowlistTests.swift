import Model
import Events
import Testing

@testable import Detection

struct AllowlistTests {
    private func finding(
        _ type: String, _ value: String, class name: String = "brute_force", last: Int64 = 100,
        _ context: [(String, [String])] = []
    ) -> Finding {
        var finding = Finding(
            id: "f", detector: "failed-verification-by-ip", version: 1, class: name, severity: .high,
            confidence: .high, entity: .init(type, value), firstSeen: 0, lastSeen: last, asOf: 200, title: "",
            explanation: "", evidence: [], context: Context(), references: [])
        for (name, values) in context { finding.context.add(name, values) }
        return finding
    }

    private func list(_ subject: Allowlist.Entry.Subject, _ detectors: [String] = [], until: Int64 = 150) -> Allowlist {
        var list = Allowlist()
        list.entries = [.init(subject, detectors: detectors, owner: "secops", reason: "scanner", until: until)]
        return list
    }

    @Test func `an entry hides what is about its subject and nothing else`() throws {
        let network = list(.network(try #require(IPNetwork("192.0.2.0/24"))))
        #expect(network.entry(hiding: finding("ip", "192.0.2.9")) != nil)
        #expect(network.entry(hiding: finding("ip", "192.0.3.9")) == nil)
        #expect(network.entry(hiding: finding("token", "t", [("addresses", ["192.0.2.1", "192.0.2.2"])])) != nil)
        #expect(network.entry(hiding: finding("token", "t", [("addresses", ["192.0.2.1", "192.0.9.2"])])) == nil)
        #expect(list(.token("t")).entry(hiding: finding("token", "t")) != nil)
        #expect(list(.token("t")).entry(hiding: finding("token", "u")) == nil)
        let acme = list(.principal("partner:acme"))
        #expect(acme.entry(hiding: finding("token", "t", [("principals", ["partner:acme"])])) != nil)
        #expect(acme.entry(hiding: finding("token", "t", [("principals", ["partner:acme", "partner:x"])])) == nil)
    }

    @Test func `an entry hides nothing after its end, and nothing of other detectors`() {
        #expect(list(.token("t")).entry(hiding: finding("token", "t", last: 150)) == nil)
        #expect(list(.token("t"), ["self-issue"]).entry(hiding: finding("token", "t")) == nil)
        #expect(list(.token("t"), ["failed-verification-by-ip"]).entry(hiding: finding("token", "t")) != nil)
    }

    @Test func `a success after an attack is never hidden`() throws {
        let all = list(.network(try #require(IPNetwork("0.0.0.0/0"))))
        #expect(all.entry(hiding: finding("ip", "192.0.2.9")) != nil)
        #expect(all.entry(hiding: finding("ip", "192.0.2.9", class: "success_after")) == nil)
    }

    @Test func `networks hold the addresses that their bits say`() throws {
        let small = try #require(IPNetwork("2001:db8:1::/48"))
        #expect(small.contains("2001:db8:1:ffff::1") && small.contains("2001:db8:1:2::/64"))
        #expect(!small.contains("2001:db8:2::1") && !small.contains("192.0.2.1"))
        #expect(try #require(IPNetwork("192.0.2.7")).contains("192.0.2.7"))
        #expect(IPNetwork("192.0.2.0/33") == nil && IPNetwork("2001:db8::/65") == nil && IPNetwork("x") == nil)
    }
}
