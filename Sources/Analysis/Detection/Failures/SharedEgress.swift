internal import Columns
internal import Events

/// Judges addresses that many users share, such as an office's or a carrier's, by another measure: there, twenty people
/// who mistype are no attack.
///
/// An address is shared if enough principals were let in from it in the month before an episode. Then the episode is
/// reported only if most of the address's calls fail, on far more credentials than nearly all its windows of that
/// month.
struct SharedEgress {
    let history: any History
    let settings: FailedVerificationByIP.Settings

    /// The classes that count failures over all who call from an address.
    private static let kinds: Set<FailureClass> = [.credentialStuffing, .stuffingSlow, .volume, .loginGuessing]

    /// The episodes that are worth telling, in their order.
    func judge(_ episodes: [Episode]) throws -> [Episode] {
        let asked = episodes.filter { Self.kinds.contains($0.kind) }
        guard !asked.isEmpty else { return episodes }
        let traffic = try traffic(asked)
        let shared = zip(asked, traffic).filter { $1.principals.count >= settings.sharedEgress.principals }
        guard !shared.isEmpty else { return episodes }
        let usual = try usualCredentials(shared.map(\.0))
        var quiet: Set<String> = []
        for ((episode, traffic), usual) in zip(shared, usual) where !isAttack(episode, traffic, usual) {
            quiet.insert(episode.id)
        }
        return episodes.filter { !quiet.contains($0.id) }
    }

    private func isAttack(_ episode: Episode, _ traffic: Traffic, _ usual: Int) -> Bool {
        let rule = settings.sharedEgress
        let failures = Double(episode.peak.failures)
        let count = Self.countsFailures(episode.kind) ? episode.peak.failures : episode.peak.credentials
        return failures / (failures + Double(traffic.accepted)) >= rule.failureRatio && count >= rule.surge * usual
    }

    private static func countsFailures(_ kind: FailureClass) -> Bool { kind == .volume || kind == .loginGuessing }

    // MARK: What else comes from the address

    /// What was accepted from a client around an episode.
    private struct Traffic {
        /// Marks of the principals in the time before it; no more than make the address a shared one.
        var principals: Set<UInt64> = []
        /// Accepted uses within its strongest window.
        var accepted = 0
    }

    private func traffic(_ episodes: [Episode]) throws -> [Traffic] {
        var traffic = episodes.map { _ in Traffic() }
        let byKey = Dictionary(grouping: episodes.indices) { episodes[$0].keys[0] }
        let past = settings.sharedEgress.past
        let scan = EventScan(
            from: (episodes.map(\.first).min() ?? 0).minus(past), to: (episodes.map(\.peak.last).max() ?? 0).plus(1),
            kinds: .accepted, texts: [.ip: history.clients.condition(Set(byKey.keys))],
            fields: AcceptedUseReader.kindFields.union(EventFields([.ts, .ip, .principal])))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: settings.trustedProxies)
            let principals = events[.principal].values(none: 0) { KeyedTextHash.of($0) }
            for row in 0..<events.count where events.isAccepted(at: row) {
                guard let key = clients[row].key else { continue }
                let ts = events.ts[row]
                for place in key.withNetworks.flatMap({ byKey[$0] ?? [] }) {
                    let episode = episodes[place]
                    if ts < episode.first, ts >= episode.first.minus(past), principals[row] != 0,
                        traffic[place].principals.count < settings.sharedEgress.principals
                    {
                        traffic[place].principals.insert(principals[row])
                    }
                    if ts >= episode.peak.first, ts <= episode.peak.last { traffic[place].accepted += 1 }
                }
            }
        }
        return traffic
    }

    /// For each episode, how many credentials (failures, for one without credentials) nearly all windows of its width
    /// had in the month before: the 99th percentile over the windows that end at a failure.
    private func usualCredentials(_ episodes: [Episode]) throws -> [Int] {
        var reader = FailureReader(history: history, settings: settings)
        let past = settings.sharedEgress.past
        let from = (episodes.map(\.first).min() ?? 0).minus(past)
        let rows = try reader.rows(
            from..<(episodes.map(\.first).max() ?? 0), .keys(Set(episodes.map { $0.keys[0] }))
        ).byKey
        return episodes.map { episode in
            let before = rows.failures(of: episode.keys[0]).filter {
                $0.ts < episode.first && $0.ts >= episode.first.minus(past)
            }
            let counts = Self.counts(before, width: episode.peakWidth, ofFailures: Self.countsFailures(episode.kind))
                .sorted()
            return counts.isEmpty ? 0 : counts[(counts.count * 99 + 99) / 100 - 1]
        }
    }

    /// For each failure, how many credentials (or failures) the window has that ends at its time.
    private static func counts(_ failures: [Failure], width: Int64, ofFailures: Bool) -> [Int] {
        var attempts: [UInt64: Int] = [:]
        var low = 0
        var counts: [Int] = []
        for together in failures.groups(by: { $0.ts == $1.ts }) {
            for one in together { attempts[one.credential, default: 0] += 1 }
            while failures[low].ts <= together[together.startIndex].ts.minus(width) {
                let left = (attempts[failures[low].credential] ?? 1) - 1
                attempts[failures[low].credential] = left > 0 ? left : nil
                low += 1
            }
            let nameless = attempts[Failure.noCredential] == nil ? 0 : 1
            let count = ofFailures ? together.endIndex - low : attempts.count - nameless
            counts += repeatElement(count, count: together.count)
        }
        return counts
    }
}
