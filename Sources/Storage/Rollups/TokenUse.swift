package import Columns
package import Events

/// The uses of each token in one segment, by UTC day, before the catalog has numbered the tokens.
package struct TokenUse: Sendable {
    /// The tokens that were used, in the order in which they were met.
    package private(set) var tokens = TextDictionary()
    /// For each token: how often, first and last in the segment, in microseconds.
    package private(set) var uses: [Int64] = []
    package private(set) var first: [Int64] = []
    package private(set) var last: [Int64] = []
    /// Principal and kind as the first use names them, for tokens of which no issue is known.
    package private(set) var principals: [String?] = []
    package private(set) var kinds: [String?] = []
    private var days: [Int32: Day] = [:]

    /// One day: its tokens in the order in which they were met, and what is known of each.
    private struct Day {
        /// Place in the columns plus one, by token; 0 for none.
        var places: [UInt32] = []
        var tokens: [UInt32] = []
        var uses: [UInt32] = []
        var first: [Int64] = []
        var last: [Int64] = []

        @inline(__always)
        mutating func note(_ token: Int, _ time: Int64) {
            if token >= places.count {
                places.append(contentsOf: repeatElement(0, count: max(1024, token + 1 - places.count, places.count)))
            }
            let place = Int(places[token]) - 1
            guard place >= 0 else { return add(token, time) }
            uses[place] += 1
            if time < first[place] { first[place] = time }
            if time > last[place] { last[place] = time }
        }

        private mutating func add(_ token: Int, _ time: Int64) {
            tokens.append(UInt32(truncatingIfNeeded: token))
            uses.append(1)
            first.append(time)
            last.append(time)
            places[token] = UInt32(truncatingIfNeeded: tokens.count)
        }
    }

    package init() {}

    /// Adds the `used` events of a batch. The batch must hold all columns.
    package mutating func add(_ columns: EventColumns) {
        let column = columns[.tokenID]
        let (times, kinds, indices) = (columns.ts, columns.event, column.indices)
        var places = [UInt32](repeating: .max, count: column.dictionary.count)
        var earliest = [Int32](repeating: -1, count: column.dictionary.count)
        var (day, number) = (Day(), Int32.min)
        var from = Int64.max, to = Int64.min
        for row in 0..<columns.count where kinds[row] == EventKind.used.rawValue {
            let index = indices[row]
            if index == TextColumn.none { continue }
            let time = times[row]
            if places[Int(index)] == .max { places[Int(index)] = place(of: index, in: column.dictionary) }
            if time < from || time >= to {
                if number != .min { days[number] = day }
                number = Timestamp.day(of: time)
                // Taken out, so that it is changed in place.
                day = days.removeValue(forKey: number) ?? Day()
                from = Timestamp.start(ofDay: number)
                to = from + Timestamp.day
            }
            let place = Int(places[Int(index)])
            day.note(place, time)
            uses[place] += 1
            if time < first[place] {
                first[place] = time
                earliest[Int(index)] = Int32(truncatingIfNeeded: row)
            }
            if time > last[place] { last[place] = time }
        }
        if number != .min { days[number] = day }
        for (index, row) in earliest.enumerated() where row >= 0 {
            principals[Int(places[index])] = columns[.principal][Int(row)]
            self.kinds[Int(places[index])] = columns[.kind][Int(row)]
        }
    }

    /// The rollups of all days, ascending, once the catalog has numbered the tokens: `numbers[i]` is the number of
    /// `tokens` entry `i`.
    package func numbered(_ numbers: [UInt32]) -> [TokenDays] {
        days.keys.sorted().compactMap { number in
            days[number].map { Self.numbered($0, day: number, numbers) }
        }
    }

    private static func numbered(_ day: Day, day number: Int32, _ numbers: [UInt32]) -> TokenDays {
        var days = TokenDays(day: number)
        // Sorted as one number each: the token's in the upper half, its place in the lower.
        let order = day.tokens.enumerated().map { UInt64(numbers[Int($1)]) << 32 | UInt64($0) }.sorted()
        days.tokens = order.map { UInt32($0 >> 32) }
        days.uses = order.map { day.uses[Int($0 & 0xFFFF_FFFF)] }
        days.first = order.map { day.first[Int($0 & 0xFFFF_FFFF)] }
        days.last = order.map { day.last[Int($0 & 0xFFFF_FFFF)] }
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
}
