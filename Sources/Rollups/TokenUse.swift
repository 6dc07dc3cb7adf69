package import Columns
package import Events

/// The uses of each token in one segment, before the catalog has numbered the tokens.
package struct TokenUse: Sendable {
    package let day: Int32
    /// The tokens that were used, in the order in which they were met.
    package private(set) var tokens = TextDictionary()
    /// For each token: how often, first and last, in microseconds.
    package private(set) var uses: [UInt32] = []
    package private(set) var first: [Int64] = []
    package private(set) var last: [Int64] = []
    /// Principal and kind as the first use names them, for tokens of which no issue is known.
    package private(set) var principals: [String?] = []
    package private(set) var kinds: [String?] = []

    package init(day: Int32) { self.day = day }

    /// Adds the `used` events of a batch. The batch must hold all columns.
    package mutating func add(_ columns: EventColumns) {
        let column = columns[.tokenID]
        var places = [UInt32](repeating: .max, count: column.dictionary.count)
        var firstRows: [UInt32: Int] = [:]
        for row in 0..<columns.count where columns.event[row] == EventKind.used.rawValue {
            let index = column.indices[row]
            if index == TextColumn.none { continue }
            if places[Int(index)] == .max { places[Int(index)] = place(of: index, in: column.dictionary) }
            let place = places[Int(index)]
            if columns.ts[row] < first[Int(place)] { firstRows[place] = row }
            note(columns.ts[row], at: Int(place))
        }
        for (place, row) in firstRows {
            principals[Int(place)] = columns[.principal][row]
            kinds[Int(place)] = columns[.kind][row]
        }
    }

    /// The rollup, once the catalog has numbered the tokens: `numbers[i]` is the number of `tokens` entry `i`.
    package func numbered(_ numbers: [UInt32]) -> TokenDays {
        var days = TokenDays(day: day)
        for place in numbers.indices.sorted(by: { numbers[$0] < numbers[$1] }) {
            days.tokens.append(numbers[place])
            days.uses.append(uses[place])
            days.first.append(first[place])
            days.last.append(last[place])
        }
        return days
    }

    private mutating func place(of index: UInt32, in dictionary: TextDictionary) -> UInt32 {
        let place = tokens.intern(dictionary.bytes.span.bytes.extracting(dictionary.range(of: Int(index))))
        if Int(place) == uses.count {
            uses.append(0)
            first.append(.max)
            last.append(.min)
            principals.append(nil)
            kinds.append(nil)
        }
        return place
    }

    private mutating func note(_ time: Int64, at place: Int) {
        uses[place] += 1
        if time < first[place] { first[place] = time }
        if time > last[place] { last[place] = time }
    }
}
