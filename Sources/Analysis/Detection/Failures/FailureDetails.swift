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

    /// The most frequent, each with its number: `hash_mismatch 118`.
    static func ranked(_ counts: [String: Int], most: Int) -> [String] {
        byFrequency(counts).prefix(most).map { "\($0.key) \($0.value)" }
    }

    /// The most frequent first, of equals the alphabetically first.
    static func byFrequency(_ counts: [String: Int]) -> [(key: String, value: Int)] {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
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
    let settings: FailedVerificationByIP.Settings

    /// The details of each episode, in the same order.
    func read(_ episodes: [Episode]) throws -> [FailureDetails] {
        var details = episodes.map { _ in FailureDetails() }
        var byKey: [IPKey: [Int]] = [:], byAgent: [[UInt8]: [Int]] = [:]
        for place in episodes.indices {
            switch episodes[place].subject {
            case .key(let key): byKey[key, default: []].append(place)
            case .agent(let agent): byAgent[Array(agent.utf8), default: []].append(place)
            }
        }
        let ofKeys = history.clients.condition(Set(byKey.keys))
        try scan(episodes, byKey.values.flatMap(\.self), .ip, ofKeys, into: &details) { text in
            history.clients.key(of: text).map { $0.withNetworks.flatMap { byKey[$0] ?? [] } }
        }
        try scan(episodes, byAgent.values.flatMap(\.self), .userAgent, .anyOf(Set(byAgent.keys)), into: &details) {
            byAgent[Array($0)]
        }
        return details
    }

    /// The token ids that failed in each run, as far as the lines name them; at most `most` for a run.
    func tokens(of runs: [SteadyRun], most: Int = 16) throws -> [Set<String>] {
        var tokens = runs.map { _ in Set<String>() }
        guard let from = runs.map({ $0.first }).min(), let to = runs.map({ $0.last }).max() else { return tokens }
        let byKey = Dictionary(grouping: runs.indices) { runs[$0].key }
        let scan = EventScan(
            from: from, to: to.plus(1), kinds: .failed, texts: [.ip: history.clients.condition(Set(byKey.keys))],
            fields: EventFields([.ts, .ip, .presented, .tokenID]))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients)
            for row in 0..<events.count {
                guard let key = clients[row].key, let token = events[.tokenID].bytes(at: row) else { continue }
                let mark =
                    events[.presented].bytes(at: row).map { KeyedTextHash.of($0, kind: 1) }
                    ?? KeyedTextHash.of(token, kind: 2)
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

    /// Notes the failures of some episodes; `whose` tells by the text of a field which of them may be meant.
    private func scan(
        _ episodes: [Episode], _ chosen: [Int], _ field: EventField, _ condition: TextCondition,
        into details: inout [FailureDetails], whose: (ArraySlice<UInt8>) -> [Int]?
    ) throws {
        // Apart from the episodes, which are large: there may be a row of each for every failure.
        let spans = episodes.map { $0.first...$0.last }, totals = episodes.map(\.total)
        let isNamed = episodes.map { $0.named != nil }
        guard let first = chosen.map({ spans[$0].lowerBound }).min(),
            let last = chosen.map({ spans[$0].upperBound }).max()
        else { return }
        let scan = EventScan(
            from: first, to: last.plus(1), kinds: .failed, texts: [field: condition],
            fields: EventFields([.ts, .ip, .userAgent, .reason, .source, .sourceOffset, .eventID]))
        try history.scan(scan) { events in
            let places = events[field].values(none: nil) { whose($0) }
            let hasClient = events[.ip].values(none: false) { history.clients.key(of: $0) != nil }
            let tries = FailureReader(history: history, settings: settings).tries(in: events)
            let (reasons, agents) = (events[.reason], events[.userAgent])
            for row in 0..<events.count where hasClient[row] {
                // Times are compared first: most rows are those of other days.
                for place in places[row] ?? [] where spans[place].contains(events.ts[row]) {
                    guard isNamed[place] ? episodes[place].mayHold(reason: reasons[row]) : tries[row] else { continue }
                    if details[place].evidence.mayKeep(events.ts[row]) {
                        details[place].evidence.add(events.evidence(at: row))
                    }
                    if totals[place].reasons <= FailureDetails.listed, let reason = reasons[row] {
                        details[place].reasons[reason, default: 0] += 1
                    }
                    if totals[place].agents <= FailureDetails.listed, let agent = agents[row] {
                        details[place].agents[agent, default: 0] += 1
                    }
                }
            }
        }
    }
}
