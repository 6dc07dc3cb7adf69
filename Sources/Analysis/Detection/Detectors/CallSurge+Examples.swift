internal import Events
internal import Model

extension CallSurge {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token that makes 160 calls in an hour, and never more than 20 before, is found",
            asOf: Event.time(day: 20, hour: 12),
            events: habit("tok_1", perHour: 20) + calls("tok_1", 160, at: Event.time(day: 20, hour: 3)),
            expected: [.init("call_surge", "tok_1", .high)]),
        DetectorExample(
            "the tokens of a person count together", asOf: Event.time(day: 20, hour: 12),
            events: (habit("at_1", perHour: 10) + calls("at_2", 60, at: Event.time(day: 20, hour: 3))
                + calls("at_3", 60, at: Event.time(day: 20, hour: 3, second: 1))).map { of("user:4231", $0) },
            expected: [.init("call_surge", "user:4231", .high)]),
        DetectorExample(
            "less than 8 times the habit, a job of last month, and a token of three days stay quiet",
            asOf: Event.time(day: 30, hour: 12),
            events: habit("tok_1", perHour: 20) + calls("tok_1", 159, at: Event.time(day: 30, hour: 3))
                + habit("tok_2", perHour: 2) + calls("tok_2", 500, at: Event.time(day: 1, hour: 9))
                + calls("tok_2", 520, at: Event.time(day: 30, hour: 9))
                + (27..<30).flatMap { calls("tok_3", 1, at: Event.time(day: $0)) }
                + calls("tok_3", 500, at: Event.time(day: 30, hour: 1)),
            expected: []),
    ]

    /// Calls within one hour of each of eight days.
    private static func habit(_ token: String, perHour: Int) -> [Event] {
        (8..<16).flatMap { calls(token, perHour, at: Event.time(day: $0, hour: 6)) }
    }

    private static func calls(_ token: String, _ count: Int, at start: Int64) -> [Event] {
        (0..<count).map { .used(token, at: start + Int64($0) * (Timestamp.hour / Int64(count + 1))) }
    }

    private static func of(_ principal: String, _ event: Event) -> Event {
        var event = event
        event.texts[.principal] = principal
        event.texts[.kind] = "oauth"
        return event
    }
}
