import TestSupport
import Events

@testable import Detection

/// Histories in which everything happens that the rules speak of, and much that only looks like it.
enum RandomHistories {
    /// Uses of a few tokens over sixty days; silences like to be exactly the limit, or a microsecond off it.
    static func uses(_ seed: UInt64, dormancy: Int64) -> [Event] {
        var numbers = SeededRandom(seed)
        let start = Event.time(day: Int64.random(in: 0..<50, using: &numbers))
        var events: [Event] = []
        for token in 0..<12 {
            var time = start + Int64.random(in: 0..<(20 * Timestamp.day), using: &numbers)
            let issue = Int64.random(in: -1...4, using: &numbers)
            if issue >= 0 {
                events.append(.issued("tok_\(token)", at: time - [0, 1, dormancy - 1, dormancy, -5][Int(issue)]))
            }
            for _ in 0..<Int.random(in: 1...8, using: &numbers) {
                let agents: [String?] = ["acme-sync/1.4", "curl/8.5", nil]
                let scopes: [[String]?] = [nil, ["orders:read"], ["orders:write"]]
                events.append(
                    .used(
                        "tok_\(token)", at: time, ip: "203.0.113.\(Int.random(in: 0..<4, using: &numbers))",
                        agent: agents.randomElement(using: &numbers)!, scopes: scopes.randomElement(using: &numbers)!))
                let steps: [Int64] = [
                    0, 1, Timestamp.hour, Timestamp.day, dormancy - 1, dormancy, dormancy + 1, 2 * dormancy,
                    Int64.random(in: 0..<(6 * Timestamp.day), using: &numbers),
                ]
                time += steps.randomElement(using: &numbers) ?? 0
            }
        }
        for _ in 0..<20 {
            events.append(
                .failed(
                    at: start + Int64.random(in: 0..<(60 * Timestamp.day), using: &numbers),
                    ip: "203.0.113.\(Int.random(in: 0..<4, using: &numbers))", token: "tok_1"))
        }
        return events.shuffled(using: &numbers).sourced
    }

    /// Thresholds so small that short histories meet every rule.
    static var smallSettings: FailedVerificationByIP.Settings {
        var settings = FailedVerificationByIP.Settings()
        let second = Timestamp.second
        settings.windows = [10 * second, 60 * second, 600 * second]
        settings.stuffing.credentials = 4
        settings.stuffing.failures = 6
        settings.bruteForce.credentials = 2
        settings.bruteForce.failures = 7
        settings.brokenClient.failures = 4
        settings.brokenClient.workedWithin = 3600 * second
        settings.distributed.width = 120 * second
        settings.distributed.keys = 3
        settings.distributed.credentials = 4
        settings.distributed.failures = 6
        settings.distributed.failuresPerKey = 2.5
        settings.volume.width = 120 * second
        settings.volume.failures = 5
        settings.loginGuessing.width = 60 * second
        settings.loginGuessing.failures = 5
        settings.slowStuffing.width = 3600 * second
        settings.slowStuffing.credentials = 4
        settings.slowStuffing.days = 2
        settings.scopeProbe.width = 60 * second
        settings.scopeProbe.tools = 3
        settings.sharedEgress.principals = 2
        settings.sharedEgress.past = 1800 * second
        settings.sharedEgress.surge = 2
        settings.networkMembers = 2
        settings.episodeGap = 45 * second
        settings.successWithin = 300 * second
        settings.knownWithin = 7200 * second
        return settings
    }

    private static let addresses: [String?] = [
        "198.51.100.1", "198.51.100.2", "::ffff:198.51.100.2", "2001:db8::1", "2001:db8::2",
        "2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:300::1", "203.0.113.9", "bad", nil,
    ]

    /// Scenes of failures and accepted uses over two hours.
    static func failures(_ seed: UInt64, scenes: Int = 14) -> [Event] {
        var numbers = SeededRandom(seed)
        let start = Event.time(day: 9, hour: 23)
        var events: [Event] = []
        for _ in 0..<scenes {
            let begin = start + Int64.random(in: 0..<7200, using: &numbers) * Timestamp.second
            events += scene(at: begin, &numbers)
        }
        return events.shuffled(using: &numbers).sourced
    }

    private static func scene(at begin: Int64, _ numbers: inout SeededRandom) -> [Event] {
        let ips = addresses.shuffled(using: &numbers).prefix([1, 1, 1, 5].randomElement(using: &numbers)!)
        let allAgents: [String?] = ["curl/8.5", "okhttp/4.12", nil]
        let agents = allAgents.shuffled(using: &numbers).prefix(Int.random(in: 1...2, using: &numbers))
        let allReasons = [
            "hash_mismatch", "hash_mismatch", "hash_mismatch", "expired", "missing_scope", "rate_limited",
            "access_denied",
        ]
        let reasons = allReasons.shuffled(using: &numbers).prefix(Int.random(in: 1...2, using: &numbers))
        let credentials = [0, 1, 1, 2, 3, 9].randomElement(using: &numbers)!
        let steps: [Int64] = [0, 1, 2, 5, 10, 30, 44, 45, 60, 120]
        let step = steps.randomElement(using: &numbers)! * Timestamp.second
        let jitters: [Int64] = [0, 0, 1, step / 4, step]
        let jitter = jitters.randomElement(using: &numbers)!
        let token = "tok_\(Int.random(in: 0..<5, using: &numbers))"
        let isLogin = Int.random(in: 0..<3, using: &numbers) == 0
        var time = begin
        var events: [Event] = []
        for number in 0..<Int.random(in: 3...16, using: &numbers) {
            let isToken = credentials == 1
            var failure = Event.failed(
                at: time, ip: ips.randomElement(using: &numbers)!,
                presented: credentials == 0 || isToken ? nil : "fp\(number % credentials)",
                token: isToken ? token : nil, reason: reasons.randomElement(using: &numbers)!,
                agent: agents.randomElement(using: &numbers)!)
            if isLogin, !isToken { failure.texts[.kind] = "session" }
            failure.texts[.tool] = isToken ? "tool.\(Int.random(in: 0..<4, using: &numbers))" : nil
            events.append(failure)
            time += step + (jitter > 0 ? Int64.random(in: 0...jitter, using: &numbers) : 0)
        }
        for _ in 0..<Int.random(in: 0...3, using: &numbers) {
            let around = [begin - 600 * Timestamp.second, time].randomElement(using: &numbers)!
            let (ip, agent) = (ips.randomElement(using: &numbers)!, agents.randomElement(using: &numbers)!)
            events.append(accepted(token, around: around, ip, agent, &numbers))
        }
        return events
    }

    private static func accepted(
        _ token: String, around time: Int64, _ ip: String?, _ agent: String?, _ numbers: inout SeededRandom
    ) -> Event {
        let kinds: [EventKind] = [.used, .used, .exchanged, .refreshed, .issued]
        var event = Event(
            ts: time + Int64.random(in: 0..<400, using: &numbers) * Timestamp.second,
            kind: kinds.randomElement(using: &numbers)!,
            [.tokenID: token, .principal: "user:\(Int.random(in: 0..<3, using: &numbers))"])
        event.texts[.ip] = ip
        event.texts[.userAgent] = agent
        if event.kind == .refreshed { event.texts[.oldTokenID] = "tok_\(Int.random(in: 0..<5, using: &numbers))" }
        if Bool.random(using: &numbers) { event.texts[.kind] = event.kind == .issued ? "session" : "oauth" }
        return event
    }

    /// A span of time cut at random places.
    static func tiles(_ span: Range<Int64>, _ count: Int, _ seed: UInt64) -> [Range<Int64>] {
        var numbers = SeededRandom(seed)
        let cuts = (1..<count).map { _ in Int64.random(in: span, using: &numbers) }.sorted()
        return zip([span.lowerBound] + cuts, cuts + [span.upperBound]).map { $0..<$1 }
    }
}
