import Console
import Foundation
import Testing

/// The Worker of Docs/logpush.md, as its page has it: what it logs becomes six events with every field that it names.
struct LogpushPageTests {
    private let program = Program()
    private let page: String

    init() throws { page = try String(contentsOfFile: Program.repository + "/Docs/logpush.md", encoding: .utf8) }

    /// The members that the page gives each event, and those that `logAuth` adds to all.
    private var calls: [[String: Any]] {
        page.matches(of: /logAuth\(request, \{ ([^;]*) \}\);/).map { members(String($0.1)) }
    }

    private var added: [String] {
        let body = page.firstMatch(of: /JSON\.stringify\(\{([^}]*)\}\)/).map { String($0.1) } ?? ""
        return body.matches(of: /(?m)(?:^|[,\s])(\w+):\s/).map { String($0.1) }
    }

    /// `name: "text"`, `name: true`, `name: ["text"]`, `name: expression` and `name`, with a made-up value where the
    /// page has an expression.
    private func members(_ text: String) -> [String: Any] {
        var members: [String: Any] = [:]
        for part in text.matches(of: /(\w+)(?:: (\[[^\]]*\]|"[^"]*"|[^,]+))?(?:,\s*|$)/) {
            let name = String(part.1)
            guard let value = part.2.map(String.init) else {
                members[name] = made(name, of: name)
                continue
            }
            let literal = try? JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
            members[name] = literal ?? made(name, of: value)
        }
        return members
    }

    private func made(_ name: String, of expression: String) -> Any {
        switch name {
        case "expires_at": "2026-07-25T00:00:00.000Z"
        case "latency_ms": 7.5
        case "scopes": ["orders:read"]
        default: "made-\(expression.prefix { $0.isLetter || $0 == "_" })"
        }
    }

    /// A trace event with what one invocation logged.
    private func trace(_ event: [String: Any], number: Int) throws -> String {
        var event = event
        event["ts"] = "2026-04-26T00:00:0\(number).000Z"
        event["event_id"] = "id-\(number)"
        event["ip"] = "203.0.113.7"
        event["user_agent"] = "acme-sync/1.4"
        let text = String(decoding: try JSONSerialization.data(withJSONObject: event), as: UTF8.self)
        let logs: [[String: Any]] = [["Level": "log", "Message": [text], "TimestampMs": 1_777_161_600_000 + number]]
        let record: [String: Any] = [
            "EventTimestampMs": 1_777_161_600_000 + number, "EventType": "fetch", "Event": ["RayID": "8f\(number)"],
            "Logs": logs, "Outcome": "ok", "ScriptName": "mcp",
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: record), as: UTF8.self) + "\n"
    }

    @Test func `what the Worker of the page logs becomes six events with all of their fields`() throws {
        #expect(
            calls.compactMap { $0["event"] as? String } == [
                "issued", "used", "failed", "revoked", "exchanged", "refreshed",
            ])
        #expect(added == ["ts", "event_id", "ip", "user_agent"])
        // Two objects of a bucket, and one record is delivered twice.
        let lines = try calls.enumerated().map { try trace($1, number: $0) }
        try program.shell("mkdir -p auth-logs/20260426")
        for (name, some) in [
            ("000000Z_20260426T000030Z_8fe1c2aa", lines[..<4]), ("000030Z_20260426T000100Z_a", lines[3...]),
        ] {
            _ = program.write("auth-logs/20260426/20260426T\(name).log", some.joined())
            try program.shell("gzip auth-logs/20260426/20260426T\(name).log")
        }
        let run = try program.run("ingest", program.folder + "/auth-logs")
        #expect(run.status == 0 && (run.output + run.errors).contains("logpush-workers"), "\(run.errors)")
        let status = try program.json("status")
        #expect(status["events"] == 6 && status["lines_quarantined"] == 0 && status["lines_flagged"] == 0)
        #expect(status["lines_duplicate"] == 1)
        let events = try #require(try program.json("export")["events"]?.elements)
        for (call, event) in zip(calls, events) {
            for name in Array(call.keys) + added {
                #expect(event[name] != nil && event[name] != .null, "\(call["event"] ?? "") lacks \(name)")
            }
        }
    }
}
