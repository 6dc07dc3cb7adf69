internal import Events

/// Finds the episodes of failures that matter for a window, each in its full extent.
struct FailureSearch {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let window: DetectionWindow
    let span: SearchSpan

    init(
        history: any History, settings: FailedVerificationByIP.Settings, window: DetectionWindow,
        coverage: Range<Int64>
    ) {
        self.history = history
        self.settings = settings
        self.window = window
        span = SearchSpan(window, coverage: coverage, reach: settings.successWithin)
    }

    struct Outcome {
        /// Episodes that touch the window, or that an accepted use inside the window may follow.
        var episodes: [Episode] = []
        var census: FailureReader.Counts
        /// Failures of the clients that were looked at closely, and those of them without a credential.
        var closely = 0
        var withoutCredential = 0
        /// Failures in the window that say that a credential is over, and those of them without a token.
        var over = 0
        var overUnnamed = 0
        /// Episodes that are what many users behind one address do anyway.
        var sharedEgress = 0
        /// Of a flood, one failure in so many was read.
        var oneIn = 1
    }

    /// From here on an edge of what was read cannot change an episode.
    ///
    /// A window at the edge lacks failures and may qualify wrongly; it can displace a window of the next width, and
    /// that one the next, so the reach of an error is the sum of all widths. Joining adds a gap at each end.
    private var margin: Int64 {
        (settings.windows + [settings.volume.width, settings.distributed.width]).reduce(Int64(0)) { $0.plus($1) }
            .plus(settings.episodeGap).plus(settings.episodeGap).plus(settings.episodeGap)
    }

    /// The searches one after the other, so that each gives back its rows before the next reads its own.
    func run() throws -> Outcome {
        let replays = try CredentialReplaySearch(history: history, settings: settings, span: span, window: window).run()
        let probes = try ScopeProbeSearch(history: history, settings: settings, span: span).run()
        let slow = try slowEpisodes()
        var outcome = Outcome(census: FailureReader.Counts(settings))
        (outcome.over, outcome.overUnnamed) = (replays.failures, replays.unnamed)
        let (ofClients, ofAgents) = try counted(&outcome)
        let all = ofClients + slow
        let told = try SharedEgress(history: history, settings: settings).judge(all)
        outcome.sharedEgress = all.count - told.count
        let judged = NetworkSearch.without(membersOf: told.filter { $0.keys[0].family.isNetwork }, told)
        outcome.episodes = judged.filter { !Self.isProbe($0, probes) } + ofAgents + replays.episodes + probes
        return outcome
    }

    /// Whether what looks like a broken client is somebody who tries out scopes, evenly: it lies within a probe.
    private static func isProbe(_ episode: Episode, _ probes: [Episode]) -> Bool {
        episode.kind == .brokenClient
            && probes.contains {
                $0.keys == episode.keys && $0.first <= episode.first && episode.last <= $0.last
            }
    }

    /// Episodes outside of the window to which accepted uses may belong that would else be reported of those that touch
    /// it: a use belongs to the episode that began last before it. Most runs end with the log, and their episodes are
    /// short: then there are none to look for.
    func others(around episodes: [Episode]) throws -> [Episode] {
        let followed = episodes.filter(\.kind.mayEndInSuccess)
        guard let first = followed.map(\.first).min(), let last = followed.map(\.last).max() else { return [] }
        var others: [String: Episode] = [:]
        for part in [first..<max(first, window.from), window.to..<max(window.to, last.plus(settings.successWithin))] {
            let isSeen = span.relevant.from <= part.lowerBound && part.upperBound <= window.to
            guard !part.isEmpty, !isSeen, part.lowerBound < window.asOf else { continue }
            let beside = DetectionWindow(from: part.lowerBound, to: part.upperBound, asOf: window.asOf)
            let search = FailureSearch(history: history, settings: settings, window: beside, coverage: span.coverage)
            for episode in try search.run().episodes { others[episode.id] = episode }
        }
        let known = Set(episodes.map(\.id))
        return others.values.filter { !known.contains($0.id) }.sorted { ($0.first, $0.id) < ($1.first, $1.id) }
    }

    /// The episodes of the classes that count failures: of clients and networks, and of agents.
    private func counted(_ outcome: inout Outcome) throws -> (ofClients: [Episode], ofAgents: [Episode]) {
        var reader = FailureReader(history: history, settings: settings)
        let first = span.around(margin)
        let census = try reader.census(first, window: window)
        outcome.census = census.counts
        let rows = try reader.rows(first, .often(census, fewest: settings.fewestFailures))
        outcome.closely = rows.byKey.count
        outcome.withoutCredential = rows.byKey.count { $0.credential == Failure.noCredential }
        outcome.oneIn = rows.oneIn
        let networks = NetworkSearch(history: history, settings: settings, span: span, margin: margin)
        let ofClients = try networks.run(rows.byNetwork, &reader) + keyEpisodes(rows.byKey, &reader)
        let judge = CampaignJudge(history: history, settings: settings, asOf: window.asOf)
        return try (ofClients, judge.judge(agentEpisodes(rows.byAgent, first, &reader)))
    }

    // MARK: Clients

    private func keyEpisodes(_ rows: [Failure], _ reader: inout FailureReader) throws -> [Episode] {
        let settled = try span.whole(margin: margin) { span, only -> [SearchSpan.Found<ClientFailures>] in
            let read = try only.map { try reader.rows(span, .keys($0)).byKey } ?? rows
            return read.groups { $0.key == $1.key }.compactMap { group in
                guard group.count >= settings.fewestFailures, ClientCounts(group).mayQualify(settings) else {
                    return nil
                }
                let one = ClientFailures(key: group[group.startIndex].key, failures: group, settings)
                return (one.key, one.failureSpans(gap: settings.episodeGap), one)
            }
        }
        return try episodes(of: settled)
    }

    private func episodes(of settled: [SearchSpan.Found<ClientFailures>]) throws -> [Episode] {
        var runs = settled.flatMap { _, failureSpans, one in
            one.steadyRuns(settings).filter { run in failureSpans.contains { $0.holds(run.first) } }
        }
        try AcceptedUseReader(history: history, settings: settings, asOf: window.asOf).markWorkedBefore(&runs)
        let byKey = Dictionary(grouping: runs) { $0.key }
        return settled.flatMap { _, failureSpans, one in
            one.episodes(byKey[one.key] ?? [], settings).filter { episode in
                failureSpans.contains { $0.holds(episode.first) }
            }
        }
    }

    // MARK: Weeks

    /// A pass of its own: a week around the window of a day costs a look at the addresses of its failures, and the rows
    /// of the few clients that fail often enough.
    private func slowEpisodes() throws -> [Episode] {
        var reader = FailureReader(history: history, settings: settings)
        let margin = margin.plus(settings.slowStuffing.width)
        let fewest = min(settings.slowStuffing.credentials, settings.brokenClient.failures)
        let settled = try span.whole(margin: margin) { span, only -> [SearchSpan.Found<SlowCase>] in
            let selection: FailureReader.Selection
            if let only {
                selection = .keys(only)
            } else {
                // Not behind `??`: see `HouseRulesTests` about throwing there.
                let census = try reader.census(span, window: window)
                selection = .clients(census, fewest: fewest)
            }
            return try reader.rows(span, selection).byKey.groups { $0.key == $1.key }.compactMap { group in
                guard group.count >= fewest, ClientCounts(group).mayQualifySlowly(settings) else { return nil }
                let one = SlowCase(key: group[group.startIndex].key, failures: group, settings)
                return (one.key, one.failureSpans(gap: settings.episodeGap), one)
            }
        }
        var runs = settled.flatMap { _, failureSpans, one in
            one.steadyRuns(gap: settings.episodeGap).filter { run in failureSpans.contains { $0.holds(run.first) } }
        }
        try AcceptedUseReader(history: history, settings: settings, asOf: window.asOf).markWorkedBefore(&runs)
        let byKey = Dictionary(grouping: runs) { $0.key }
        return settled.flatMap { key, failureSpans, one in
            one.episodes(byKey[key] ?? [], settings).filter { episode in
                failureSpans.contains { $0.holds(episode.first) }
            }
        }
    }

    // MARK: Agents

    private func agentEpisodes(
        _ rows: [Failure], _ first: Range<Int64>, _ reader: inout FailureReader
    ) throws -> [Episode] {
        var episodes: [Episode] = []
        var rows = rows
        var read = first
        while !rows.isEmpty {
            var cut: Set<String> = []
            for group in rows.groups(by: { $0.agent == $1.agent }) where group.count >= settings.distributed.failures {
                guard let agent = reader.agentTexts[group[group.startIndex].agent] else { continue }
                let one = AgentFailures(agent: agent, failures: group, settings)
                let failureSpans = one.failureSpans.filter(span.isRelevant)
                guard !failureSpans.isEmpty else { continue }
                if failureSpans.allSatisfy({ span.isWhole($0, in: read, margin: margin) }) {
                    episodes += one.episodes(settings).filter { span.relevant.touches(first: $0.first, last: $0.last) }
                } else {
                    cut.insert(agent)
                }
            }
            guard !cut.isEmpty else { break }
            read = span.widened(read)
            rows = try reader.rows(read, .agents(cut)).byAgent
        }
        return episodes
    }
}

extension Array {
    /// Runs of neighbors that belong together, in an array that is sorted by what makes them belong.
    func groups(by belong: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
        var groups: [ArraySlice<Element>] = []
        var start = 0
        for place in indices where place + 1 == count || !belong(self[place], self[place + 1]) {
            groups.append(self[start...place])
            start = place + 1
        }
        return groups
    }
}
