/// The mix that speed and size are measured on: hour by hour, each with its share of the lines at random times in it.
struct BenchmarkMix {
    static let days = 120
    private static let tokens = 50_000
    private static let addresses = 200_000

    private let scenario: DemoScenario
    private let texts = LineTexts()
    private let tokenRanks = WeightedTable.zipf(Self.tokens)
    private let agentRanks = WeightedTable.zipf(300)
    private let toolRanks = WeightedTable.zipf(40)
    private let addressPool: [Address]
    private var random: SeededRandom
    private var ids: SeededRandom
    private var newTokens: UInt64 = 0

    init(_ scenario: DemoScenario) {
        self.scenario = scenario
        random = SeededRandom(seed: scenario.seed)
        ids = SeededRandom(seed: scenario.seed, stream: 1)
        addressPool = Self.pool(seed: scenario.seed)
    }

    mutating func write(to output: inout LineOutput) throws {
        let weights = (0..<Self.days * 24).map { hour in
            UInt64(Rhythm.partners.weight(at: scenario.start + Int64(hour) * Rhythm.hour))
        }
        let total = weights.reduce(0, +)
        var (passed, written) = (UInt64(0), 0)
        var offsets: [UInt32] = []
        for (hour, weight) in weights.enumerated() {
            passed += weight
            // Rounding the running total, not each hour, makes the sum exact.
            let goal = total.dividingFullWidth(UInt64(scenario.lines).multipliedFullWidth(by: passed)).quotient
            offsets.removeAll(keepingCapacity: true)
            while written < Int(goal) {
                offsets.append(UInt32(random.below(Int(Rhythm.hour))))
                written += 1
            }
            offsets.sort()
            let start = scenario.start + Int64(hour) * Rhythm.hour
            for offset in offsets {
                try output.line(event(at: start + Int64(offset), hour), texts, ids: &ids)
            }
        }
    }

    private mutating func event(at ms: Int64, _ hour: Int) -> DemoEvent {
        let lot = random.below(1000)
        if lot < 888 {
            if hour % 53 == 8, random.chance(500) { return attack(at: ms, number: hour / 53) }
            return use(at: ms)
        }
        if lot < 960 { return failure(at: ms) }
        if lot < 970 { return issue(at: ms) }
        if lot < 975 { return revocation(at: ms) }
        return grant(at: ms, isRefresh: lot >= 985)
    }

    private mutating func use(at ms: Int64) -> DemoEvent {
        let rank = activeRank(at: ms)
        var event = DemoEvent(.used, at: ms)
        identify(&event, as: rank)
        let habit = SeededRandom.mix(UInt64(rank) &+ scenario.seed)
        let tool = tool(habit)
        event.tool = tool
        event.scopes = Vocabulary.scope(ofTool: tool)
        event.address = address(of: rank)
        event.agent = agent(habit)
        event.latency = latency(of: tool)
        event.success = !random.chance(9)
        decorate(&event, habit)
        return event
    }

    private mutating func failure(at ms: Int64) -> DemoEvent {
        let rank = activeRank(at: ms)
        var event = DemoEvent(.failed, at: ms)
        let habit = SeededRandom.mix(UInt64(rank) &+ scenario.seed)
        let tool = tool(habit)
        event.tool = tool
        event.agent = agent(habit)
        let lot = random.below(100)
        event.reason = Vocabulary.reason(lot < 60 ? "hash_mismatch" : lot < 85 ? "expired" : "missing_scope")
        event.pattern = isPerson(rank) ? .oauth : .apiToken
        if lot < 60 {
            event.presented = random.next() | 1
            event.address = addressPool[random.below(Self.addresses)]
        } else {
            identify(&event, as: rank)
            event.scopes = Vocabulary.scope(ofTool: tool)
            event.address = address(of: rank)
        }
        decorate(&event, habit)
        return event
    }

    /// Attacks take turns: made-up credentials from one address, from 90 addresses with one program, and guesses at
    /// one token's secret.
    private mutating func attack(at ms: Int64, number: Int) -> DemoEvent {
        var event = DemoEvent(.failed, at: ms)
        event.reason = Vocabulary.reason("hash_mismatch")
        event.pattern = .apiToken
        event.agent = UInt16(299 - number % 40)
        let address = number % 3 == 1 ? random.below(90) : 0
        event.address = addressPool[(number * 3571 + address * 97) % Self.addresses]
        if number % 3 == 2 {
            event.token = credential(ofRank: number * 11 % Self.tokens)
        } else {
            event.presented = random.next() | 1
        }
        return event
    }

    private mutating func issue(at ms: Int64) -> DemoEvent {
        var event = DemoEvent(.issued, at: ms)
        identify(&event, as: random.below(Self.tokens / 10) * 10)
        event.actor = UInt8(random.below(Vocabulary.actors.count))
        event.scopes = UInt32(truncatingIfNeeded: random.next()) & 0xFFFF & UInt32(truncatingIfNeeded: random.next())
        event.expires = ms + 90 * Rhythm.day
        return event
    }

    private mutating func revocation(at ms: Int64) -> DemoEvent {
        var event = DemoEvent(.revoked, at: ms)
        event.token = credential(ofRank: random.below(Self.tokens))
        event.actor = UInt8(random.below(Vocabulary.actors.count))
        event.reason = UInt8(4 + random.below(4))
        return event
    }

    private mutating func grant(at ms: Int64, isRefresh: Bool) -> DemoEvent {
        var event = DemoEvent(isRefresh ? .refreshed : .exchanged, at: ms)
        let rank = random.below(Self.tokens / 10) * 10 + 7
        identify(&event, as: rank)
        newTokens += 1
        event.refresh = Credential(.refresh, nth: newTokens, seed: scenario.seed)
        if isRefresh { event.old = Credential(.access, nth: UInt64(Self.tokens) + newTokens, seed: scenario.seed) }
        if !isRefresh { event.code = random.next() | 1 }
        event.scopes = UInt32(truncatingIfNeeded: random.next()) & 0xFFFF & UInt32(truncatingIfNeeded: random.next())
        event.expires = ms + Rhythm.hour
        event.client = UInt8(rank % Vocabulary.clients.count)
        event.family = SeededRandom.mix(UInt64(rank)) | 1
        event.address = address(of: rank)
        return event
    }
}

// Who calls, from where, with what.
extension BenchmarkMix {
    /// Every thousandth token sleeps from day 12 to day 119, so that even the largest log has some that wake up.
    private mutating func activeRank(at ms: Int64) -> Int {
        let rank = tokenRanks.index(for: random.next())
        let day = (ms - scenario.start) / Rhythm.day
        return rank % 1000 == 999 && day >= 12 && day < 119 ? rank - 1 : rank
    }

    private func isPerson(_ rank: Int) -> Bool { rank % 10 >= 7 }

    private func credential(ofRank rank: Int) -> Credential {
        Credential(isPerson(rank) ? .access : .token, nth: UInt64(rank), seed: scenario.seed)
    }

    private func identify(_ event: inout DemoEvent, as rank: Int) {
        event.token = credential(ofRank: rank)
        event.pattern = isPerson(rank) ? .oauth : .apiToken
        event.principal = isPerson(rank) ? .user(UInt32(1000 + rank / 2)) : .partner(UInt16(rank / 3 % 1600))
    }

    /// Seven of ten calls come from one of the four places where the token lives, the others from anywhere.
    private mutating func address(of rank: Int) -> Address {
        let lot = random.below(1000)
        let place = lot < 420 ? 0 : lot < 560 ? 1 : lot < 630 ? 2 : 3
        return addressPool[lot < 700 ? rank * 4 + place : random.below(Self.addresses)]
    }

    private mutating func tool(_ habit: UInt64) -> UInt8 {
        let lot = random.below(16)
        if lot >= 14 { return UInt8(toolRanks.index(for: random.next())) }
        let place = lot < 7 ? 0 : lot < 11 ? 1 : lot < 13 ? 2 : 3
        return UInt8(toolRanks.index(for: SeededRandom.mix(habit &+ UInt64(place))))
    }

    private mutating func agent(_ habit: UInt64) -> UInt16 {
        UInt16(agentRanks.index(for: random.chance(30) ? random.next() : SeededRandom.mix(habit ^ 0xA6E7)))
    }

    private mutating func latency(of tool: UInt8) -> UInt32 { DemoEvent.latency(of: tool, random.next()) }

    private mutating func decorate(_ event: inout DemoEvent, _ habit: UInt64) {
        if habit & 3 != 0 { event.region = UInt8(habit >> 4 & 3) }
        event.hasRequest = random.chance(100)
    }

    /// One in ten addresses is IPv6. IPv4 comes from the whole range, as addresses do, without what is no host's.
    private static func pool(seed: UInt64) -> [Address] {
        (0..<UInt64(addresses)).map { place in
            if place % 10 == 9 {
                let bits = SeededRandom.mix(place)
                return .v6(UInt16(place / 10 + 1), UInt16(bits >> 16 & 0x7FFF) + 1, UInt16(bits & 0x7FFF) + 1)
            }
            var bits = UInt32(truncatingIfNeeded: place)
            repeat {
                // Both steps map no two numbers to one, so no address comes twice.
                bits = (bits ^ bits >> 15) &* 0x2C1B_3C6D &+ UInt32(truncatingIfNeeded: seed)
                bits = (bits ^ bits >> 13) &* 0x297A_2D39
            } while [0, 10, 127].contains(bits >> 24) || bits >> 24 > 223
            return .v4(bits)
        }
    }
}

extension DemoEvent {
    /// Tenths of a millisecond: half to one and a half of what the tool usually takes, and a long tail.
    static func latency(of tool: UInt8, _ bits: UInt64) -> UInt32 {
        let usual = UInt64(Vocabulary.tools[Int(tool)].latency)
        let spread = usual / 2 + ((usual * (bits & 0xFFFF)) >> 16)
        let tail = bits >> 16 & 0x3F
        return UInt32(truncatingIfNeeded: tail == 0 ? spread * (2 + (bits >> 24 & 15)) : spread)
    }
}
