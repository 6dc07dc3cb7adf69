internal import Events
internal import Model

extension NewSurroundings {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a known principal from another network with another program for another tool is high", asOf: asOf,
            events: settled() + [stranger(tool: "customers.get")],
            expected: [.init("all_new", "partner:acme", .high)]),
        DetectorExample(
            "sixty calls within an hour from another network with another program are high", asOf: asOf,
            events: settled() + (0..<60).map { stranger(minute: $0) },
            expected: [.init("new_and_busy", "partner:acme", .high)]),
        DetectorExample(
            "another network and another program after three weeks of silence are high",
            asOf: Event.time(day: 40, hour: 12), events: settled() + [stranger(day: 40)],
            expected: [.init("new_after_silence", "partner:acme", .high)]),
        DetectorExample(
            "another network and another program are medium, once for each day on which they are new", asOf: asOf,
            events: settled() + (0..<5).map { stranger(minute: $0) },
            expected: [.init("two_new", "partner:acme", .medium)]),
        DetectorExample(
            "where no principal is named the token stands for it", asOf: asOf,
            events: (settled() + [stranger()]).map { event in
                var event = event
                event.texts[.principal] = nil
                return event
            },
            expected: [.init("two_new", "tok_1", .medium)]),
        DetectorExample(
            "a new version of the program on a new network, and another program at home, stay quiet", asOf: asOf,
            events: settled() + [
                use(day: 20, hour: 1, ip: "198.51.100.9", agent: "acme-sync/2.0 (linux)"),
                use(day: 20, hour: 2, ip: "203.0.113.99", agent: "curl/8.5"),
            ],
            expected: []),
        DetectorExample(
            "a phone that is on another network every few days stays quiet", asOf: asOf,
            events: (0..<19).map { use(day: $0, hour: 6, ip: "198.51.\($0 / 3).7") } + [stranger()], expected: []),
        DetectorExample(
            "a principal of a week ago with two days of use stays quiet", asOf: asOf,
            events: [use(day: 10, hour: 6), use(day: 19, hour: 6), stranger()], expected: []),
        DetectorExample(
            "callers without a credential have no habits", asOf: asOf,
            events: (settled() + [stranger()]).map { event in
                var event = event
                (event.texts[.tokenID], event.texts[.principal], event.texts[.kind]) = ("anonymous", nil, "anonymous")
                return event
            },
            expected: []),
    ]

    private static let asOf = Event.time(day: 20, hour: 12)

    private static func use(
        day: Int64, hour: Int64, minute: Int64 = 0, ip: String = "203.0.113.7", agent: String = "acme-sync/1.4",
        tool: String = "orders.status"
    ) -> Event {
        var event = Event.used(
            "tok_1", at: Event.time(day: day, hour: hour, minute: minute), ip: ip, agent: agent, tool: tool)
        event.texts[.principal] = "partner:acme"
        return event
    }

    /// Twice on each of the first 19 days.
    private static func settled() -> [Event] { (0..<38).map { use(day: $0 / 2, hour: 6 + $0 % 2) } }

    private static func stranger(day: Int64 = 20, minute: Int64 = 0, tool: String = "orders.status") -> Event {
        use(day: day, hour: 1, minute: minute, ip: "198.51.100.9", agent: "curl/8.5", tool: tool)
    }
}
