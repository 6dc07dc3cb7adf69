/// Days of a span, counted from 0, as bits.
struct DaySet: Equatable {
    private var words: [UInt64] = []

    mutating func insert(_ day: Int) {
        let word = day >> 6
        if word >= words.count { words += [UInt64](repeating: 0, count: word + 1 - words.count) }
        words[word] |= 1 << UInt64(day & 63)
    }

    /// The days of a month, bit 0 being the day `offset`; those before day 0 are left out.
    mutating func insert(month bits: UInt32, at offset: Int) {
        var rest = bits
        while rest != 0 {
            let day = offset + rest.trailingZeroBitCount
            if day >= 0 { insert(day) }
            rest &= rest &- 1
        }
    }

    func contains(_ day: Int) -> Bool {
        day >= 0 && day >> 6 < words.count && words[day >> 6] >> UInt64(day & 63) & 1 == 1
    }

    /// The days of the set that lie in a range, ascending.
    func days(in range: Range<Int>) -> [Int] { range.filter(contains) }

    /// Whether a day of the set lies in a range.
    func hasAny(in range: Range<Int>) -> Bool { range.contains(where: contains) }
}
