/// A year of a believable server, day by day: partners and people go about their work, and now and then something
/// happens that is worth finding.
///
/// Days here are the 365 spans of 24 hours that end with the log. Memory holds the plan of one such day, what spills
/// into the next, and the planted cases.
struct YearStory {
    static let days = 365

    let scenario: DemoScenario
    let texts = LineTexts(morePartners: YearCast.partners, moreAgents: YearCast.agents)
    var random: SeededRandom
    private var ids: SeededRandom

    var partners: [Partner] = []
    var people: [Person] = []
    private let partnerRanks: WeightedTable
    private(set) var cases: [PlantedCase] = []

    /// Planted events in the order of time, and how many of them have been taken into the plan.
    private var planted: [DemoEvent] = []
    private var plantedTaken = 0
    /// What will happen, in the order in which it was thought of.
    private var plan: [DemoEvent] = []
    private var ordinary = 0
    private var credentials: UInt64 = 0
    private var lastFailures: [Address: Int64] = [:]
    private var failuresToday = 0

    init(_ scenario: DemoScenario) {
        self.scenario = scenario
        random = SeededRandom(seed: scenario.seed, stream: 2)
        ids = SeededRandom(seed: scenario.seed, stream: 3)
        let partnerCount = min(max(scenario.lines / 8000, 12), 400)
        partnerRanks = WeightedTable((0..<UInt64(partnerCount)).map { (1 << 30) / ($0 + 4) })
        for place in 0..<partnerCount { partners.append(Partner(place, story: &self)) }
        for place in 0..<min(max(scenario.lines / 1600, 40), 20_000) { people.append(Person(place, story: &self)) }
        plantTokens()
        plantFailures()
        plantBadLines()
        planted.sort { ($0.ms, $0.token.number, $0.presented) < ($1.ms, $1.token.number, $1.presented) }
        cases.sort { ($0.first, $0.entity) < ($1.first, $1.entity) }
    }

    mutating func write(to output: inout LineOutput) throws {
        let weights = dayWeights()
        let total = weights.reduce(0, +)
        let goal = UInt64(scenario.lines - planted.count)
        var passed: UInt64 = 0
        for (day, weight) in weights.enumerated() {
            passed += weight
            planDay(day, upTo: Int(total.dividingFullWidth(goal.multipliedFullWidth(by: passed)).quotient))
            try writePlan(before: start(of: day + 1), to: &output)
        }
    }

    /// The beginning of a day, in milliseconds.
    func start(of day: Int) -> Int64 { scenario.start + Int64(day) * Rhythm.day }

    /// A time in a day, as likely as the rhythm has it.
    mutating func time(in day: Int, _ rhythm: Rhythm) -> Int64 {
        for _ in 0..<400 {
            let ms = start(of: day) + Int64(random.below(Int(Rhythm.day)))
            if random.below(100) < rhythm.weight(at: ms) { return ms }
        }
        return start(of: day)
    }

    mutating func newCredential(_ prefix: Credential.Prefix) -> Credential {
        credentials += 1
        return Credential(prefix, nth: credentials, seed: scenario.seed)
    }

    /// Puts an ordinary event into the plan; what lies beyond the end of the log does not happen.
    mutating func add(_ event: DemoEvent) {
        if event.ms >= scenario.end { return }
        ordinary += 1
        plan.append(event)
    }

    mutating func plant(_ event: DemoEvent) { planted.append(event) }

    mutating func note(_ kind: PlantedCase.Kind, _ entity: String, _ first: Int64, _ last: Int64, _ story: String) {
        cases.append(PlantedCase(kind: kind, entity: entity, first: first * 1000, last: last * 1000, story: story))
    }

    /// Whether an honest client may fail at a time. One failure in 60 hours for an address, and 150 in a day for all,
    /// stay far below every threshold of a detector.
    mutating func mayFail(_ address: Address, at ms: Int64) -> Bool {
        if failuresToday >= 150 { return false }
        if let last = lastFailures[address], abs(ms - last) < 60 * Rhythm.hour { return false }
        lastFailures[address] = ms
        failuresToday += 1
        return true
    }
}

extension YearStory {
    /// Weekends, growth over the year, and days that are a little busier than others.
    private mutating func dayWeights() -> [UInt64] {
        (0..<Self.days).map { day in
            var weight = 0
            for hour in 0..<24 {
                let ms = start(of: day) + Int64(hour) * Rhythm.hour
                weight += 50 * Rhythm.partners.weight(at: ms) + 28 * Rhythm.people.weight(at: ms)
                weight += 22 * Rhythm.anonymous.weight(at: ms)
            }
            return UInt64(weight * (1000 + day) * random.within(92...108))
        }
    }

    private mutating func planDay(_ day: Int, upTo goal: Int) {
        let end = start(of: day + 1)
        while plantedTaken < planted.count, planted[plantedTaken].ms < end {
            plan.append(completed(planted[plantedTaken]))
            plantedTaken += 1
        }
        failuresToday = 0
        for place in partners.indices { rotateToken(ofPartner: place, on: day) }
        for place in partners.indices where ordinary < goal { usePartner(place, on: day) }
        while ordinary < goal {
            switch random.below(790) {
            case ..<500: usePartner(partnerRanks.index(for: random.next()), on: day)
            case ..<720: useAnonymously(on: day)
            case ..<755 where goal - ordinary > 40: session(ofPerson: random.below(people.count), on: day)
            case ..<755: useAnonymously(on: day)
            default: failHonestly(on: day)
            }
        }
    }

    /// A planted use without a token is made with the token that the partner holds at that time.
    private func completed(_ event: DemoEvent) -> DemoEvent {
        guard event.kind == .used, event.token == .absent, event.damage == nil,
            case .partner(let place) = event.principal, Int(place) < partners.count
        else { return event }
        var event = event
        event.token = partners[Int(place)].token(at: event.ms)
        return event
    }

    private mutating func writePlan(before end: Int64, to output: inout LineOutput) throws {
        // Ordered by time, then by place in the plan: sorting alone promises no order among equals.
        let due = plan.indices.filter { plan[$0].ms < end }.sorted { (plan[$0].ms, $0) < (plan[$1].ms, $1) }
        for place in due { try output.line(plan[place], texts, ids: &ids) }
        plan.removeAll { $0.ms < end }
    }
}
