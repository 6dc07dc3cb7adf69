internal import Events
internal import Model

extension LifetimePolicy {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token for a year and a token without an end are found", asOf: Event.time(day: 1, hour: 12),
            events: [
                issued("tok_year", days: 365, minute: 1), issued("tok_ever", days: nil, minute: 2),
            ],
            expected: [.init("no_expiry", "tok_ever", .high), .init("api_token_too_long", "tok_year", .medium)]),
        DetectorExample(
            "access tokens that live a day are found once for their client", asOf: Event.time(day: 1, hour: 12),
            events: (0..<5).map { exchange("at_\($0)", minute: $0, lifetime: Timestamp.day) },
            expected: [.init("access_token_too_long", "web-app", .medium)]),
        DetectorExample(
            "a refresh token that is accepted after 40 days is found", asOf: Event.time(day: 41),
            events: [
                .exchanged("at_1", at: Event.time()),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 40, hour: 1)),
            ],
            expected: [.init("refresh_token_too_long", "at_1", .medium)]),
        DetectorExample(
            "of a log that never says when a token ends nobody knows", asOf: Event.time(day: 1, hour: 12),
            events: [
                issued("tok_session", days: nil, minute: 1), .used("tok_session", at: Event.time(day: 1, hour: 2)),
            ],
            expected: []),
        DetectorExample(
            "what lives as long as it may stays quiet", asOf: Event.time(day: 1, hour: 12),
            events: [
                issued("tok_quarter", days: 90, minute: 1), exchange("at_1", minute: 2, lifetime: Timestamp.hour),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2)),
            ],
            expected: []),
    ]

    private static func issued(_ token: String, days: Int64?, minute: Int64) -> Event {
        var event = Event.issued(token, at: Event.time(day: 1, hour: 1, minute: minute))
        event.expiresAt = days.map { event.ts + $0 * Timestamp.day }
        return event
    }

    private static func exchange(_ token: String, minute: Int64, lifetime: Int64) -> Event {
        var event = Event.exchanged(token, at: Event.time(day: 1, hour: 1, minute: minute), lifetime: lifetime)
        event.texts[.clientID] = "web-app"
        return event
    }
}
