internal import Columns
internal import Events
internal import Rollups

/// Spent refresh tokens and codes that were presented again, and that the server refused, by UTC day.
struct RefusedReuses {
    let history: any History
    let window: DetectionWindow
    /// How long the same caller may repeat a refresh, in microseconds.
    let grace: Int64
    /// Reasons that say: this was spent before.
    let reasons: [String]

    struct Refusal {
        var subject: Finding.Entity
        var day: Int32
        /// Whether its client has merely lost the answer.
        var isRetry = false
        var events = Case()
        /// What had taken the place of a token.
        var successor: String?
    }

    /// What was presented, or whom it is held against where the log does not say.
    private struct Subject: Hashable {
        var type: String
        var text: [UInt8]
    }

    private struct Key: Hashable {
        var subject: Subject
        var day: Int32
        var isRetry: Bool
    }

    /// What is known of the refresh that spent a token.
    private struct Spent {
        var at: Int64
        var successor: String
        /// When the successor was used first.
        var successorUsed: Int64?
        var caller: Caller?
    }

    private static let subjects: [(field: EventField, type: String)] = [
        (.tokenID, "token"), (.oldTokenID, "token"), (.refreshTokenID, "token"), (.codeID, "code"),
        (.principal, "principal"), (.clientID, "client"), (.ip, "ip"),
    ]

    /// Those with an event in the window. Of a subject and day that has both, retries are left out.
    func read() throws -> [Refusal] {
        let spent = try spent(try named())
        var found: [Key: Case] = [:]
        let days = window.wholeDays
        try scan(from: days.lowerBound, to: min(days.upperBound, window.asOf), Case.fields) { batch, row, subject in
            let isRetry = spent[subject.text].map { self.isRetry(of: $0, batch, row) } ?? false
            let key = Key(subject: subject, day: Timestamp.day(of: batch.ts[row]), isRetry: isRetry)
            found[key, default: Case()].add(batch, row, window)
        }
        return found.compactMap { key, events in
            let isWorse = key.isRetry && found[Key(subject: key.subject, day: key.day, isRetry: false)] != nil
            guard events.isInWindow, !isWorse else { return nil }
            let name = String(decoding: key.subject.text, as: UTF8.self)
            return Refusal(
                subject: .init(key.subject.type, name), day: key.day, isRetry: key.isRetry, events: events,
                successor: spent[key.subject.text]?.successor)
        }
    }

    /// Hands over each refusal with what was presented.
    private func scan(
        from: Int64, to: Int64, _ fields: EventFields, _ body: (EventColumns, Int, Subject) -> Void
    ) throws {
        let scan = EventScan(
            from: from, to: to, kinds: EventKinds(.failed), texts: [.reason: ReasonWords.condition(reasons)],
            fields: fields.union(EventFields(Self.subjects.map(\.field))))
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                for (field, type) in Self.subjects {
                    guard let text = batch[field].bytes(at: row) else { continue }
                    body(batch, row, Subject(type: type, text: Array(text)))
                    break
                }
            }
        }
    }

    /// The tokens that were presented in the window.
    private func named() throws -> Set<[UInt8]> {
        var named: Set<[UInt8]> = []
        try scan(from: window.from, to: window.to, EventFields([])) { _, _, subject in
            if subject.type == "token" { named.insert(subject.text) }
        }
        return named
    }

    private func spent(_ named: Set<[UInt8]>) throws -> [[UInt8]: Spent] {
        var spent: [[UInt8]: Spent] = [:]
        for life in try history.lives(named: named) {
            guard let at = life.supersededAt, at < window.asOf, let by = life.supersededBy else { continue }
            spent[Array(life.tokenID.utf8)] = Spent(at: at, successor: by)
        }
        guard let earliest = spent.values.map(\.at).min() else { return [:] }
        let successors = Set(spent.values.map { Array($0.successor.utf8) })
        let used = Dictionary(
            try history.lives(named: successors).map { ($0.tokenID, $0.firstUse) }
        ) { first, _ in first }
        for (token, one) in spent { spent[token]?.successorUsed = used[one.successor] ?? nil }
        let scan = EventScan(
            from: earliest, to: window.asOf, kinds: EventKinds(.refreshed),
            texts: [.oldTokenID: .anyOf(Set(spent.keys))], fields: EventFields([.ts, .oldTokenID, .ip, .userAgent]))
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                guard let old = batch[.oldTokenID].bytes(at: row).map({ Array($0) }), var one = spent[old],
                    batch.ts[row] == one.at, one.caller == nil
                else { continue }
                one.caller = Caller(batch, row, history.clients)
                spent[old] = one
            }
        }
        return spent
    }

    /// A client that lost the answer presents the spent token again: at once, or as long as nobody uses what took its
    /// place, because nobody has it.
    private func isRetry(of one: Spent, _ batch: EventColumns, _ row: Int) -> Bool {
        let isUsed = one.successorUsed.map { $0 < window.asOf } ?? false
        if !isUsed { return true }
        return batch.ts[row] <= one.at.plus(grace) && Caller(batch, row, history.clients) == one.caller
    }
}
