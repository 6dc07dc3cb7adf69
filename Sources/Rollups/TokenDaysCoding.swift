internal import Events

/// How `TokenDays` lies in the catalog: one block for each segment, columns of variable-length numbers.
///
/// Compressed. Layout: format (1), count, unit in µs, token numbers as differences, uses, first use since midnight in
/// units, and
/// for tokens with more than one use the last use since the first. The unit is the greatest common divisor of all
/// times: most producers write milliseconds, which makes a time three bytes shorter.
extension TokenDays {
    private static let format: UInt64 = 1

    /// The block's bytes.
    package func encoded() -> [UInt8] {
        let midnight = Timestamp.start(ofDay: day)
        let unit = commonUnit(midnight)
        var out = VarintWriter()
        out.put(Self.format)
        out.put(UInt64(count))
        out.put(UInt64(unit))
        var previous: UInt32 = 0
        for token in tokens {
            out.put(UInt64(token - previous))
            previous = token
        }
        for number in uses { out.put(UInt64(number)) }
        for time in first { out.put(UInt64((time - midnight) / unit)) }
        for place in 0..<count where uses[place] > 1 { out.put(UInt64((last[place] - first[place]) / unit)) }
        return BlockPacking.pack(out.bytes)
    }

    /// Reads a block. Throws `DamagedRollup` for anything that `encoded()` cannot have written.
    package init(day: Int32, encoded bytes: [UInt8]) throws(DamagedRollup) {
        guard let block = Self.decode(day: day, bytes) else { throw DamagedRollup(name: "token_days", day: day) }
        self = block
    }

    private static func decode(day: Int32, _ bytes: [UInt8]) -> TokenDays? {
        var block = TokenDays(day: day)
        guard let bytes = BlockPacking.unpack(bytes) else { return nil }
        var input = VarintReader(bytes)
        let midnight = Timestamp.start(ofDay: day)
        let dayLength = UInt64(Timestamp.day)
        guard input.take() == format, let number = input.take(atMost: UInt64(bytes.count)),
            let unit = input.take(atMost: dayLength), unit > 0
        else { return nil }
        let count = Int(number)
        var token: UInt32 = 0
        block.tokens.reserveCapacity(count)
        for _ in 0..<count {
            guard let step = input.take(atMost: UInt64(UInt32.max - token)) else { return nil }
            token += UInt32(step)
            block.tokens.append(token)
        }
        block.uses.reserveCapacity(count)
        for _ in 0..<count {
            guard let uses = input.take(atMost: UInt64(UInt32.max)), uses > 0 else { return nil }
            block.uses.append(UInt32(uses))
        }
        block.first.reserveCapacity(count)
        for _ in 0..<count {
            guard let units = input.take(atMost: dayLength / unit) else { return nil }
            block.first.append(midnight + Int64(units * unit))
        }
        block.last = block.first
        for place in 0..<count where block.uses[place] > 1 {
            guard let units = input.take(atMost: dayLength / unit) else { return nil }
            block.last[place] += Int64(units * unit)
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
