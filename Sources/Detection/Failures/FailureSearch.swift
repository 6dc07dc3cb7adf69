internal import Events

/// Finds the episodes of failures that matter for a window, each in its full extent.
///
/// An episode must not depend on where a run's window begins: the search reads as far around the window as windows and
/// gaps reach, and where an episode is still cut by the edge of what was read, it reads further for that client alone.
struct FailureSearch {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let window: DetectionWindow
    let coverage: Range<Int64>

    struct Outcome {
        /// Episodes that touch the window, or that an accepted use inside the window may follow.
        var episodes: [Episode] = []
        var census: FailureReader.Census
        /// Failures of the clients that were looked at closely, and those of them without a credential.
        var closely = 0
        var withoutCredential = 0
    }

    /// From here on an edge of what was read cannot change an episode.
    ///
    /// A window at the edge lacks failures and may qualify wrongly; it can displace a window of the next width, and
    /// that one the next, so the reach of an error is the sum of all widths. Joining adds a gap at each end.
    private var margin: Int64 {
        (settings.windows + [settings.volume.width, settings.distributed.width]).reduce(Int64(0)) { $0.plus($1) }
            .plus(settings.episodeGap).plus(settings.episodeGap).plus(settings.episodeGap)
    }

    /// Where an episode may begin or end to matter.
    private var relevant: DetectionWindow {
        DetectionWindow(from: window.from.minus(settings.successWithin), to: window.to, asOf: window.asOf)
    }

    func run() throws -> Outcome {
        var reader = FailureReader(history: history, settings: settings)
        let span = clipped(relevant.from.minus(margin), relevant.to.plus(margin))
        let census = try reader.census(span, window: window)
        var outcome = Outcome(census: census)
        let rows = try reader.rows(span, .often(census))
        outcome.closely = rows.byKey.count
        outcome.withoutCredential = rows.byKey.count { $0.credential == Failure.noCredential }
        outcome.episodes = try keyEpisodes(rows.byKey, span, &reader) + agentEpisodes(rows.byAgent, span, &reader)
        return outcome
    }

    // MARK: Clients

    private func keyEpisodes(
        _ rows: [Failure], _ span: Range<Int64>, _ reader: inout FailureReader
    ) throws -> [Episode] {
        var settled: [(case: KeyCase, stretches: [Stretch])] = []
        var rows = rows
        var span = span
        while !rows.isEmpty {
            var cut: Set<IPKey> = []
            for group in rows.groups(by: { $0.key == $1.key }) where group.count >= settings.fewestFailures {
                let one = KeyCase(key: group[group.startIndex].key, failures: group, settings)
                let stretches = one.stretches(gap: settings.episodeGap).filter(isRelevant)
                guard !stretches.isEmpty else { continue }
                if stretches.allSatisfy({ isWhole($0, in: span) }) {
                    settled.append((one, stretches))
                } else {
                    cut.insert(one.key)
                }
            }
            guard !cut.isEmpty else { break }
            span = widened(span)
            rows = try reader.rows(span, .keys(cut)).byKey
        }
        return try episodes(of: settled)
    }

    private func episodes(of settled: [(case: KeyCase, stretches: [Stretch])]) throws -> [Episode] {
        var runs = settled.flatMap { one, stretches in
            one.steadyRuns(settings).filter { run in stretches.contains { $0.holds(run.first) } }
        }
        try AcceptedUseReader(history: history, settings: settings, asOf: window.asOf).markWorkedBefore(&runs)
        let byKey = Dictionary(grouping: runs) { $0.key }
        return settled.flatMap { one, stretches in
            one.episodes(byKey[one.key] ?? [], settings).filter { episode in
                stretches.contains { $0.holds(episode.first) }
            }
        }
    }

    // MARK: Agents

    private func agentEpisodes(
        _ rows: [Failure], _ span: Range<Int64>, _ reader: inout FailureReader
    ) throws -> [Episode] {
        var episodes: [Episode] = []
        var rows = rows
        var span = span
        while !rows.isEmpty {
            var cut: Set<String> = []
            for group in rows.groups(by: { $0.agent == $1.agent }) where group.count >= settings.distributed.failures {
                guard let agent = reader.agentTexts[group[group.startIndex].agent] else { continue }
                let one = AgentCase(agent: agent, failures: group, settings)
                let stretches = one.stretches.filter(isRelevant)
                guard !stretches.isEmpty else { continue }
                if stretches.allSatisfy({ isWhole($0, in: span) }) {
                    episodes += one.episodes(settings).filter { relevant.touches(first: $0.first, last: $0.last) }
                } else {
                    cut.insert(agent)
                }
            }
            guard !cut.isEmpty else { break }
            span = widened(span)
            rows = try reader.rows(span, .agents(cut)).byAgent
        }
        return episodes
    }

    // MARK: Spans

    private func isRelevant(_ stretch: Stretch) -> Bool { relevant.touches(first: stretch.first, last: stretch.last) }

    /// Whether nothing beyond the edges of what was read can change a stretch.
    private func isWhole(_ stretch: Stretch, in span: Range<Int64>) -> Bool {
        let all = clipped(.min, .max)
        return (span.lowerBound <= all.lowerBound || stretch.first >= span.lowerBound.plus(margin))
            && (span.upperBound >= all.upperBound || stretch.last < span.upperBound.minus(margin))
    }

    /// Three times as wide, as far as there are events that may be seen.
    private func widened(_ span: Range<Int64>) -> Range<Int64> {
        let length = max(span.upperBound.minus(span.lowerBound), Timestamp.day)
        return clipped(span.lowerBound.minus(length), span.upperBound.plus(length))
    }

    private func clipped(_ from: Int64, _ to: Int64) -> Range<Int64> {
        let end = min(window.asOf, coverage.upperBound)
        let lower = max(from, coverage.lowerBound)
        return lower..<max(lower, min(to, end))
    }
}

extension Stretch {
    fileprivate func holds(_ time: Int64) -> Bool { first <= time && time <= last }
}

extension Array {
    /// Runs of neighbors that belong together, in an array that is sorted by what makes them belong.
    fileprivate func groups(by belong: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
        var groups: [ArraySlice<Element>] = []
        var start = 0
        for place in indices where place + 1 == count || !belong(self[place], self[place + 1]) {
            groups.append(self[start...place])
            start = place + 1
        }
        return groups
    }
}
