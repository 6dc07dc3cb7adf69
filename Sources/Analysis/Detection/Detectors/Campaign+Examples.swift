internal import Events
internal import Model

extension Campaign {
    package static let examples: [DetectorExample] = [
        DetectorExample(
            "three partners from one new network with one new program within a week are a campaign", asOf: asOf,
            events: settled(3) + (0..<3).map { visit($0, day: 40 + Int64($0) * 2) },
            expected: [.init("campaign", "198.51.100.9", .high)]),
        DetectorExample(
            "a campaign with tools that its victims never used is at work", asOf: asOf,
            events: settled(3) + (0..<3).map { visit($0, day: 44, tool: "customers.export") },
            expected: [.init("campaign_at_work", "198.51.100.9", .critical)]),
        DetectorExample(
            "a hundred calls in an hour, of all together, are reading in bulk", asOf: asOf,
            events: settled(3) + (0..<102).map { visit($0 % 3, day: 44, minute: Int64($0 / 3)) },
            expected: [.init("campaign_at_work", "198.51.100.9", .critical)]),
        DetectorExample(
            "a token that is issued from there makes it one at work", asOf: asOf,
            events: settled(3) + (0..<3).map { visit($0, day: 44) } + [minted],
            expected: [.init("campaign_at_work", "198.51.100.9", .critical)]),
        DetectorExample(
            "one new program on another new network for each of three is a campaign by its program", asOf: asOf,
            events: settled(3) + (0..<3).map { visit($0, day: 44, ip: "198.51.\($0).9") },
            expected: [.init("campaign", "curl", .high)]),
        DetectorExample(
            "two partners, and three within ten days, stay quiet", asOf: asOf,
            events: settled(3) + [visit(0, day: 36), visit(1, day: 40), visit(2, day: 44)],
            expected: []),
        DetectorExample(
            "an office that moves keeps its programs and stays quiet", asOf: asOf,
            events: settled(5) + (0..<5).map { visit($0, day: 44, agent: "acme-sync-\(letters[$0])/2.0") }, expected: []
        ),
        DetectorExample(
            "a network and a program that a new customer has had for two weeks are nobody's secret", asOf: asOf,
            events: settled(3) + (20..<40).map { visit(9, day: Int64($0)) } + (0..<3).map { visit($0, day: 44) },
            expected: []),
        DetectorExample(
            "people on phones, each on another network with another program, stay quiet", asOf: asOf,
            events: settled(6)
                + (0..<6).map { visit($0, day: 44, ip: "198.51.\($0).9", agent: "app-\(letters[$0])/1") },
            expected: []),
    ]

    private static let asOf = Event.time(day: 45)
    private static let letters = Array("abcdefghij")

    private static func use(
        _ partner: Int, day: Int64, hour: Int64, minute: Int64 = 0, ip: String, agent: String,
        tool: String = "orders.status"
    ) -> Event {
        var event = Event.used(
            "tok_\(partner)", at: Event.time(day: day, hour: hour, minute: minute), ip: ip, agent: agent, tool: tool)
        event.texts[.principal] = "partner:\(letters[partner])"
        return event
    }

    /// Partners who come every day from where they are.
    private static func settled(_ count: Int) -> [Event] {
        (0..<count).flatMap { partner in
            (0..<45).map {
                use(
                    partner, day: $0, hour: 6, ip: "203.0.\(partner).7", agent: "acme-sync-\(letters[partner])/1.4")
            }
        }
    }

    private static func visit(
        _ partner: Int, day: Int64, minute: Int64 = 0, ip: String = "198.51.100.9", agent: String = "curl/8.5",
        tool: String = "orders.status"
    ) -> Event {
        use(partner, day: day, hour: 2, minute: minute, ip: ip, agent: agent, tool: tool)
    }

    private static var minted: Event {
        var event = Event.issued("tok_minted", at: Event.time(day: 44, hour: 3), to: "partner:a")
        (event.texts[.ip], event.texts[.userAgent]) = ("198.51.100.10", "curl/8.6")
        return event
    }
}
