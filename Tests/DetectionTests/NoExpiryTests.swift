import Events
import Testing

@testable import Detection

/// A log that never says when tokens end says nothing of tokens that do not.
struct NoExpiryTests {
    /// An issue, with or without an end, as a log tells it.
    private func issue(_ token: String, day: Int64, ends: Bool, in log: String, at place: Int64) -> Event {
        var event = Event.issued(token, at: Event.time(day: day))
        event.expiresAt = ends ? Event.time(day: day + 30) : nil
        event.texts[.source] = log
        event.sourceOffset = place
        return event
    }

    private func result(_ events: [Event]) throws -> DetectionResult {
        let window = DetectionWindow(from: 0, to: Event.time(day: 60), asOf: Event.time(day: 60))
        return try LifetimePolicy().detect(in: window, of: MemoryHistory(events))
    }

    @Test func `what one log says of ends is not asked of another`() throws {
        let result = try result([
            issue("api_1", day: 1, ends: true, in: "/var/log/api.log", at: 0),
            issue("api_2", day: 2, ends: false, in: "/var/log/api.log", at: 100),
            issue("login_1", day: 2, ends: false, in: "/var/log/console.log", at: 0),
        ])
        #expect(result.findings.map(\.entity.value) == ["api_2"])
        #expect(
            result.coverage.contains {
                $0.text.contains("no_expiry in /var/log/console.log, where no line ever says `expires_at` (1 token")
            })
    }

    @Test func `the files of one log speak for each other`() throws {
        let result = try result([
            issue("api_1", day: 1, ends: true, in: "/var/log/api-2026-05-01.log.gz", at: 0),
            issue("api_2", day: 2, ends: false, in: "/var/log/api-2026-05-02.log", at: 0),
        ])
        #expect(result.findings.map(\.entity.value) == ["api_2"])
        #expect(!result.coverage.contains { $0.text.contains("no_expiry") })
    }

    @Test func `a login to a page is no token for keeps`() throws {
        var login = issue("session_1", day: 2, ends: false, in: "api.log", at: 100)
        login.texts[.kind] = "session"
        #expect(try result([issue("api_1", day: 1, ends: true, in: "api.log", at: 0), login]).findings.isEmpty)
    }

    @Test func `a session that lives longer than an access token is none`() throws {
        var session = Event.exchanged("ASIA1", at: Event.time(day: 1), lifetime: 12 * Timestamp.hour)
        session.texts[.kind] = "session"
        let token = Event.exchanged("at_1", at: Event.time(day: 2), lifetime: 12 * Timestamp.hour)
        #expect(try result([session, token].sourced).findings.map(\.class) == ["access_token_too_long"])
        #expect(try result([session].sourced).findings.isEmpty)
    }
}
