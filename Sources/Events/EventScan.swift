package import Columns

/// What a scan wants: a span of time, kinds, texts that must match, and the columns to deliver.
///
/// A row matches when all conditions hold. Readers use the conditions to skip what cannot match and then deliver
/// matching rows only, in the order in which they are stored.
package struct EventScan: Sendable {
    /// Event time, `[from, to)`, microseconds.
    package var from: Int64
    package var to: Int64
    package var kinds: EventKinds
    /// Conditions on columns in `EventField.texts`; a row without a value never matches one.
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

    /// The columns that the conditions look at.
    package var conditionFields: EventFields {
        var needed = EventFields(Array(texts.keys))
        if from != .min || to != .max { needed.formUnion(EventFields(.ts)) }
        if kinds != .all { needed.formUnion(EventFields(.event)) }
        return needed
    }

    /// The rows of a batch that match, ascending. The batch must hold `conditionFields`.
    package func matchingRows(in columns: EventColumns) -> [Int] {
        var judges = texts.map { field, condition in TextJudge(condition, columns[field]) }
        let everyTime = from == .min && to == .max
        let everyKind = kinds == .all
        return (0..<columns.count).filter { row in
            if !everyTime, columns.ts[row] < from || columns.ts[row] >= to { return false }
            if !everyKind, kinds.rawValue & (1 << columns.event[row]) == 0 { return false }
            for place in judges.indices where !judges[place].accepts(row) { return false }
            return true
        }
    }
}

/// Applies a condition to the rows of a column. Each text is judged once, and only if a row that is looked at has it:
/// the dictionary of a segment holds the texts of all its rows.
private struct TextJudge {
    private let condition: TextCondition
    private let dictionary: TextDictionary
    private let indices: [UInt32]
    /// 0 not judged, 1 refused, 2 accepted.
    private var verdicts: [UInt8]

    init(_ condition: TextCondition, _ column: TextColumn) {
        dictionary = column.dictionary
        indices = column.indices
        verdicts = [UInt8](repeating: 0, count: dictionary.count)
        self.condition = condition
        guard case .equals(let texts) = condition else { return }
        // A few texts are looked for; all others are refused.
        for place in verdicts.indices { verdicts[place] = 1 }
        if texts.count <= 4 {
            for text in texts { if let place = dictionary.index(of: text) { mark(place) } }
        } else {
            var wanted = TextDictionary()
            for text in texts { _ = wanted.intern(text) }
            for place in 0..<dictionary.count
            where wanted.known(dictionary.bytes.span.bytes.extracting(dictionary.range(of: place))) != nil {
                verdicts[place] = 2
            }
        }
    }

    /// Texts that are stored without a dictionary may stand there several times.
    private mutating func mark(_ first: UInt32) {
        let text = dictionary.slice(at: Int(first))
        for place in Int(first)..<dictionary.count
        where dictionary.range(of: place).count == text.count && dictionary.slice(at: place).elementsEqual(text) {
            verdicts[place] = 2
        }
    }

    mutating func accepts(_ row: Int) -> Bool {
        let index = indices[row]
        guard index != TextColumn.none else { return false }
        if verdicts[Int(index)] == 0, case .matching(let accepts) = condition {
            verdicts[Int(index)] = accepts(dictionary.string(at: Int(index))) ? 2 : 1
        }
        return verdicts[Int(index)] == 2
    }
}

/// A condition on a text column.
package enum TextCondition: Sendable {
    /// One of these texts, exactly. Readers can skip by bloom filter.
    case equals(Set<String>)
    /// Any text that the function accepts; it is asked once for each distinct text.
    case matching(@Sendable (String) -> Bool)
}
