internal import Events

/// The episodes after which an accepted use matters, by client and by agent.
struct FollowedEpisodes {
    private let episodes: [Episode]
    private let reach: Int64
    private let asOf: Int64
    /// Places in `episodes`, those that began last first.
    private var byKey: [IPKey: [Int]] = [:]
    /// The same by agent, which has a number.
    private var byAgent: [[Int]] = []
    private var agents: [String: Int] = [:]

    init(_ episodes: [Episode], reach: Int64, asOf: Int64) {
        self.episodes = episodes
        self.reach = reach
        self.asOf = asOf
        let newestFirst = episodes.indices.filter { episodes[$0].kind.mayEndInSuccess }
            // Of those that began together, the one in whose reach the others are stands first.
            .sorted { (episodes[$1].first, episodes[$1].last, $0) < (episodes[$0].first, episodes[$0].last, $1) }
        for place in newestFirst {
            switch episodes[place].subject {
            case .key(let key): byKey[key, default: []].append(place)
            case .agent(let agent):
                if agents[agent] == nil {
                    agents[agent] = byAgent.count
                    byAgent.append([])
                }
                if let number = agents[agent] { byAgent[number].append(place) }
            }
        }
    }

    /// The scans that together deliver every use which may belong to an episode; some uses may come twice.
    func scans(_ kinds: EventKinds, _ fields: EventFields, _ clients: Clients) -> [EventScan] {
        let ofAgents = byAgent.flatMap(\.self)
        let campaigners = ofAgents.reduce(into: Set()) { $0.formUnion(episodes[$1].keys) }
        let conditions: [(places: [Int], texts: [EventField: TextCondition])] = [
            (byKey.values.flatMap(\.self), [.ip: clients.condition(Set(byKey.keys))]),
            (ofAgents, [.ip: clients.condition(campaigners), .userAgent: .equals(agents.keys)]),
        ]
        return conditions.compactMap { places, texts in
            guard let from = places.map({ episodes[$0].first }).min(),
                let to = places.map({ episodes[$0].last.plus(reach) }).max()
            else { return nil }
            return EventScan(from: from, to: min(to, asOf), kinds: kinds, texts: texts, fields: fields)
        }
    }

    /// The number of an agent that had a campaign, or nil.
    func number(ofAgent agent: ArraySlice<UInt8>) -> Int? { agents[String(decoding: agent, as: UTF8.self)] }

    /// The episode that an accepted use belongs to, or nil.
    func episode(of key: IPKey, at ts: Int64, agent: Int?) -> Int? {
        func isInReach(_ place: Int) -> Bool {
            episodes[place].first < ts && ts < episodes[place].last.plus(reach)
        }
        let own = key.withNetworks.compactMap { byKey[$0]?.first(where: isInReach) }
        let latest = own.max { (episodes[$0].first, episodes[$0].last) < (episodes[$1].first, episodes[$1].last) }
        if let latest { return latest }
        guard let agent else { return nil }
        return byAgent[agent].first { isInReach($0) && Self.holds(key, in: episodes[$0].keys) }
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
