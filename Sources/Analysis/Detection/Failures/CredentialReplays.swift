internal import Columns
internal import Events
internal import Rollups

/// Finds credentials that are over (revoked, expired, superseded) and are tried from an address and with a program
/// (`Program`) from which they were never accepted: a stolen copy that came too late.
///
/// The owner's own client tries an expired token as well, from where it always was or with the program it always had,
/// in whatever version.
struct CredentialReplaySearch {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let span: SearchSpan
    let window: DetectionWindow

    struct Outcome {
        var episodes: [Episode] = []
        /// Failures of such reasons in the window, and those that name no token.
        var failures = 0
        var unnamed = 0
    }

    func run() throws -> Outcome {
        var reader = NamedFailures()
        var isFirst = true
        let found = try span.whole(margin: settings.episodeGap) { span, only in
            let failures = try reader.read(
                settings.replayReasons, span, only: only, of: history, settings, counting: isFirst ? window : nil)
            isFirst = false
            let strange = try strange(failures, reader, until: span.upperBound)
            return strange.byClient.map { members in
                let all = Array(members)
                return (all[0].key, all.runs(gap: settings.episodeGap).map { FailureSpan($0) }, all)
            }
        }
        let episodes = found.flatMap { _, failureSpans, members in
            failureSpans.map { failureSpan in
                reader.episode(
                    .credentialReplay, members.filter { failureSpan.holds($0.ts) }, width: settings.episodeGap,
                    reasons: settings.replayReasons)
            }
        }
        return Outcome(episodes: episodes, failures: reader.inWindow, unnamed: reader.unnamed)
    }

    // MARK: Habits

    /// The failures whose token was used before, but never from their client nor with their program.
    private func strange(
        _ failures: [NamedFailure], _ reader: NamedFailures, until end: Int64
    ) throws -> [NamedFailure] {
        let lives = try history.lives(named: Set(Set(failures.map(\.token)).map { reader.tokens[$0] }))
        let firstUses = Dictionary(lives.map { (Array($0.tokenID.utf8), $0.firstUse) }) { first, _ in first }
        // A token that was never used before has nowhere to be a stranger to.
        let later = failures.filter { one in
            guard let used = firstUses[reader.tokens[one.token]] ?? nil else { return false }
            return one.agent != nil && used < one.ts
        }
        var firstSeen = FirstSeenIndex(later, reader)
        try learn(&firstSeen, later, until: end, firstUse: firstUses.values.compactMap { $0 }.min() ?? 0)
        return later.filter { one in firstSeen.since(one).map { one.ts <= $0 } ?? true }
    }

    /// Looks back step by step: most tokens are known from the day before, and little is left to ask of the others.
    private func learn(
        _ known: inout FirstSeenIndex, _ failures: [NamedFailure], until end: Int64, firstUse: Int64
    ) throws {
        var upper = end
        for reach in [Timestamp.day, 8 * Timestamp.day, Int64.max] {
            let open = known.open(failures)
            guard let earliest = open.earliest else { return }
            let lower = max(earliest.minus(reach), firstUse)
            guard lower < upper else { continue }
            let scan = EventScan(
                from: lower, to: upper, kinds: .used, texts: [.tokenID: .anyOf(open.tokens)],
                fields: EventFields([.ts, .ip, .tokenID, .userAgent]))
            try history.scan(scan) { events in
                known.take(events, events.clients(history.clients, behind: settings.trustedProxies))
            }
            upper = lower
        }
    }
}

/// Since when tokens are known to clients and to programs, as far as somebody asks.
private struct FirstSeenIndex {
    private struct OfClient: Hashable {
        var token: UInt32
        var key: IPKey
    }

    private struct OfProgram: Hashable {
        var token: UInt32
        var program: UInt32
    }

    /// The earliest use that was found, or `never`.
    private var ofClients: [OfClient: Int64] = [:]
    private var ofPrograms: [OfProgram: Int64] = [:]
    private let tokens: TextNumbers
    private var programs = TextNumbers()
    /// The number of the program that each agent of the failures names.
    private var programOf: [UInt32] = []

    private static let never = Int64.max

    init(_ failures: [NamedFailure], _ reader: NamedFailures) {
        tokens = reader.tokens
        for agent in 0..<UInt32(reader.agents.count) {
            programOf.append(programs.number(of: ProgramName.of(reader.agents[agent][...])[...]))
        }
        for one in failures {
            guard let agent = one.agent else { continue }
            ofClients[OfClient(token: one.token, key: one.key)] = Self.never
            ofPrograms[OfProgram(token: one.token, program: programOf[Int(agent)])] = Self.never
        }
    }

    /// The earliest use of a failure's token from its client or with its program, or nil.
    func since(_ failure: NamedFailure) -> Int64? {
        guard let agent = failure.agent else { return nil }
        let client = ofClients[OfClient(token: failure.token, key: failure.key)] ?? Self.never
        let program = OfProgram(token: failure.token, program: programOf[Int(agent)])
        let earliest = min(client, ofPrograms[program] ?? Self.never)
        return earliest == Self.never ? nil : earliest
    }

    /// The tokens of which an earlier use may still tell something, and the first failure with one of them.
    func open(_ failures: [NamedFailure]) -> (tokens: Set<[UInt8]>, earliest: Int64?) {
        var open: Set<UInt32> = []
        var earliest: Int64?
        for one in failures where since(one).map({ $0 >= one.ts }) ?? true {
            open.insert(one.token)
            earliest = min(earliest ?? one.ts, one.ts)
        }
        return (Set(open.map { tokens[$0] }), earliest)
    }

    mutating func take(_ events: EventColumns, _ clients: [Client]) {
        let tokens = events[.tokenID].values(none: nil) { self.tokens.known($0) }
        let used = events[.userAgent].values(none: nil) { programs.known(ProgramName.of($0)[...]) }
        for row in 0..<events.count {
            guard let token = tokens[row] else { continue }
            let ts = events.ts[row]
            if let key = clients[row].key { Self.note(ts, OfClient(token: token, key: key), in: &ofClients) }
            if let program = used[row] { Self.note(ts, OfProgram(token: token, program: program), in: &ofPrograms) }
        }
    }

    private static func note<Key>(_ ts: Int64, _ key: Key, in earliest: inout [Key: Int64]) {
        guard let known = earliest[key], ts < known else { return }
        earliest[key] = ts
    }
}
