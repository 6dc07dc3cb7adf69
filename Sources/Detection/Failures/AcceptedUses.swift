internal import Columns
internal import Events

/// An accepted use, exchange or refresh, from a client that had failed.
struct AcceptedUse {
    var evidence: Evidence
    var key: IPKey
    var kind: EventKind
    var token: String
    /// For a refresh, the token that was replaced.
    var oldToken: String?
    var principal: String?
    /// OAuth tokens live an hour: their names are new all the time, while the person stays.
    var isOAuth: Bool

    var ts: Int64 { evidence.ts }

    /// The names by which an earlier success would show that this credential is known at the client.
    var names: [Name] {
        var names: [Name] = [.token(token)]
        if let oldToken { names.append(.token(oldToken)) }
        if let principal, isOAuth || kind != .used { names.append(.principal(principal)) }
        return names
    }

    enum Name: Hashable {
        case token(String)
        case principal(String)

        /// The text, if the name stands in the given column.
        func text(of field: EventField) -> String? {
            switch self {
            case .token(let text): field == .tokenID ? text : nil
            case .principal(let text): field == .principal ? text : nil
            }
        }
    }
}

/// What was accepted from the client of an episode, during it or within reach after it, for the first time.
struct SuccessAfter {
    /// The place of the episode in the list that was asked about.
    var episode: Int
    var key: IPKey
    /// The first use of each credential that had never been accepted from the client, by time.
    var firsts: [AcceptedUse]
}

/// Looks up accepted uses, always bounded by the clients that matter.
struct AcceptedUseReader {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let asOf: Int64

    private static let kinds: EventKinds = [.used, EventKinds(.exchanged), EventKinds(.refreshed)]
    private static let day = Timestamp.day

    // MARK: Broken clients

    /// Marks the runs whose credential was accepted from the same client in the time before the run.
    ///
    /// Most broken clients worked until just before, so the day before is looked at first, and older days only for
    /// runs that still have no answer.
    func markWorkedBefore(_ runs: inout [SteadyRun]) throws {
        let tokens = try FailureDetailsReader(history: history).tokens(of: runs)
        let reach = settings.brokenClient.workedWithin
        var newer: Int64 = 0
        for older in [Self.day, 8 * Self.day, reach].map({ min($0, reach) }) where older > newer {
            let open = runs.indices.filter { !runs[$0].workedBefore && !tokens[$0].isEmpty }
            guard !open.isEmpty else { return }
            try mark(open, of: &runs, tokens, newer: newer, older: older)
            newer = older
        }
    }

    private func mark(
        _ open: [Int], of runs: inout [SteadyRun], _ tokens: [Set<String>], newer: Int64, older: Int64
    ) throws {
        let byKey = Dictionary(grouping: open) { runs[$0].key }
        let starts = open.map { runs[$0].first }
        let scan = EventScan(
            from: (starts.min() ?? 0).minus(older), to: (starts.max() ?? 0).minus(newer), kinds: Self.kinds,
            texts: [
                .ip: .clients(Set(byKey.keys)),
                .tokenID: .any(of: open.reduce(into: []) { $0.formUnion(tokens[$1]) }),
            ],
            fields: EventFields([.ts, .ip, .tokenID]))
        try history.scan(scan) { events in
            let clients = events.clients()
            for row in 0..<events.count {
                guard let key = clients[row].key, let token = events[.tokenID][row] else { continue }
                let ts = events.ts[row]
                for place in byKey[key] ?? [] where tokens[place].contains(token) {
                    let start = runs[place].first
                    if ts < start, ts >= start.minus(older) { runs[place].workedBefore = true }
                }
            }
        }
    }

    // MARK: Success after failures

    /// What was accepted for the first time from the clients of episodes. An accepted use belongs to the episode of
    /// its client that began last before it; to a campaign only if no episode of the client itself is in reach.
    func successes(after episodes: [Episode]) throws -> [SuccessAfter] {
        let followed = FollowedEpisodes(episodes, reach: settings.successWithin, asOf: asOf)
        let accepted = try accepted(followed)
        let fresh = try withoutKnown(accepted.flatMap { $0.value.map { use in use.value } })
        var found: [SuccessAfter] = []
        for (target, uses) in accepted {
            let firsts = uses.values.filter { fresh.contains(Moment($0)) }
            guard !firsts.isEmpty else { continue }
            found.append(
                SuccessAfter(
                    episode: target.episode, key: target.key,
                    firsts: firsts.sorted { $0.evidence < $1.evidence }))
        }
        return found.sorted { ($0.episode, $0.key) < ($1.episode, $1.key) }
    }

    private struct Target: Hashable {
        var episode: Int
        var key: IPKey
    }

    /// Which use it is: the same token may be new to a client once, and known to it later.
    private struct Moment: Hashable {
        var key: IPKey
        var token: String
        var ts: Int64

        init(_ use: AcceptedUse) { (key, token, ts) = (use.key, use.token, use.ts) }
    }

    /// For each followed episode and client, the first accepted use of every token.
    private func accepted(_ followed: FollowedEpisodes) throws -> [Target: [String: AcceptedUse]] {
        var accepted: [Target: [String: AcceptedUse]] = [:]
        for scan in followed.scans(Self.kinds, Self.fields) {
            try history.scan(scan) { events in
                let clients = events.clients()
                for row in 0..<events.count {
                    guard let key = clients[row].key, let token = events[.tokenID][row],
                        let episode = followed.episode(of: key, at: events.ts[row], agent: events[.userAgent][row])
                    else { continue }
                    let use = Self.use(at: row, of: events, key: key, token: token)
                    let target = Target(episode: episode, key: key)
                    if let other = accepted[target]?[token], other.evidence < use.evidence { continue }
                    accepted[target, default: [:]][token] = use
                }
            }
        }
        return accepted
    }

    /// The uses whose credential was never accepted from their client before.
    private func withoutKnown(_ uses: [AcceptedUse]) throws -> Set<Moment> {
        guard let first = uses.map({ $0.ts }).min(), let last = uses.map({ $0.ts }).max() else { return [] }
        var waiting: [IPKey: [AcceptedUse.Name: [Int]]] = [:]
        for (place, use) in uses.enumerated() {
            for name in use.names { waiting[use.key, default: [:]][name, default: []].append(place) }
        }
        let names = Set(uses.flatMap { $0.names })
        var isKnown = uses.map { _ in false }
        for field in [EventField.tokenID, .principal] {
            let texts = Set(names.compactMap { $0.text(of: field) })
            guard !texts.isEmpty else { continue }
            let scan = EventScan(
                from: first.minus(settings.knownWithin), to: last, kinds: Self.kinds,
                texts: [.ip: .clients(Set(waiting.keys)), field: .any(of: texts)],
                fields: EventFields([.ts, .ip, field]))
            try history.scan(scan) { events in
                let clients = events.clients()
                for row in 0..<events.count {
                    guard let key = clients[row].key, let text = events[field][row] else { continue }
                    let name: AcceptedUse.Name = field == .tokenID ? .token(text) : .principal(text)
                    let ts = events.ts[row]
                    for place in waiting[key]?[name] ?? [] {
                        let use = uses[place]
                        if ts < use.ts, ts >= use.ts.minus(settings.knownWithin) { isKnown[place] = true }
                    }
                }
            }
        }
        return Set(uses.indices.filter { !isKnown[$0] }.map { Moment(uses[$0]) })
    }

    private static let fields = EventFields([
        .ts, .event, .ip, .tokenID, .oldTokenID, .principal, .kind, .userAgent, .source, .sourceOffset, .eventID,
    ])

    private static func use(at row: Int, of events: EventColumns, key: IPKey, token: String) -> AcceptedUse {
        AcceptedUse(
            evidence: events.evidence(at: row), key: key, kind: events.kind(at: row), token: token,
            oldToken: events[.oldTokenID][row], principal: events[.principal][row],
            isOAuth: events[.kind][row] == "oauth")
    }
}

/// The episodes after which an accepted use matters, by client and by agent.
private struct FollowedEpisodes {
    private let episodes: [Episode]
    private let reach: Int64
    private let asOf: Int64
    /// Places in `episodes`, those that began last first.
    private var byKey: [IPKey: [Int]] = [:]
    private var byAgent: [String: [Int]] = [:]

    init(_ episodes: [Episode], reach: Int64, asOf: Int64) {
        self.episodes = episodes
        self.reach = reach
        self.asOf = asOf
        let newestFirst = episodes.indices.filter { episodes[$0].kind.mayEndInSuccess }
            .sorted { (episodes[$1].first, $0) < (episodes[$0].first, $1) }
        for place in newestFirst {
            switch episodes[place].subject {
            case .key(let key): byKey[key, default: []].append(place)
            case .agent(let agent): byAgent[agent, default: []].append(place)
            }
        }
    }

    /// The scans that together deliver every use which may belong to an episode; some uses may come twice.
    func scans(_ kinds: EventKinds, _ fields: EventFields) -> [EventScan] {
        let conditions: [(places: [Int], field: EventField, condition: TextCondition)] = [
            (byKey.values.flatMap { $0 }, .ip, .clients(Set(byKey.keys))),
            (byAgent.values.flatMap { $0 }, .userAgent, .any(of: Set(byAgent.keys))),
        ]
        return conditions.compactMap { places, field, condition in
            guard let from = places.map({ episodes[$0].first }).min(),
                let to = places.map({ episodes[$0].last.plus(reach) }).max() else { return nil }
            return EventScan(from: from, to: min(to, asOf), kinds: kinds, texts: [field: condition], fields: fields)
        }
    }

    /// The episode that an accepted use belongs to, or nil.
    func episode(of key: IPKey, at ts: Int64, agent: String?) -> Int? {
        func isInReach(_ place: Int) -> Bool {
            episodes[place].first < ts && ts < episodes[place].last.plus(reach)
        }
        if let place = byKey[key]?.first(where: isInReach) { return place }
        guard let agent else { return nil }
        return byAgent[agent]?.first { isInReach($0) && Self.holds(key, in: episodes[$0].keys) }
    }

    private static func holds(_ key: IPKey, in sorted: [IPKey]) -> Bool {
        var low = 0, high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == key
    }
}
