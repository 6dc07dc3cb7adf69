internal import Columns
internal import Events
internal import Rollups

/// Finds credentials that are over (revoked, expired, superseded) and are tried from an address and with a user agent
/// from which they were never accepted: a stolen copy that came too late.
///
/// The owner's own client tries an expired token as well, from where it always was or with the program it always had.
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
                return (all[0].key, all.runs(gap: settings.episodeGap).map { Stretch($0) }, all)
            }
        }
        let episodes = found.flatMap { _, stretches, members in
            stretches.map { stretch in
                reader.episode(
                    .credentialReplay, members.filter { stretch.holds($0.ts) }, width: settings.episodeGap,
                    reasons: settings.replayReasons)
            }
        }
        return Outcome(episodes: episodes, failures: reader.inWindow, unnamed: reader.unnamed)
    }

    // MARK: Habits

    /// A token tried by one client with one agent.
    private struct Attempt: Hashable {
        var key: IPKey
        var token: UInt32
        var agent: UInt32?

        init(_ failure: NamedFailure) { (key, token, agent) = (failure.key, failure.token, failure.agent) }
    }

    /// What is known of an attempt: since when it is made, and since when the token is known to its client or agent.
    private struct Knowledge {
        var since: Int64
        var knownFrom: Int64?

        /// Whether an earlier time may still show that it was known all along.
        var isOpen: Bool { knownFrom.map { $0 >= since } ?? true }
    }

    /// The failures whose token was used before, but never from their client nor with their agent.
    private func strange(
        _ failures: [NamedFailure], _ reader: NamedFailures, until end: Int64
    ) throws -> [NamedFailure] {
        let lives = try history.lives(named: Set(Set(failures.map(\.token)).map { reader.tokens.texts[Int($0)] }))
        let firstUses = Dictionary(lives.map { (Array($0.tokenID.utf8), $0.firstUse) }) { first, _ in first }
        // A token that was never used before has nowhere to be a stranger to.
        let later = failures.filter { one in
            guard let used = firstUses[reader.tokens.texts[Int(one.token)]] ?? nil else { return false }
            return one.agent != nil && used < one.ts
        }
        var attempts: [Attempt: Knowledge] = [:]
        for one in later {
            let attempt = Attempt(one)
            attempts[attempt] = Knowledge(since: min(attempts[attempt]?.since ?? one.ts, one.ts))
        }
        try learn(&attempts, reader, until: end, firstUse: firstUses.values.compactMap { $0 }.min() ?? 0)
        return later.filter { one in attempts[Attempt(one)]?.knownFrom.map { one.ts <= $0 } ?? true }
    }

    /// Looks back step by step: most tokens are known from the day before, and little is left to ask of the others.
    private func learn(
        _ attempts: inout [Attempt: Knowledge], _ reader: NamedFailures, until end: Int64, firstUse: Int64
    ) throws {
        var upper = end
        for reach in [Timestamp.day, 8 * Timestamp.day, Int64.max] {
            let open = attempts.filter { $0.value.isOpen }
            guard let earliest = open.values.map(\.since).min() else { return }
            let lower = max(earliest.minus(reach), firstUse)
            guard lower < upper else { continue }
            try look(at: open, lower..<upper, reader, &attempts)
            upper = lower
        }
    }

    private func look(
        at open: [Attempt: Knowledge], _ span: Range<Int64>, _ reader: NamedFailures,
        _ attempts: inout [Attempt: Knowledge]
    ) throws {
        let agents = Dictionary(uniqueKeysWithValues: open.keys.map { attempt in
            (attempt, attempt.agent.map { reader.agents.texts[Int($0)] } ?? [])
        })
        let byToken = Dictionary(grouping: open.keys) { reader.tokens.texts[Int($0.token)] }
        let scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: .used, texts: [.tokenID: .anyOf(Set(byToken.keys))],
            fields: EventFields([.ts, .ip, .tokenID, .userAgent]))
        try history.scan(scan) { events in
            let clients = events.clients(behind: settings.trustedProxies)
            for row in 0..<events.count {
                for attempt in byToken[events.tokenBytes(at: row)] ?? [] {
                    let isKnown = clients[row].key == attempt.key
                        || events[.userAgent].bytes(at: row)
                            .map { $0.elementsEqual(agents[attempt] ?? []) } == true
                    guard isKnown else { continue }
                    let earliest = min(attempts[attempt]?.knownFrom ?? .max, events.ts[row])
                    attempts[attempt]?.knownFrom = earliest
                }
            }
        }
    }
}
