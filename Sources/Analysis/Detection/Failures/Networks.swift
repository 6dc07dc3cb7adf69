internal import Events

/// Finds whole networks of IPv6 that act as one client: whoever has a /56 or a /48 has hundreds of /64 to fail from, a
/// few times each.
struct NetworkSearch {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let span: SearchSpan
    let margin: Int64

    /// The episodes of networks, those of a /56 that lie within one of its /48 left out.
    func run(_ rows: [Failure], _ reader: inout FailureReader) throws -> [Episode] {
        let found = try span.whole(margin: margin) { span, only -> [SearchSpan.Found<ClientFailures>] in
            let read = try only.map { try reader.rows(span, .keys($0)).byKey } ?? rows
            return [IPKey.Family.v48, .v56].flatMap { cases(read, $0, only) }
        }
        let episodes = found.flatMap { _, failureSpans, one in
            one.episodes([], settings).filter { episode in failureSpans.contains { $0.holds(episode.first) } }
                .map { $0.naming(busiest: one.failures) }
        }
        return Self.without(membersOf: episodes.filter { $0.keys[0].family == .v48 }, episodes)
    }

    private func cases(
        _ rows: [Failure], _ family: IPKey.Family, _ only: Set<IPKey>?
    ) -> [SearchSpan.Found<ClientFailures>] {
        let ofNetworks = rows.groups { $0.key.widened(to: family) == $1.key.widened(to: family) }
        return ofNetworks.compactMap { group in
            let key = group[group.startIndex].key.widened(to: family)
            guard key.family == family, only?.contains(key) ?? true, group.count >= settings.fewestFailuresOfNetwork
            else { return nil }
            let failures = group.sorted { $0.ts < $1.ts }[...]
            let one = ClientFailures(key: key, failures: failures, settings, fewestMembers: settings.networkMembers)
            return (key, one.failureSpans(gap: settings.episodeGap), one)
        }
    }

    /// The episodes without those that are part of a network's: of the same class or a weaker one, and within its time.
    static func without(membersOf networks: [Episode], _ episodes: [Episode]) -> [Episode] {
        guard !networks.isEmpty else { return episodes }
        let byKey = Dictionary(grouping: networks) { $0.keys[0] }
        return episodes.filter { episode in
            guard case .key(let key) = episode.subject, key.family != .v4 else { return true }
            let above = [IPKey.Family.v56, .v48].filter { $0.prefix < key.family.prefix }
                .flatMap { byKey[IPKey(family: .v6, bits: key.bits).widened(to: $0)] ?? [] }
            return !above.contains { network in
                network.kind.isAtLeast(episode.kind) && network.first <= episode.first && episode.last <= network.last
            }
        }
    }
}

extension Episode {
    /// The same with the members that failed most.
    fileprivate func naming(busiest failures: ArraySlice<Failure>) -> Episode {
        var episode = self
        let members = failures.filter { $0.ts >= first && $0.ts <= last }
        var counts: [IPKey: Int] = [:]
        for one in members { counts[one.key, default: 0] += 1 }
        episode.busiest = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(10).map(\.key)
        return episode
    }
}

extension FailureClass {
    /// Whether it is as strong as another, or stronger.
    fileprivate func isAtLeast(_ other: FailureClass) -> Bool {
        let order = FailureClass.allCases
        return (order.firstIndex(of: self) ?? 0) <= (order.firstIndex(of: other) ?? 0)
    }
}

extension Array where Element == Failure {
    /// The failures of a client or a network, by time. The array must be sorted by client.
    func failures(of key: IPKey) -> [Failure] {
        let last = key.bits | (key.family.isNetwork ? UInt64.max >> UInt64(key.family.prefix) : 0)
        let from = partition { $0.bits >= key.bits }
        let to = partition { $0.bits > last }
        return self[from..<to].filter { $0.key.widened(to: key.family) == key }.sorted { $0.ts < $1.ts }
    }

    /// The first place from which on a condition holds.
    private func partition(_ holds: (Failure) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
