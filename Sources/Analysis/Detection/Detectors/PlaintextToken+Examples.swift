internal import Events
internal import Model

extension PlaintextToken {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a log whose lines hold bearer tokens in a header is found once, however many lines they are",
            asOf: Event.time(day: 10, hour: 12),
            events: (0..<30).map { replaced("bearer:authorization", at: Event.time(day: 10, hour: 1, minute: $0)) },
            expected: [.init("plaintext_token", "auth.ndjson", .high)]),
        DetectorExample(
            "two types are two findings, and so are two days", asOf: Event.time(day: 10, hour: 2),
            events: [
                replaced("jwt:user_agent,url_password:referer", at: Event.time(day: 10, hour: 1)),
                replaced("jwt:user_agent", at: Event.time(day: 9, hour: 23)),
            ],
            expected: [
                .init("plaintext_token", "auth.ndjson", .high), .init("plaintext_token", "auth.ndjson", .high),
                .init("plaintext_token", "auth.ndjson", .high),
            ]),
        DetectorExample(
            "events without credentials, and a leak that ended before the window, stay quiet",
            asOf: Event.time(day: 10, hour: 12),
            events: [
                .used("tok_1", at: Event.time(day: 10, hour: 1)), replaced("jwt:reason", at: Event.time(day: 8)),
            ],
            expected: []),
    ]

    /// A use in whose line a credential was replaced.
    private static func replaced(_ what: String, at ts: Int64) -> Event {
        var event = Event.used("tok_1", at: ts)
        event.texts[.redacted] = what
        return event
    }
}
