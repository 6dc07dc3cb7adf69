package import Columns

/// Applies a condition to rows of a text column, batch by batch. Each text is judged once, and those of a `matching`
/// condition only if a row that is looked at has them: a dictionary holds the texts of all rows of a row group.
package struct TextPredicate {
    private let condition: TextCondition
    private let dictionary: TextDictionary
    /// By entry of the dictionary.
    private var verdicts: [Verdict]

    private enum Verdict: UInt8 { case open, refused, accepted }

    /// A judge of rows that point into a dictionary.
    package init(_ condition: TextCondition, _ dictionary: TextDictionary) {
        self.condition = condition
        self.dictionary = dictionary
        guard case .anyOf(let wanted) = condition else {
            let verdict = if case .absent = condition { Verdict.refused } else { Verdict.open }
            verdicts = [Verdict](repeating: verdict, count: dictionary.count)
            return
        }
        verdicts = [Verdict](repeating: .refused, count: dictionary.count)
        if wanted.count <= 4 {
            // Texts that are stored without a dictionary may stand here several times.
            for text in wanted { dictionary.forEachPlace(of: text) { verdicts[$0] = .accepted } }
        } else {
            var known = TextDictionary()
            for text in wanted { _ = known.intern(text.span.bytes) }
            for entry in 0..<dictionary.count
            where known.known(dictionary.bytes.span.bytes.extracting(dictionary.range(of: entry))) != nil {
                verdicts[entry] = .accepted
            }
        }
    }

    /// Whether no row can have an accepted text, as far as is known without asking.
    package var refusesAll: Bool { !acceptsAbsence && verdicts.allSatisfy { $0 == .refused } }

    private var acceptsAbsence: Bool { if case .absent = condition { true } else { false } }

    /// Of the rows at some places of a column (all if nil) those whose text is accepted, as indices into `places`.
    package mutating func places(of indices: [UInt32], at places: [Int]?) -> [Int] {
        var accepted: [Int] = []
        if acceptsAbsence {
            return (0..<(places?.count ?? indices.count)).filter { indices[places?[$0] ?? $0] == TextColumn.none }
        }
        for at in 0..<(places?.count ?? indices.count) {
            let entry = indices[places?[at] ?? at]
            guard entry != TextColumn.none else { continue }
            let verdict = verdicts[Int(entry)]
            if verdict == .refused { continue }
            if verdict == .accepted || judge(Int(entry)) { accepted.append(at) }
        }
        return accepted
    }

    private mutating func judge(_ entry: Int) -> Bool {
        guard case .matching(let accepts) = condition, accepts(dictionary.slice(at: entry)) else {
            verdicts[entry] = .refused
            return false
        }
        verdicts[entry] = .accepted
        return true
    }
}
