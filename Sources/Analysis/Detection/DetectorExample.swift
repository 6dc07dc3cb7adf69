package import Events
package import Model

/// A small log with what a detector must say about it. One test runs the examples of all detectors.
package struct DetectorExample: Sendable {
    /// A sentence that says what happens and what comes of it.
    package var name: String
    package var asOf: Int64
    package var events: [Event]
    /// Exactly these findings, in the order of `Finding.precedes`; empty means: stays quiet.
    package var expected: [Expectation]
    /// The policy that the detector judges by.
    package var policy: Policy

    package struct Expectation: Sendable, Equatable {
        package var `class`: String
        package var entity: String
        package var severity: Severity

        package init(_ name: String, _ entity: String, _ severity: Severity) {
            self.class = name
            self.entity = entity
            self.severity = severity
        }
    }

    package init(
        _ name: String, asOf: Int64, events: [Event], expected: [Expectation], policy: Policy = Policy()
    ) {
        self.name = name
        self.policy = policy
        self.asOf = asOf
        self.events = events
        self.expected = expected
    }
}

extension Event {
    /// A time in examples: days, hours, minutes and seconds after 2026-01-01T00:00:00Z.
    package static func time(day: Int64 = 0, hour: Int64 = 0, minute: Int64 = 0, second: Int64 = 0) -> Int64 {
        1_767_225_600 * Timestamp.second + day * Timestamp.day + hour * Timestamp.hour + minute * Timestamp.minute
            + second * Timestamp.second
    }

    /// A token's issue, in examples.
    package static func issued(_ token: String, at ts: Int64, to principal: String = "partner:acme") -> Event {
        var event = Event(ts: ts, kind: .issued, [.tokenID: token, .principal: principal, .actor: "admin:maria"])
        event.expiresAt = ts + 90 * Timestamp.day
        return event
    }

    /// A token's use, in examples.
    package static func used(
        _ token: String, at ts: Int64, ip: String? = "203.0.113.7", agent: String? = "acme-sync/1.4",
        tool: String = "orders.status", scopes: [String]? = nil
    ) -> Event {
        var event = Event(ts: ts, kind: .used, [.tokenID: token, .tool: tool])
        event.texts[.ip] = ip
        event.texts[.userAgent] = agent
        event.scopes = scopes
        event.success = true
        return event
    }

    /// A token's revocation, in examples.
    package static func revoked(
        _ token: String, at ts: Int64, by actor: String? = "admin:maria", reason: String? = "rotation"
    ) -> Event {
        var event = Event(ts: ts, kind: .revoked, [.tokenID: token])
        event.texts[.actor] = actor
        event.texts[.reason] = reason
        return event
    }

    /// A one-time code that was exchanged for an access token, in examples.
    package static func exchanged(
        _ token: String, at ts: Int64, to principal: String = "user:4231", code: String? = nil,
        lifetime: Int64 = Timestamp.hour
    ) -> Event {
        var event = Event(ts: ts, kind: .exchanged, [.tokenID: token, .principal: principal, .kind: "oauth"])
        event.texts[.codeID] = code
        event.expiresAt = ts + lifetime
        return event
    }

    /// A token that took the place of another, in examples.
    package static func refreshed(
        _ token: String, from old: String, at ts: Int64, to principal: String = "user:4231",
        lifetime: Int64 = Timestamp.hour
    ) -> Event {
        var event = Event(
            ts: ts, kind: .refreshed, [.tokenID: token, .oldTokenID: old, .principal: principal, .kind: "oauth"])
        event.expiresAt = ts + lifetime
        return event
    }

    /// A refused credential, in examples.
    package static func failed(
        at ts: Int64, ip: String?, presented: String? = nil, token: String? = nil, reason: String = "hash_mismatch",
        agent: String? = "python-requests/2.32"
    ) -> Event {
        var event = Event(ts: ts, kind: .failed, [.reason: reason])
        event.texts[.ip] = ip
        event.texts[.presented] = presented
        event.texts[.tokenID] = token
        event.texts[.userAgent] = agent
        return event
    }
}
