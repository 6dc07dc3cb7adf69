package import Events

/// A small log with what a detector must say about it. One test runs the examples of all detectors.
package struct DetectorExample: Sendable {
    /// A sentence that says what happens and what comes of it.
    package var name: String
    package var asOf: Int64
    package var events: [Event]
    /// Exactly these findings, in the order of `Finding.precedes`; empty means: stays quiet.
    package var expected: [Expectation]

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

    package init(_ name: String, asOf: Int64, events: [Event], expected: [Expectation]) {
        self.name = name
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
