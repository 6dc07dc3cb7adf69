internal import Columns
internal import Events
internal import Rollups

/// Tokens that were refreshed again after another had taken their place, and got a new one.
struct AcceptedReuses {
    let history: any History
    let window: DetectionWindow
    /// How long the same caller may repeat a refresh, in microseconds.
    let grace: Int64

    struct Reuse {
        var life: TokenLife
        var replacedAt: Int64
        var replacedBy: String
        /// When the successor was replaced itself.
        var successorReplacedAt: Int64?
        /// Who made the first refresh.
        var caller: Caller?
        /// How many lines tell of a refresh of it, up to `as_of`.
        fileprivate var refreshes = 0
        var events = Case()
        /// The tokens that it was given in exchange.
        var gained = FirstNames()
    }

    func read() throws -> [Reuse] {
        var named: Set<[UInt8]> = []
        let inWindow = EventScan(
            from: window.from, to: window.to, kinds: EventKinds(.refreshed), fields: EventFields(.oldTokenID))
        try history.scan(inWindow) { batch in
            for row in batch.distinctRows(by: [.oldTokenID]) {
                if let old = batch[.oldTokenID].bytes(at: row) { named.insert(Array(old)) }
            }
        }
        var reuses = try suspects(named)
        // Nearly all tokens are refreshed once; the lines of the others are read again.
        try scan(&reuses, EventFields([.ip, .userAgent])) { one, batch, row in
            one.refreshes += 1
            if batch.ts[row] == one.replacedAt { one.caller = one.caller ?? Caller(batch, row, history.clients) }
        }
        reuses = reuses.filter { $0.value.refreshes > 1 }
        try scan(&reuses, Case.fields) { one, batch, row in
            guard isReuse(of: one, by: Caller(batch, row, history.clients), at: batch.ts[row]) else { return }
            one.events.add(batch, row, window)
            if let token = batch[.tokenID].bytes(at: row) { one.gained.add(token) }
        }
        return reuses.values.filter(\.events.isInWindow)
    }

    /// Hands over the lines that tell of refreshes of some tokens.
    private func scan(
        _ reuses: inout [[UInt8]: Reuse], _ fields: EventFields, _ body: (inout Reuse, EventColumns, Int) -> Void
    ) throws {
        guard let earliest = reuses.values.map(\.replacedAt).min() else { return }
        let scan = EventScan(
            from: earliest, to: window.asOf, kinds: EventKinds(.refreshed),
            texts: [.oldTokenID: .anyOf(Set(reuses.keys))],
            fields: fields.union(EventFields([.ts, .oldTokenID, .tokenID])))
        var found = reuses
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                guard let old = batch[.oldTokenID].bytes(at: row).map({ Array($0) }), var one = found[old] else {
                    continue
                }
                body(&one, batch, row)
                found[old] = one
            }
        }
        reuses = found
    }

    /// The tokens that had a successor before `as_of`, with when that one was replaced.
    private func suspects(_ named: Set<[UInt8]>) throws -> [[UInt8]: Reuse] {
        var reuses: [[UInt8]: Reuse] = [:]
        var successors: [[UInt8]: [[UInt8]]] = [:]
        for life in try history.lives(named: named) {
            guard let at = life.supersededAt, at < window.asOf, let by = life.supersededBy else { continue }
            let token = Array(life.tokenID.utf8)
            reuses[token] = Reuse(life: life, replacedAt: at, replacedBy: by)
            successors[Array(by.utf8), default: []].append(token)
        }
        for life in try history.lives(named: Set(successors.keys)) {
            for token in successors[Array(life.tokenID.utf8)] ?? [] {
                reuses[token]?.successorReplacedAt = life.supersededAt
            }
        }
        return reuses
    }

    /// Whoever lost the answer asks again at once, from where it asked before and with the same program.
    private func isReuse(of one: Reuse, by caller: Caller, at ts: Int64) -> Bool {
        ts > (caller == one.caller ? one.replacedAt.plus(grace) : one.replacedAt)
    }
}
