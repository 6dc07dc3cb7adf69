/// A company whose programs call with an API token, which is replaced before its 90 days are over.
struct Partner: Sendable {
    let principal: Principal
    let agent: UInt16
    let addresses: [Address]
    let tools: [UInt8]
    let scopes: UInt32
    let region: UInt8?
    fileprivate var current: Credential
    fileprivate var previous: Credential
    /// When the current token is due to be replaced, and until when the previous one serves.
    fileprivate var rotation: Int64
    fileprivate var switchover: Int64

    init(_ place: Int, story: inout YearStory) {
        principal = .partner(UInt16(place))
        agent = UInt16(place * 7 % 300)
        let host = UInt32(place * 4 + 1)
        addresses = [.v4(198, 19, host >> 8, host & 255), .v4(198, 19, (host + 1) >> 8, (host + 1) & 255)]
        tools = (0...story.random.within(2...5)).map { _ in UInt8(story.random.below(Vocabulary.tools.count)) }
        scopes = tools.reduce(0) { $0 | Vocabulary.scope(ofTool: $1) }
        region = story.random.chance(700) ? UInt8(story.random.below(4)) : nil
        current = story.newCredential(.token)
        previous = current
        // Issued before the log begins, so the first rotations are spread over the first 83 days.
        rotation = story.scenario.start + Int64(story.random.within(1...83)) * Rhythm.day
        switchover = story.scenario.start
    }

    /// The token in use at a time.
    func token(at ms: Int64) -> Credential { ms < switchover ? previous : current }
}

extension YearStory {
    /// Every 81 to 84 days a new token is issued; a few days later the partner's programs take it, and the old one is
    /// revoked.
    mutating func rotateToken(ofPartner place: Int, on day: Int) {
        guard partners[place].rotation < start(of: day + 1) else { return }
        let ms = time(in: day, .people)
        let old = partners[place].current
        let new = newCredential(.token)
        let switchover = ms + Int64(random.within(20...90)) * Rhythm.hour
        var issued = DemoEvent(.issued, at: ms)
        issued.token = new
        issued.pattern = .apiToken
        issued.principal = partners[place].principal
        issued.actor = UInt8(random.below(Vocabulary.actors.count))
        issued.scopes = partners[place].scopes
        issued.expires = ms + 90 * Rhythm.day
        add(issued)
        var revoked = DemoEvent(.revoked, at: switchover + Int64(random.within(1...20)) * Rhythm.hour)
        revoked.token = old
        revoked.actor = issued.actor
        revoked.reason = Vocabulary.reason("rotated")
        add(revoked)
        partners[place].previous = old
        partners[place].current = new
        partners[place].switchover = switchover
        partners[place].rotation = ms + Int64(random.within(81...84)) * Rhythm.day
    }

    mutating func usePartner(_ place: Int, on day: Int) {
        let partner = partners[place]
        let ms = time(in: day, .partners)
        let tool = partner.tools[min(random.below(partner.tools.count), random.below(partner.tools.count))]
        var event = DemoEvent(.used, at: ms)
        event.token = partner.token(at: ms)
        event.pattern = .apiToken
        event.principal = partner.principal
        event.scopes = Vocabulary.scope(ofTool: tool)
        event.tool = tool
        event.address = partner.addresses[random.chance(800) ? 0 : 1]
        event.agent = partner.agent
        event.latency = DemoEvent.latency(of: tool, random.next())
        event.success = !random.chance(8)
        event.region = partner.region
        event.hasRequest = partner.agent % 4 == 1
        add(event)
    }
}
