internal import Events
internal import Model

extension RefreshReuse {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token refreshed again after an hour is found", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2)),
                .refreshed("at_3", from: "at_1", at: Event.time(day: 1, hour: 3)),
            ],
            expected: [.init("refresh_reuse", "at_1", .critical)]),
        DetectorExample(
            "from another network even a repetition within seconds is found", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                by("203.0.113.7", "app/1.4", .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2))),
                by(
                    "198.51.100.9", "app/1.4",
                    .refreshed("at_3", from: "at_1", at: Event.time(day: 1, hour: 2, second: 5))),
            ],
            expected: [.init("refresh_reuse", "at_1", .critical)]),
        DetectorExample(
            "a spent token that is refused is found when its successor is in use", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2)),
                .used("at_2", at: Event.time(day: 1, hour: 2, minute: 1)),
                .failed(
                    at: Event.time(day: 1, hour: 5), ip: "198.51.100.9", token: "at_1", reason: "refresh_token_reused"),
            ],
            expected: [.init("refused_reuse", "at_1", .high)]),
        DetectorExample(
            "a client that lost the answer is told as a retry", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2)),
                .failed(
                    at: Event.time(day: 1, hour: 2, minute: 9), ip: "203.0.113.7", token: "at_1",
                    reason: "refresh_token_reused"),
            ],
            expected: [.init("refresh_retry", "at_1", .info)]),
        DetectorExample(
            "a chain of refreshes, and tabs of one program that race each other for a minute, stay quiet",
            asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                by("203.0.113.7", "app/1.4", .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2))),
                by(
                    "203.0.113.8", "app/1.5",
                    .refreshed("at_3", from: "at_1", at: Event.time(day: 1, hour: 2, second: 5))),
                .refreshed("at_4", from: "at_2", at: Event.time(day: 1, hour: 2, second: 7)),
                by(
                    "203.0.113.7", "app/1.4",
                    .refreshed("at_5", from: "at_1", at: Event.time(day: 1, hour: 2, second: 59))),
                .refreshed("at_6", from: "at_5", at: Event.time(day: 1, hour: 3)),
            ],
            expected: []),
    ]

    private static func by(_ ip: String, _ agent: String, _ event: Event) -> Event {
        var event = event
        event.texts[.ip] = ip
        event.texts[.userAgent] = agent
        return event
    }
}
