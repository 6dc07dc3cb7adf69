internal import Events
internal import Model

extension FailureSurge {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "thirty networks that nobody knows fail within an hour, each once with a program of its own", asOf: asOf,
            events: quiet + surge(30),
            expected: [.init("failure_surge", "2026-01-21", .high)]),
        DetectorExample(
            "one of the principals that were tried is let in from one of the networks", asOf: asOf,
            events: quiet + surge(30) + [
                login("user:7", at: Event.time(day: 2), ip: "203.0.113.50"),
                login("user:7", at: Event.time(day: 20, hour: 9), ip: "100.64.7.200"),
            ],
            expected: [.init("failure_surge", "2026-01-21", .critical)]),
        DetectorExample(
            "24 networks, and thirty over two hours, stay quiet", asOf: asOf,
            events: quiet + surge(24, at: Event.time(day: 20, hour: 1)) + surge(30, every: 4 * Timestamp.minute),
            expected: []),
        DetectorExample(
            "callers whose program broke, or whose key was changed, stay quiet", asOf: asOf,
            events: quiet + known(40) + surge(40),
            expected: []),
        DetectorExample(
            "people on the road who mistype every day stay quiet, also on a busy day", asOf: asOf,
            events: quiet + (10..<19 as Range<Int64>).flatMap { surge(9, at: Event.time(day: $0, hour: 8), from: 100) }
                + surge(40),
            expected: []),
        DetectorExample(
            "a wave of people who mistype and then get in stays quiet", asOf: asOf,
            events: quiet + surge(30)
                + (0..<16).map { login("user:\($0)", at: start + Timestamp.hour, ip: "100.64.\($0).9") },
            expected: []),
        DetectorExample(
            "tokens that were issued and are over stay quiet", asOf: asOf,
            events: quiet + (0..<30).map { .issued("tok_\($0)", at: Event.time(day: 3)) }
                + surge(30).enumerated().map { number, event in
                    var event = event
                    (event.texts[.tokenID], event.texts[.presented]) = ("tok_\(number)", nil)
                    return event
                },
            expected: []),
        DetectorExample(
            "in a log of a week nobody knows what is usual", asOf: asOf,
            events: [login("user:1", at: Event.time(day: 13), ip: "203.0.113.7")] + surge(30),
            expected: []),
    ]

    private static let start = Event.time(day: 20, hour: 3), asOf = Event.time(day: 20, hour: 12)
    private static let quiet = [login("user:1", at: Event.time(), ip: "203.0.113.7")]

    /// Failures of networks of their own, by name of whom they tried.
    private static func surge(
        _ networks: Int, at start: Int64 = start, every: Int64 = Timestamp.minute, from first: Int = 0
    ) -> [Event] {
        (first..<first + networks).map { number in
            var event = Event.failed(
                at: start + Int64(number - first) * every, ip: "100.64.\(number).9", presented: "fp\(number)",
                agent: "agent-\(number)/1")
            event.texts[.principal] = "user:\(number)"
            return event
        }
    }

    /// Successes of partners in as many networks, some days before.
    private static func known(_ networks: Int) -> [Event] {
        (0..<networks).map { login("partner:\($0)", at: Event.time(day: 12), ip: "100.64.\($0).1") }
    }

    private static func login(_ principal: String, at ts: Int64, ip: String) -> Event {
        var event = Event.used("tok_of_\(principal)", at: ts, ip: ip)
        event.texts[.principal] = principal
        return event
    }
}
