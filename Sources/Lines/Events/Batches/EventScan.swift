internal import Columns

/// What a scan wants: a span of time, kinds, texts that must match, and the columns to deliver.
///
/// A row matches when all conditions hold. Readers use the conditions to skip what cannot match and then deliver
/// matching rows only, in the order in which they are stored.
package struct EventScan: Sendable {
    /// Event time, `[from, to)`, microseconds.
    package var from: Int64
    package var to: Int64
    package var kinds: EventKinds
    /// Conditions on columns in `EventField.texts`; a row without a value matches none but `absent`.
    package var texts: [EventField: TextCondition]
    /// The columns to deliver.
    package var fields: EventFields

    package init(
        from: Int64 = .min, to: Int64 = .max, kinds: EventKinds = .all,
        texts: [EventField: TextCondition] = [:], fields: EventFields = .all
    ) {
        self.from = from
        self.to = to
        self.kinds = kinds
        self.texts = texts
        self.fields = fields
    }

    /// The columns to deliver and those that texts are looked for in.
    package var fieldsRead: EventFields { fields.union(EventFields(texts.keys.map { $0 })) }

    /// The rows of a batch that match, ascending. The batch must hold the columns that the conditions look at.
    package func matchingRows(in columns: EventColumns) -> [Int] {
        let everyTime = from == .min && to == .max
        let everyKind = kinds == .all
        var rows = (0..<columns.count).filter { row in
            if !everyTime, columns.ts[row] < from || columns.ts[row] >= to { return false }
            return everyKind || kinds.rawValue & (1 << columns.event[row]) != 0
        }
        for (field, condition) in texts {
            var judge = TextPredicate(condition, columns[field].dictionary)
            let accepted = judge.places(of: columns[field].indices, at: rows)
            rows = accepted.map { rows[$0] }
        }
        return rows
    }
}

/// A condition on a text column.
package enum TextCondition: Sendable {
    /// One of these texts, byte for byte (strings would be equal that differ in normalization only). Readers can skip
    /// by bloom filter.
    case anyOf(Set<[UInt8]>)
    /// Any text, as UTF-8, that the function accepts; it is asked once for each distinct text.
    case matching(@Sendable (ArraySlice<UInt8>) -> Bool)
    /// No value.
    case absent

    /// Any value.
    package static let present = TextCondition.matching { _ in true }

    /// One of these texts, exactly.
    package static func equals(_ texts: some Sequence<String>) -> TextCondition {
        .anyOf(Set(texts.map { Array($0.utf8) }))
    }
}
