internal import Columns
internal import Events

/// What the lines of an episode say beyond its numbers.
struct FailureDetails {
    /// At most `Evidence.limit`: the first and the last of the failures.
    var evidence = EdgeEvidence()
    /// How often each text occurs; empty where an episode has too many different ones to list.
    var reasons: [String: Int] = [:]
    var agents: [String: Int] = [:]

    /// Reasons and agents are listed by name for episodes with at most so many of them.
    static let listed = 64

    /// The most frequent first, of equals the alphabetically first: `hash_mismatch 118`.
    static func ranked(_ counts: [String: Int], most: Int) -> [String] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(most).map { "\($0.key) \($0.value)" }
    }
}

/// The first and the last references of a set, whatever the order in which they come.
struct EdgeEvidence {
    private var first: [Evidence] = []
    private var last: [Evidence] = []
    private static let half = Evidence.limit / 2

    mutating func add(_ evidence: Evidence) {
        Self.insert(evidence, into: &first) { $0 < $1 }
        Self.insert(evidence, into: &last) { $1 < $0 }
    }

    /// Whether a reference to an event of this time may be kept.
    func mayKeep(_ ts: Int64) -> Bool {
        guard first.count == Self.half, let latest = first.last?.ts, let earliest = last.last?.ts else { return true }
        return ts <= latest || ts >= earliest
    }

    /// All that were kept, in order, each once.
    var all: [Evidence] { first + last.reversed().filter { !first.contains($0) } }

    /// At most so many, the last ones.
    func latest(_ count: Int) -> [Evidence] { Array(last.prefix(count).reversed()) }

    private static func insert(
        _ evidence: Evidence, into kept: inout [Evidence], _ precedes: (Evidence, Evidence) -> Bool
    ) {
        if kept.count == half, let worst = kept.last, !precedes(evidence, worst) { return }
        let place = kept.firstIndex { precedes(evidence, $0) } ?? kept.count
        kept.insert(evidence, at: place)
        if kept.count > half { kept.removeLast() }
    }
}

/// Reads the lines of episodes: one scan for all clients, one for all agents.
struct FailureDetailsReader {
    let history: any History

    /// The details of each episode, in the same order.
    func read(_ episodes: [Episode]) throws -> [FailureDetails] {
        var details = episodes.map { _ in FailureDetails() }
        let places = Dictionary(grouping: episodes.indices) { episodes[$0].subject }
        var keys: Set<IPKey> = []
        var agents: Set<String> = []
        for subject in places.keys {
            switch subject {
            case .key(let key): keys.insert(key)
            case .agent(let agent): agents.insert(agent)
            }
        }
        if !keys.isEmpty {
            let chosen = episodes.filter { if case .key = $0.subject { true } else { false } }
            try scan(chosen, .ip, .clients(keys)) { events, row, key in
                for place in places[.key(key)] ?? [] { note(events, row, episodes[place], &details[place]) }
            }
        }
        if !agents.isEmpty {
            let chosen = episodes.filter { if case .agent = $0.subject { true } else { false } }
            try scan(chosen, .userAgent, .equals(agents)) { events, row, _ in
                let agent = events[.userAgent][row] ?? ""
                for place in places[.agent(agent)] ?? [] { note(events, row, episodes[place], &details[place]) }
            }
        }
        return details
    }

    /// The token ids that failed in each run, as far as the lines name them; at most `most` for a run.
    func tokens(of runs: [SteadyRun], most: Int = 16) throws -> [Set<String>] {
        var tokens = runs.map { _ in Set<String>() }
        guard let from = runs.map({ $0.first }).min(), let to = runs.map({ $0.last }).max() else { return tokens }
        let byKey = Dictionary(grouping: runs.indices) { runs[$0].key }
        let scan = EventScan(
            from: from, to: to.plus(1), kinds: .failed, texts: [.ip: .clients(Set(byKey.keys))],
            fields: EventFields([.ts, .ip, .presented, .tokenID]))
        try history.scan(scan) { events in
            let clients = events.clients()
            for row in 0..<events.count {
                guard let key = clients[row].key, let token = events[.tokenID].bytes(at: row) else { continue }
                let mark = events[.presented].bytes(at: row).map { TextMark.of($0, kind: 1) }
                    ?? TextMark.of(token, kind: 2)
                for place in byKey[key] ?? [] {
                    let run = runs[place]
                    guard run.credential == mark, (run.first...run.last).contains(events.ts[row]) else { continue }
                    // One more than the limit, so that "too many" shows, in any order of rows.
                    if tokens[place].count <= most { tokens[place].insert(String(decoding: token, as: UTF8.self)) }
                }
            }
        }
        return tokens.map { $0.count > most ? [] : $0 }
    }

    private func scan(
        _ episodes: [Episode], _ field: EventField, _ condition: TextCondition,
        _ body: (EventColumns, Int, IPKey) -> Void
    ) throws {
        let scan = EventScan(
            from: episodes.map { $0.first }.min() ?? 0, to: (episodes.map { $0.last }.max() ?? 0).plus(1),
            kinds: .failed, texts: [field: condition],
            fields: EventFields([.ts, .ip, .userAgent, .reason, .source, .sourceOffset, .eventID]))
        try history.scan(scan) { events in
            let clients = events.clients()
            for row in 0..<events.count {
                if let key = clients[row].key { body(events, row, key) }
            }
        }
    }

    private func note(_ events: EventColumns, _ row: Int, _ episode: Episode, _ details: inout FailureDetails) {
        guard (episode.first...episode.last).contains(events.ts[row]) else { return }
        if details.evidence.mayKeep(events.ts[row]) { details.evidence.add(events.evidence(at: row)) }
        if episode.total.reasons <= FailureDetails.listed, let reason = events[.reason][row] {
            details.reasons[reason, default: 0] += 1
        }
        if episode.total.agents <= FailureDetails.listed, let agent = events[.userAgent][row] {
            details.agents[agent, default: 0] += 1
        }
    }
}
