internal import Columns
package import Events

/// What happened to one token, principal or address, in order: like uses in one row, silences in rows of their own.
package struct Timeline: Sendable {
    /// By all texts as which its name is stored.
    package enum Subject: Sendable, Equatable {
        case token([String]), principal([String]), actor([String]), ip([String])
    }

    /// Events that are alike and follow each other, or a silence between two.
    package struct Row: Sendable, Equatable {
        package var first: Int64
        package var last: Int64
        /// The kind of event, or `silent`.
        package var what: String
        package var events: Int
        /// The value of each field that all events of the row share.
        package var shared: [EventField: String] = [:]
        /// The tools of its uses, in order of the alphabet.
        package var tools: [String] = []
        /// Calls that failed, of its uses: all or none of them.
        package var failedCalls = 0
        /// Of an issuance, when the token ends and what it may do.
        package var expiresAt: Int64?
        package var scopes: [String] = []
    }

    package private(set) var rows: [Row] = []
    package private(set) var events = 0

    /// The shortest silence that gets a row, in microseconds.
    private static let silence = Timestamp.day
    private static let fields: [EventField] = [
        .tokenID, .principal, .ip, .userAgent, .reason, .actor, .oldTokenID, .tool,
    ]

    /// One event, its texts by number.
    private struct Moment {
        var ts: Int64
        var kind: UInt8
        var success: UInt8
        var texts: SIMD8<UInt32>
        var issuance: Issuance?
    }

    /// What the event that brings a token into being says of it.
    private struct Issuance {
        var expiresAt: Int64?
        var scopes: [String]
    }

    package init(_ subject: Subject, from: Int64, to: Int64, of history: any History) throws {
        var numbers = Self.fields.map { _ in TextNumbers() }
        var moments: [Moment] = []
        for (field, condition) in Self.conditions(subject, history.clients) {
            let scan = EventScan(
                from: from, to: to, texts: [field: condition],
                fields: EventFields(Self.fields + [.ts, .event, .success, .expiresAt, .scopes]))
            try history.scan(scan) { batch in
                for (place, field) in Self.fields.enumerated() { numbers[place].begin(batch[field]) }
                for row in 0..<batch.count {
                    var texts = SIMD8<UInt32>(repeating: .max)
                    for (place, field) in Self.fields.enumerated() {
                        texts[place] = numbers[place].number(batch[field], row) ?? .max
                    }
                    let isIssuance = EventKinds.issuances.rawValue & (1 << batch.event[row]) != 0
                    let expires = batch.expiresAt[row] == EventColumns.noTime ? nil : batch.expiresAt[row]
                    moments.append(
                        Moment(
                            ts: batch.ts[row], kind: batch.event[row], success: batch.success[row], texts: texts,
                            issuance: isIssuance ? Issuance(expiresAt: expires, scopes: batch.scopes[row] ?? []) : nil))
                }
            }
        }
        events = moments.count
        moments.sort { ($0.ts, $0.kind) < ($1.ts, $1.kind) }
        let strays = try history.strays
        for moment in moments { add(moment, numbers, strays) }
    }

    /// A token is also told of where another takes its place.
    static func conditions(_ subject: Subject, _ clients: Clients) -> [(EventField, TextCondition)] {
        switch subject {
        case .token(let names): return [(.tokenID, .equals(names)), (.oldTokenID, .equals(names))]
        case .principal(let names): return [(.principal, .equals(names))]
        case .actor(let names): return [(.actor, .equals(names))]
        case .ip(let names):
            guard let name = names.first, let key = IPKey(named: name) else { return [(.ip, .equals(names))] }
            return [(.ip, clients.condition([key]))]
        }
    }

    private mutating func add(_ moment: Moment, _ numbers: [TextNumbers], _ strays: ClosedRange<Int64>?) {
        let what = EventKind(rawValue: moment.kind)?.name ?? "?"
        var shared: [EventField: String] = [:]
        for (place, field) in Self.fields.enumerated() where field != .tool && moment.texts[place] != .max {
            shared[field] = numbers[place].string(moment.texts[place])
        }
        let last = rows.count - 1
        let tool = moment.texts[7] == .max ? nil : numbers[7].string(moment.texts[7])
        if last >= 0, moment.ts.minus(rows[last].last) >= Self.silence {
            // A wrong clock is no silence.
            if strays?.contains(rows[last].last) != true {
                rows.append(Row(first: rows[last].last, last: moment.ts, what: "silent", events: 0))
            }
        } else if last >= 0, rows[last].what == what, rows[last].shared == shared, what == "used" || what == "failed",
            (rows[last].failedCalls > 0) == (moment.success == 0)
        {
            rows[last].last = moment.ts
            rows[last].events += 1
            return add(tool, moment.success, to: last)
        }
        rows.append(Row(first: moment.ts, last: moment.ts, what: what, events: 1, shared: shared))
        rows[rows.count - 1].expiresAt = moment.issuance?.expiresAt
        rows[rows.count - 1].scopes = moment.issuance?.scopes ?? []
        add(tool, moment.success, to: rows.count - 1)
    }

    private mutating func add(_ tool: String?, _ success: UInt8, to row: Int) {
        if success == 0 { rows[row].failedCalls += 1 }
        guard let tool else { return }
        let place = rows[row].tools.firstIndex { $0 >= tool } ?? rows[row].tools.count
        if place == rows[row].tools.count || rows[row].tools[place] != tool { rows[row].tools.insert(tool, at: place) }
    }
}
