import Console
import Foundation
import Testing

/// Behind proxies a line has a list of addresses; every part of the program takes the same one for the client.
struct ForwarderTests {
    let program = Program()
    /// The proxy of ours is 198.51.100.7, and what the attacker writes in front of it changes with every call.
    private static let attacker = "203.0.113.9"

    private func ingest(_ policy: String?) throws {
        let lines = (0..<40).map { number in
            let list = "192.0.2.\(number), \(Self.attacker), 198.51.100.7, 10.0.0.1"
            let time = String(format: "2026-05-01T10:%02d:00Z", number)
            return
                #"{"ts":"\#(time)","event":"failed","reason":"hash_mismatch","presented":"guess\#(number)","ip":"\#(list)"}"#
        }
        let log = program.write("list.ndjson", lines.joined(separator: "\n") + "\n")
        #expect(try program.run("ingest", log, "-q").status == 0)
        if let policy { _ = program.write("trail/policy.yaml", policy) }
    }

    /// Whom the parts of the program name.
    private func named() throws -> [String?] {
        let findings =
            try program.json("detect", "--since", "start", "failed-verification-by-ip")["findings"]?.elements ?? []
        let report = try program.json("report", "failed-by-ip")["rows"]?[0]
        let sql = try program.json("query", "SELECT DISTINCT client(ip) AS who FROM events")["rows"]?[0]
        let dashboard = try program.json("export", "dashboard")["top_failing_ips"]?[0]
        return [
            findings.first?["entity"]?["value"]?.text, report?["ip"]?.text, sql?["who"]?.text, dashboard?["ip"]?.text,
        ]
    }

    @Test func `with our proxy among the forwarders the client is who called it`() throws {
        try ingest("version: 1\nforwarders: [198.51.100.0/24]\n")
        #expect(try named() == Array(repeating: Self.attacker, count: 4))
        #expect(try program.run("export", "--ip", Self.attacker).output.split(separator: "\n").count == 40)
        #expect(try program.run("export", "--ip", "192.0.2.0/24").output == "")
        #expect(try program.run("export", "--ip", "198.51.100.7").output == "")
        #expect(try program.run("trace", "ip", Self.attacker).output.contains("failed"))
        let proxy = try program.run("trace", "ip", "198.51.100.7").output
        #expect(proxy.contains("40 events name it in a list of addresses whose client is another"))
        // As logged it stays in the log.
        #expect(
            try program.run("query", "SELECT ip FROM events LIMIT 1", "--format", "csv").output.contains(
                "192.0.2.0, 203.0.113.9, 198"))
    }

    @Test(arguments: ["2001:db8:1:2::5", "2001:DB8:1:2:0:0:0:5", "[2001:db8:1:2::5]:443"])
    func `one address of IPv6 is found in every spelling and place, and its neighbors are not`(asked: String) throws {
        let spellings = [
            "2001:db8:1:2::5", "2001:DB8:1:2:0::5", "[2001:db8:1:2::5]:443", "192.0.2.1, 2001:db8:1:2::5, 10.0.0.1",
            "[2001:db8:1:2::5]:443, 198.51.100.7", "2001:db8:1:2::6", "2001:db8:1:2::5, 203.0.113.1",
        ]
        let log = program.write(
            "v6.log",
            spellings.map {
                #"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t","ip":"\#($0)"}"# + "\n"
            }.joined())
        #expect(try program.run("ingest", log, "-q").status == 0)
        _ = program.write("trail/policy.yaml", "version: 1\nforwarders: [198.51.100.7]\n")
        #expect(try program.run("export", "--ip", asked).output.split(separator: "\n").count == 5)
        #expect(try program.run("export", "--ip", "2001:db8:1:2::/64").output.split(separator: "\n").count == 6)
    }

    @Test func `without forwarders the last address that is not of an inner network is the client`() throws {
        try ingest(nil)
        #expect(try named() == Array(repeating: "198.51.100.7", count: 4))
        #expect(try program.run("export", "--ip", "198.51.100.7").output.split(separator: "\n").count == 40)
    }

    @Test func `a failure through a trusted proxy is held against nobody, and not against what stands before it`()
        throws
    {
        try ingest("version: 1\ntrusted_proxies: [198.51.100.7]\n")
        let run = try program.run("detect", "--since", "start", "failed-verification-by-ip", "--format", "json")
        #expect(!run.output.contains(Self.attacker))
        #expect(try JSONParser.parse(run.output)["findings"]?.elements?.isEmpty == true)
    }

    @Test func `a policy that cannot be read stops who asks for clients, and nobody else`() throws {
        try ingest("version: 1\nforwarders: [198.51.100.0/99]\n")
        for arguments in [
            ["report", "failed-by-ip"], ["query", "SELECT client(ip) FROM events"], ["export", "--ip", Self.attacker],
        ] {
            let run = try program.run(arguments)
            #expect(run.status == 65 && run.errors.contains("no network"), "\(arguments): \(run.errors)")
        }
        #expect(try program.run("query", "SELECT count(*) FROM events").status == 0)
        #expect(try program.run("report", "principals").status == 0)
    }
}
