internal import Events

/// How `TokenDays` lies in the catalog: for each segment the set of tokens, which is often read alone, and beside it
/// how often and when they were used.
///
/// The second part is compressed. Layout: format (2), count, unit in µs, uses, first use since midnight in units, and
/// for tokens with more than one use the last use since the first, all as numbers of variable length. The unit is the
/// greatest common divisor of all times: most producers write milliseconds, which makes a time three bytes shorter.
extension TokenDays {
    private static let format: UInt64 = 2

    /// The bytes of the tokens, and of all else.
    package func encoded() -> (tokens: [UInt8], times: [UInt8]) { (TokenSet(tokens).encoded(), encodedTimes()) }

    private func encodedTimes() -> [UInt8] {
        let midnight = Timestamp.start(ofDay: day)
        let unit = commonUnit(midnight)
        var out = VarintWriter()
        out.put(Self.format)
        out.put(UInt64(count))
        out.put(UInt64(unit))
        for number in uses { out.put(UInt64(number)) }
        for time in first { out.put(UInt64((time - midnight) / unit)) }
        for place in 0..<count where uses[place] > 1 { out.put(UInt64((last[place] - first[place]) / unit)) }
        return BlockPacking.pack(out.bytes)
    }

    /// Reads both parts. Throws `DamagedRollup` for anything that `encoded()` cannot have written.
    package init(day: Int32, tokens: [UInt8], times: [UInt8]) throws(DamagedRollup) {
        let set = try TokenSet(day: day, encoded: tokens)
        guard let block = Self.decode(day: day, set.numbers, times) else {
            throw DamagedRollup(name: "token_days", day: day)
        }
        self = block
    }

    private static func decode(day: Int32, _ tokens: [UInt32], _ bytes: [UInt8]) -> TokenDays? {
        var block = TokenDays(day: day)
        guard let bytes = BlockPacking.unpack(bytes) else { return nil }
        var input = VarintReader(bytes)
        let midnight = Timestamp.start(ofDay: day)
        let dayLength = UInt64(Timestamp.day)
        guard input.take() == format, input.take() == UInt64(tokens.count), let unit = input.take(atMost: dayLength),
            unit > 0
        else { return nil }
        let count = tokens.count
        block.tokens = tokens
        guard let uses = input.take(count, atMost: UInt64(UInt32.max)), !uses.contains(0),
            let firsts = input.take(count, atMost: dayLength / unit),
            let spans = input.take(uses.count { $0 > 1 }, atMost: dayLength / unit)
        else { return nil }
        block.uses = uses.map { UInt32(truncatingIfNeeded: $0) }
        block.first = firsts.map { midnight + Int64($0 * unit) }
        block.last = block.first
        var span = 0
        for place in 0..<count where uses[place] > 1 {
            block.last[place] += Int64(spans[span] * unit)
            span += 1
        }
        return input.isAtEnd ? block : nil
    }

    private func commonUnit(_ midnight: Int64) -> Int64 {
        var unit = Timestamp.day
        for place in 0..<count {
            unit = Self.divisor(unit, first[place] - midnight)
            if uses[place] > 1 { unit = Self.divisor(unit, last[place] - first[place]) }
            if unit == 1 { break }
        }
        return unit
    }

    private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
        var (a, b) = (left, right)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

extension TokenSet {
    /// Reads the tokens of a day. Throws `DamagedRollup` for anything that `encoded()` cannot have written.
    package init(day: Int32, encoded bytes: [UInt8]) throws(DamagedRollup) {
        guard let set = TokenSet(encoded: bytes) else { throw DamagedRollup(name: "token_days", day: day) }
        self = set
    }
}
