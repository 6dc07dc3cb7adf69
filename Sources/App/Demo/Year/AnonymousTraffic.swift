/// Callers without a token, and the mistakes of honest clients.
extension YearStory {
    /// The catalog is open to everybody.
    mutating func useAnonymously(on day: Int) { add(anonymousUse(at: time(in: day, .anonymous))) }

    mutating func anonymousUse(at ms: Int64) -> DemoEvent {
        let tools = ["catalog.search", "catalog.item", "catalog.images", "catalog.related", "catalog.compare"]
        let tool = Vocabulary.tool(tools[min(random.below(tools.count), random.below(tools.count))])
        var event = DemoEvent(.used, at: ms)
        event.token = .anonymous
        event.pattern = .anonymous
        event.tool = tool
        event.address = visitor()
        event.agent = UInt16(min(random.below(300), random.below(300)))
        event.latency = DemoEvent.latency(of: tool, random.next())
        event.success = !random.chance(15)
        event.hasRequest = random.chance(100)
        return event
    }

    /// Some visitors come often, most of them once.
    private mutating func visitor() -> Address {
        let host = UInt32(min(random.below(1 << 16), random.below(1 << 16), random.below(1 << 16)))
        return .v4(198, 18, host >> 8, host & 255)
    }

    /// A wrong key after a change of configuration, or a tool that was never granted. Does nothing where the client has
    /// failed lately.
    mutating func failHonestly(on day: Int) {
        let ms = time(in: day, .partners)
        if random.chance(400) {
            let address = visitor()
            guard mayFail(address, at: ms) else { return }
            var event = anonymousUse(at: ms)
            event.kind = .failed
            event.token = .absent
            event.address = address
            event.tool = forbiddenTool(1)
            event.scopes = Vocabulary.scope(ofTool: event.tool ?? 0)
            event.reason = Vocabulary.reason("missing_scope")
            (event.latency, event.success) = (nil, nil)
            return add(event)
        }
        let partner = partners[random.below(partners.count)]
        let address = partner.addresses[random.below(2)]
        guard mayFail(address, at: ms), let tool = forbiddenTool(partner.scopes) else { return }
        var event = DemoEvent(.failed, at: ms)
        event.pattern = .apiToken
        event.address = address
        event.agent = partner.agent
        if random.chance(500) {
            event.presented = random.next() | 1
            event.reason = Vocabulary.reason("hash_mismatch")
        } else {
            event.token = partner.token(at: ms)
            event.principal = partner.principal
            event.tool = tool
            event.scopes = Vocabulary.scope(ofTool: tool)
            event.reason = Vocabulary.reason("missing_scope")
        }
        add(event)
    }

    /// Three lines of every kind of damage, anywhere in the year.
    mutating func plantBadLines() {
        for place in 0..<3 * Damage.allCases.count {
            let damage = Damage.allCases[place % Damage.allCases.count]
            var event = anonymousUse(at: time(in: random.within(1...363), .anonymous))
            event.damage = damage
            plant(event)
            note(.badLine, "\(damage)", event.ms, event.ms, damage.story)
        }
    }
}

extension Damage {
    fileprivate var story: String {
        switch self {
        case .truncated: "A line breaks off in the middle, as when a disk is full."
        case .impossibleDate: "A line is dated 30 February."
        case .noZone: "A line's time does not say its zone."
        case .unknownEvent: "A line tells of an event that is none of the six."
        case .noToken: "A line says that a token was used, and does not say which."
        case .notJSON: "A program wrote its own warning into the log."
        case .notAnObject: "A line is JSON, but no object."
        }
    }
}
