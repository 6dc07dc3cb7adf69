internal import Columns
internal import Events
internal import Rollups

/// What the events around a reactivation say: the two uses themselves, and what makes the reactivation better or worse.
struct Surroundings {
    /// The use that ended the silence, or nil if the events no longer hold it (rollups outlive pruned segments).
    var reactivation: Use?
    /// The use before the silence.
    var previous: Use?
    /// Uses from the reactivation on, the reactivation included, until `aftermath` later.
    var uses = 0
    var lastUse: Int64?
    /// Lines of these uses, and the tools of those that followed the reactivation.
    var lines = EdgeEvidence()
    var toolsAfter = FirstNames()
    /// The first tool within reach of the reactivation that asked for a scope that writes.
    var writeTool: String?
    /// Failed verifications from the reactivation's address in the time before it.
    var failuresBefore = 0
    /// Whether the address, or agent, stands in no use of the months before the silence; nil when that is unknown.
    var newAddress: Bool?
    var newAgent: Bool?

    /// One use, as evidence and context show it.
    struct Use {
        var evidence: Evidence
        var ip: String?
        var userAgent: String?
        var tool: String?
        var principal: String?
        var kind: String?
    }
}

/// Reads the surroundings of all reactivations in three scans, each bounded in time and by the tokens or addresses.
struct SurroundingsReader {
    let history: any History
    let window: DetectionWindow
    let settings: DormantTokenReactivation.Settings

    /// The surroundings of each reactivation, in the same order.
    func read(_ reactivations: [Reactivation]) throws -> [Surroundings] {
        var all = reactivations.map { _ in Surroundings() }
        guard !reactivations.isEmpty else { return all }
        let byToken = Dictionary(grouping: reactivations.indices) { Array(reactivations[$0].life.tokenID.utf8) }
        try readAftermath(reactivations, byToken, into: &all)
        try readPast(reactivations, into: &all)
        try readFailures(reactivations, into: &all)
        return all
    }

    /// Where the uses counted as the aftermath of a reactivation end.
    func aftermathEnd(_ reactivation: Reactivation) -> Int64 {
        settings.semantics == .literal ? window.to : min(reactivation.at.plus(settings.aftermath), window.asOf)
    }

    private func readAftermath(
        _ reactivations: [Reactivation], _ byToken: [[UInt8]: [Int]], into all: inout [Surroundings]
    ) throws {
        let scan = EventScan(
            from: reactivations.map { $0.at }.min() ?? 0, to: reactivations.map(aftermathEnd).max() ?? 0, kinds: .used,
            texts: [.tokenID: .anyOf(Set(byToken.keys))], fields: Self.useFields.union(EventFields(.scopes)))
        try history.scan(scan) { events in
            for row in 0..<events.count {
                let ts = events.ts[row]
                for place in byToken[events.tokenBytes(at: row)] ?? [] {
                    guard ts >= reactivations[place].at, ts < aftermathEnd(reactivations[place]) else { continue }
                    all[place].uses += 1
                    all[place].lastUse = max(all[place].lastUse ?? ts, ts)
                    if all[place].lines.mayKeep(ts) { all[place].lines.add(events.evidence(at: row)) }
                    if ts > reactivations[place].at, let tool = events[.tool].bytes(at: row) {
                        all[place].toolsAfter.add(tool)
                    }
                    if ts == reactivations[place].at {
                        all[place].reactivation.keepFirst(Self.use(at: row, of: events))
                    }
                    if ts < reactivations[place].at.plus(settings.writeReach) {
                        noteWrite(at: row, of: events, in: &all[place])
                    }
                }
            }
        }
    }

    /// Keeps the name of a tool that needed a write scope: the alphabetically first, whatever the order of rows.
    private func noteWrite(at row: Int, of events: EventColumns, in one: inout Surroundings) {
        guard let scopes = events.scopes[row] else { return }
        let writes = scopes.contains { scope in settings.writeScopes.contains { scope.hasSuffix($0) } }
        guard writes else { return }
        let tool = events[.tool][row] ?? "a tool without a name"
        one.writeTool = min(one.writeTool ?? tool, tool)
    }

    /// Looks at the uses before each silence: where the token used to come from.
    private func readPast(_ reactivations: [Reactivation], into all: inout [Surroundings]) throws {
        func notePrevious(_ events: EventColumns, _ row: Int, _ place: Int) {
            guard events.ts[row] == reactivations[place].previous else { return }
            all[place].previous.keepFirst(Self.use(at: row, of: events))
        }
        guard reactivations.count <= Self.few else {
            return try readBefore(reactivations, reach: settings.past, Self.useFields) { events, row, place in
                notePrevious(events, row, place)
                notePast(at: row, of: events, in: &all[place])
            }
        }
        // The lines before few silences are read singly, for ids and sources are most of what a segment holds.
        try readBefore(reactivations, reach: 0, Self.useFields, notePrevious)
        let fields = EventFields([.ts, .tokenID, .ip, .userAgent])
        try readBefore(reactivations, reach: settings.past, fields) { events, row, place in
            notePast(at: row, of: events, in: &all[place])
        }
    }

    private static let few = 32

    /// Hands over the uses of each reactivation's token in some time before its silence, the last one included.
    private func readBefore(
        _ reactivations: [Reactivation], reach: Int64, _ fields: EventFields, _ body: (EventColumns, Int, Int) -> Void
    ) throws {
        for span in spans(before: reactivations, reach: reach) {
            let members = Dictionary(grouping: span.reactivations) { Array(reactivations[$0].life.tokenID.utf8) }
            let scan = EventScan(
                from: span.from, to: span.to, kinds: .used, texts: [.tokenID: .anyOf(Set(members.keys))],
                fields: fields)
            try history.scan(scan) { events in
                for row in 0..<events.count {
                    let ts = events.ts[row]
                    for place in members[events.tokenBytes(at: row)] ?? [] {
                        guard let previous = reactivations[place].previous, ts <= previous, ts >= previous.minus(reach)
                        else {
                            continue
                        }
                        body(events, row, place)
                    }
                }
            }
        }
    }

    private func notePast(at row: Int, of events: EventColumns, in one: inout Surroundings) {
        guard let reactivation = one.reactivation else { return }
        if let ip = reactivation.ip, let earlier = events[.ip][row] {
            one.newAddress = (one.newAddress ?? true) && !isSameAddress(ip, earlier)
        }
        if let agent = reactivation.userAgent, let earlier = events[.userAgent].bytes(at: row) {
            let isSame = ProgramName.of(Array(agent.utf8)[...]) == ProgramName.of(earlier)
            one.newAgent = (one.newAgent ?? true) && !isSame
        }
    }

    /// The times before the silences, joined where they overlap, so that no day is read twice.
    private func spans(before reactivations: [Reactivation], reach: Int64) -> [(
        from: Int64, to: Int64, reactivations: [Int]
    )] {
        var spans: [(from: Int64, to: Int64, reactivations: [Int])] = []
        let known = reactivations.indices.filter { reactivations[$0].previous != nil }
            .sorted { (reactivations[$0].previous ?? 0, $0) < (reactivations[$1].previous ?? 0, $1) }
        for place in known {
            let end = reactivations[place].previous ?? 0
            let (from, to) = (end.minus(reach), end.plus(1))
            if let last = spans.indices.last, spans[last].to >= from {
                spans[last].to = to
                spans[last].reactivations.append(place)
            } else {
                spans.append((from, to, [place]))
            }
        }
        return spans
    }

    /// Counts failures from the address of each reactivation in the time before it.
    private func readFailures(_ reactivations: [Reactivation], into all: inout [Surroundings]) throws {
        var places: [IPKey: [Int]] = [:]
        for place in reactivations.indices {
            guard let ip = all[place].reactivation?.ip, let key = history.clients.key(of: ip) else { continue }
            places[key, default: []].append(place)
        }
        let times = places.values.joined().map { reactivations[$0].at }
        guard let first = times.min(), let last = times.max() else { return }
        let keys = Set(places.keys)
        let scan = EventScan(
            from: first.minus(settings.failureReach), to: last, kinds: .failed,
            texts: [.ip: history.clients.condition(keys)],
            fields: EventFields([.ts, .ip]))
        try history.scan(scan) { events in
            for row in 0..<events.count {
                guard let key = events[.ip].bytes(at: row).flatMap({ history.clients.key(of: $0) }) else { continue }
                let ts = events.ts[row]
                for place in places[key] ?? [] {
                    let at = reactivations[place].at
                    if ts < at, ts >= at.minus(settings.failureReach) { all[place].failuresBefore += 1 }
                }
            }
        }
    }

    private static let useFields = EventFields([
        .ts, .tokenID, .ip, .userAgent, .tool, .principal, .kind, .source, .sourceOffset, .eventID,
    ])

    private static func use(at row: Int, of events: EventColumns) -> Surroundings.Use {
        Surroundings.Use(
            evidence: events.evidence(at: row), ip: events[.ip][row], userAgent: events[.userAgent][row],
            tool: events[.tool][row], principal: events[.principal][row], kind: events[.kind][row])
    }

    /// The same client by its key; texts that are no address are compared as they are.
    private func isSameAddress(_ left: String, _ right: String) -> Bool {
        if left == right { return true }
        guard let left = history.clients.key(of: left), let right = history.clients.key(of: right) else {
            return false
        }
        return left == right
    }
}

extension Optional where Wrapped == Surroundings.Use {
    /// Keeps the use whose line comes first, so that two uses in one microsecond give the same evidence in any order.
    fileprivate mutating func keepFirst(_ other: Surroundings.Use) {
        guard let own = self else { return self = other }
        if other.evidence < own.evidence { self = other }
    }
}

extension EventColumns {
    /// The token of a row, as the bytes that tell tokens apart; empty when it names none.
    func tokenBytes(at row: Int) -> [UInt8] { self[.tokenID].bytes(at: row).map { Array($0) } ?? [] }

    /// The reference to a row's line. The batch must hold `ts`, `source`, `source_offset` and `event_id`.
    func evidence(at row: Int) -> Evidence {
        var evidence = place(at: row)
        evidence.eventID = self[.eventID][row]
        return evidence
    }

    /// The same without the event id. The batch must hold `ts`, `source` and `source_offset`.
    func place(at row: Int) -> Evidence {
        Evidence(source: self[.source][row] ?? "", offset: sourceOffset[row], eventID: nil, ts: ts[row])
    }
}
