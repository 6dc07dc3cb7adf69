/// Somebody who signs in with OAuth: access tokens for an hour, each refreshed into the next, until the grant is idle
/// for 30 days or ended by signing out.
struct Person: Sendable {
    let number: UInt32
    let agent: UInt16
    let client: UInt8
    let tools: [UInt8]
    let scopes: UInt32
    let home: Address
    let mobile: Address
    fileprivate var access = Credential.absent
    fileprivate var accessEnd: Int64 = 0
    fileprivate var refresh = Credential.absent
    fileprivate var refreshEnd: Int64 = 0
    fileprivate var family: UInt64 = 0
    fileprivate var lastDay = -1
    fileprivate var busyUntil: Int64 = 0

    init(_ place: Int, story: inout YearStory) {
        number = UInt32(1000 + place * 17 + story.random.below(17))
        agent = UInt16(story.random.below(40) + 60 * story.random.below(3))
        client = UInt8(place % Vocabulary.clients.count)
        tools = (0...story.random.within(3...7)).map { _ in UInt8(story.random.below(Vocabulary.tools.count)) }
        scopes = tools.reduce(0) { $0 | Vocabulary.scope(ofTool: $1) }
        let host = UInt32(place)
        // One in five works in an office where fifteen share an address; one in four has IPv6 at home.
        switch place % 20 {
        case 0..<4: home = .v4(100, 64, (host / 75) >> 8 & 255, (host / 75) & 255)
        case 4..<9: home = .v6(0x4000 + UInt16(host & 0x3FFF), UInt16(place % 251) + 1, UInt16(place % 997) + 2)
        default: home = .v4(100, 80 + (host >> 16 & 15), host >> 8 & 255, host & 255)
        }
        mobile = .v4(100, 100 + (host >> 16 & 15), host >> 8 & 255, host & 255)
    }
}

extension YearStory {
    /// One visit: sign in or refresh, call tools for a while, now and then sign out. At most one on a day.
    mutating func session(ofPerson place: Int, on day: Int) {
        var person = people[place]
        var ms = time(in: day, .people)
        guard person.lastDay != day, ms > person.busyUntil else { return }
        person.lastDay = day
        let address = random.chance(180) ? person.mobile : person.home
        if person.refresh != .absent, ms < person.refreshEnd {
            if ms > person.accessEnd, random.chance(250), mayFail(address, at: ms) {
                add(failure(of: person, "expired", tool: person.tools[0], at: ms, from: address))
                ms += Int64(random.within(300...1500))
            }
            refresh(&person, at: ms, from: address)
        } else {
            exchange(&person, at: ms, from: address)
        }
        for _ in 0...min(random.below(18), random.below(24)) {
            ms += 1500 + Int64(random.below(700) * random.below(700))
            if ms > person.accessEnd - 4 * 60_000 {
                refresh(&person, at: ms, from: address)
                ms += Int64(random.within(40...400))
            }
            add(use(by: person, at: ms, from: address))
        }
        if random.chance(20), mayFail(address, at: ms + 900) { tryForbidden(person, at: ms + 900, from: address) }
        if random.chance(100) { signOut(&person, at: ms + 5000, from: address) }
        person.busyUntil = ms + 10_000
        people[place] = person
    }

    private mutating func exchange(_ person: inout Person, at ms: Int64, from address: Address) {
        person.family = random.next() | 1
        grantTokens(to: &person, at: ms)
        var event = granted(.exchanged, person, at: ms, from: address)
        event.code = random.next() | 1
        add(event)
    }

    private mutating func refresh(_ person: inout Person, at ms: Int64, from address: Address) {
        let old = person.access
        grantTokens(to: &person, at: ms)
        var event = granted(.refreshed, person, at: ms, from: address)
        event.old = old
        add(event)
    }

    private mutating func grantTokens(to person: inout Person, at ms: Int64) {
        person.access = newCredential(.access)
        person.accessEnd = ms + Rhythm.hour
        person.refresh = newCredential(.refresh)
        person.refreshEnd = ms + 30 * Rhythm.day
    }

    private func granted(
        _ kind: DemoEvent.Kind, _ person: Person, at ms: Int64, from address: Address
    ) -> DemoEvent {
        var event = DemoEvent(kind, at: ms)
        event.token = person.access
        event.pattern = .oauth
        event.principal = .user(person.number)
        event.scopes = person.scopes
        event.expires = person.accessEnd
        event.refresh = person.refresh
        event.client = person.client
        event.family = person.family
        event.address = address
        event.agent = person.agent
        return event
    }

    private mutating func use(by person: Person, at ms: Int64, from address: Address) -> DemoEvent {
        let tool = person.tools[random.below(person.tools.count)]
        var event = DemoEvent(.used, at: ms)
        event.token = person.access
        event.pattern = .oauth
        event.principal = .user(person.number)
        event.scopes = Vocabulary.scope(ofTool: tool)
        event.tool = tool
        event.address = address
        event.agent = person.agent
        event.latency = DemoEvent.latency(of: tool, random.next())
        event.success = !random.chance(12)
        event.hasRequest = person.client == 1
        return event
    }

    private mutating func tryForbidden(_ person: Person, at ms: Int64, from address: Address) {
        guard let tool = forbiddenTool(person.scopes) else { return }
        add(failure(of: person, "missing_scope", tool: tool, at: ms, from: address))
    }

    private func failure(
        of person: Person, _ reason: String, tool: UInt8, at ms: Int64, from address: Address
    ) -> DemoEvent {
        var event = DemoEvent(.failed, at: ms)
        event.token = person.access
        event.pattern = .oauth
        event.principal = .user(person.number)
        event.scopes = Vocabulary.scope(ofTool: tool)
        event.tool = tool
        event.reason = Vocabulary.reason(reason)
        event.address = address
        event.agent = person.agent
        return event
    }

    private mutating func signOut(_ person: inout Person, at ms: Int64, from address: Address) {
        var event = DemoEvent(.revoked, at: ms)
        event.token = person.access
        event.reason = Vocabulary.reason("logout")
        event.address = address
        add(event)
        person.access = .absent
        person.refresh = .absent
    }

    /// A tool whose scope is not among those held.
    mutating func forbiddenTool(_ scopes: UInt32) -> UInt8? {
        let first = random.below(Vocabulary.tools.count)
        for step in 0..<Vocabulary.tools.count {
            let tool = UInt8((first + step) % Vocabulary.tools.count)
            if Vocabulary.scope(ofTool: tool) & scopes == 0 { return tool }
        }
        return nil
    }
}
