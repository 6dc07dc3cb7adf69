/// Tokens with long lives that sleep for a season and wake up. Honest tokens never sleep for more than a few days.
extension YearStory {
    mutating func plantTokens() {
        plantStolenExport()
        plantForgotten()
        plantFromIssuance()
        plantPeriodic()
        plantUnknownOrigin()
    }

    /// The one to find today: silent for half a year, then it writes, from elsewhere, with another program.
    private mutating func plantStolenExport() {
        var token = LongToken("halcyon-exports", "halcyon-export/2.1", .v4(198, 19, 200, 17), story: &self)
        issue(token, on: 9, forDays: 730, tools: ["orders.list", "reports.sales", "orders.cancel", "customers.export"])
        let last = work(token, on: 10..<178, tools: ["orders.list", "reports.sales"])
        token.agent = YearCast.agent("curl/8.5.0")
        token.address = .v4(203, 0, 113, 41)
        let wake = scenario.end - 7 * Rhythm.hour - Int64(random.below(1_800_000))
        plantUse(of: token, "orders.list", at: wake)
        plantUse(of: token, "orders.cancel", at: wake + 41_300)
        plantUse(of: token, "orders.cancel", at: wake + 69_950)
        plantUse(of: token, "customers.export", at: wake + 180_420)
        note(
            .dormantReactivated, name(of: token), wake, wake + 180_420,
            "\(who(token)) slept \(days(from: last, to: wake)) days, then cancelled orders and exported the customers "
                + "from an address and with a program it had never used.")
    }

    private mutating func plantForgotten() {
        let summer = LongToken("larkfield-dairy", "larkfield-sync/0.9", .v4(198, 19, 200, 33), story: &self)
        issue(summer, on: 5, forDays: 365, tools: ["inventory.check", "prices.list"])
        let pause = work(summer, on: 6..<71, tools: ["inventory.check", "prices.list"])
        let back = time(in: 182, .partners)
        plantUse(of: summer, "inventory.check", at: back)
        work(summer, on: 183..<230, tools: ["inventory.check", "prices.list"])
        note(
            .dormantReactivated, name(of: summer), back, back,
            "\(who(summer)) paused \(days(from: pause, to: back)) days, then went on from its usual address as before.")

        var other = LongToken("osprey-logistics", "osprey-track/3.3", .v4(198, 19, 200, 58), story: &self)
        issue(other, on: 20, forDays: 540, tools: ["shipping.track", "shipping.rates"])
        let last = work(other, on: 21..<130, tools: ["shipping.track", "shipping.rates"])
        other.agent = YearCast.agent("axios/0.21.1")
        let wake = time(in: 275, .partners)
        for step in 0..<3 { plantUse(of: other, "shipping.rates", at: wake + Int64(step) * 7_310) }
        note(
            .dormantReactivated, name(of: other), wake, wake + 14_620,
            "\(who(other)) slept \(days(from: last, to: wake)) days, then three calls came from its address "
                + "with another program.")
    }

    private mutating func plantFromIssuance() {
        let trial = LongToken("meridian-research", "meridian-lab/1.0", .v4(198, 19, 200, 71), story: &self)
        let issued = issue(trial, on: 33, forDays: 540, tools: ["catalog.search", "reports.stock"])
        let first = time(in: 251, .partners)
        plantUse(of: trial, "reports.stock", at: first)
        work(trial, on: 252..<291, tools: ["catalog.search", "reports.stock"])
        note(
            .dormantFromBirth, name(of: trial), first, first,
            "\(who(trial)) was first used \(days(from: issued, to: first)) days after it was issued, then every day.")

        let once = LongToken("brightwater-health", "brightwater-portal/5.2", .v4(198, 19, 200, 94), story: &self)
        let given = issue(once, on: 60, forDays: 365, tools: ["customers.find"])
        let only = time(in: 187, .steady)
        plantUse(of: once, "customers.find", at: only)
        note(
            .dormantFromBirth, name(of: once), only, only,
            "\(who(once)) was first used \(days(from: given, to: only)) days after it was issued, and never again.")
    }

    /// Harmless, and found all the same: a gap that repeats is a habit.
    private mutating func plantPeriodic() {
        let yearly = LongToken("ledgerline-accounts", "ledgerline-close/2025", .v4(198, 19, 201, 6), story: &self)
        issue(yearly, on: 1, forDays: 900, tools: ["reports.sales", "payments.list"])
        plantJob(yearly, "reports.sales", "its yearly closing", on: [3, 359])
        let threefold = LongToken("threefold-stocktaking", "threefold-count/1.7", .v4(198, 19, 201, 29), story: &self)
        issue(threefold, on: 4, forDays: 730, tools: ["inventory.list"])
        plantJob(threefold, "inventory.list", "a stocktaking every four months", on: [8, 129, 250])
    }

    private mutating func plantJob(_ token: LongToken, _ tool: String, _ job: String, on runs: [Int]) {
        var last: Int64?
        for day in runs {
            let first = start(of: day) + 2 * Rhythm.hour + Int64(random.below(600_000))
            for step in 0..<6 { plantUse(of: token, tool, at: first + Int64(step) * 95_400) }
            if let last {
                note(
                    .dormantReactivated, name(of: token), first, first + 5 * 95_400,
                    "\(who(token)) runs \(job): \(days(from: last, to: first)) days since the last time.")
            }
            last = first + 5 * 95_400
        }
    }

    private mutating func plantUnknownOrigin() {
        let token = LongToken("foundry-spares", "foundry-parts/0.4", .v4(198, 19, 201, 40), story: &self)
        let first = time(in: 301, .partners)
        plantUse(of: token, "inventory.check", at: first)
        work(token, on: 302..<311, tools: ["inventory.check"])
        note(
            .unknownOrigin, name(of: token), first, first,
            "\(who(token)) appeared after \(days(from: scenario.start, to: first)) days of log in which nobody "
                + "issued it.")
    }
}

/// A token of a partner of the cast, and from where it is used.
struct LongToken {
    let token: Credential
    let partner: String
    var agent: UInt16
    var address: Address

    init(_ partner: String, _ agent: String, _ address: Address, story: inout YearStory) {
        token = story.newCredential(.token)
        self.partner = partner
        self.agent = YearCast.agent(agent)
        self.address = address
    }
}

extension YearStory {
    /// Gives the time at which it was issued.
    @discardableResult
    mutating func issue(_ token: LongToken, on day: Int, forDays life: Int64, tools: [String]) -> Int64 {
        var event = DemoEvent(.issued, at: time(in: day, .people))
        event.token = token.token
        event.pattern = .apiToken
        event.principal = YearCast.partner(token.partner)
        event.actor = UInt8(random.below(Vocabulary.actors.count))
        event.scopes = tools.reduce(0) { $0 | Vocabulary.scope(ofTool: Vocabulary.tool($1)) }
        event.expires = event.ms + life * Rhythm.day
        plant(event)
        return event.ms
    }

    /// One to three uses on every day of a range; gives the time of the last one.
    @discardableResult
    mutating func work(_ token: LongToken, on days: Range<Int>, tools: [String]) -> Int64 {
        var last: Int64 = 0
        for day in days {
            for _ in 0...random.below(3) {
                let ms = time(in: day, .partners)
                plantUse(of: token, tools[random.below(tools.count)], at: ms)
                last = max(last, ms)
            }
        }
        return last
    }

    mutating func plantUse(of token: LongToken, _ tool: String, at ms: Int64) {
        var event = DemoEvent(.used, at: ms)
        event.token = token.token
        event.pattern = .apiToken
        event.principal = YearCast.partner(token.partner)
        let tool = Vocabulary.tool(tool)
        event.tool = tool
        event.scopes = Vocabulary.scope(ofTool: tool)
        event.address = token.address
        event.agent = token.agent
        event.latency = DemoEvent.latency(of: tool, random.next())
        event.success = true
        plant(event)
    }

    func name(of token: LongToken) -> String { "tok_" + token.token.text }

    func days(from first: Int64, to last: Int64) -> Int64 { (last - first) / Rhythm.day }

    private func who(_ token: LongToken) -> String { "\(name(of: token)) of partner:\(token.partner)" }
}

extension Credential {
    /// The eight characters after the prefix.
    fileprivate var text: String {
        let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        return String((0..<8).map { letters[Int(number >> UInt64(35 - $0 * 5) & 31)] })
    }
}
