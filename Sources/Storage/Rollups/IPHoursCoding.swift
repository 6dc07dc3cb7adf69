/// How `IPHours` lies in the catalog: one block for each segment, columns of variable-length numbers.
///
/// Compressed. Layout: format (1), count, then for each row the address (empty text when it is that of the row before,
/// which is why an unnamed address is stored as one NUL), then hours, failures by reason, credentials, agents.
extension IPHours {
    private static let format: UInt64 = 1
    private static let unnamed: [UInt8] = [0]
    /// More rows than a segment has failures.
    private static let mostRows: UInt64 = 1 << 21

    /// The block's bytes.
    package func encoded() -> [UInt8] {
        var out = VarintWriter()
        out.put(Self.format)
        out.put(UInt64(count))
        for row in 0..<count {
            let address = ips.bytes(at: row)
            let same = row > 0 && ips.isSame(row, as: row - 1)
            out.put(same ? [] : address.isEmpty ? Self.unnamed[...] : address)
        }
        for hour in hours { out.put(UInt64(hour)) }
        for column in failures + [credentials, agents] {
            for number in column { out.put(UInt64(number)) }
        }
        return BlockPacking.pack(out.bytes)
    }

    /// Reads a block. Throws `DamagedRollup` for anything that `encoded()` cannot have written.
    package init(day: Int32, encoded bytes: [UInt8]) throws(DamagedRollup) {
        guard let block = Self.decode(day: day, bytes) else { throw DamagedRollup(name: "ip_hours", day: day) }
        self = block
    }

    private static func decode(day: Int32, _ bytes: [UInt8]) -> IPHours? {
        var block = IPHours(day: day)
        guard let bytes = BlockPacking.unpack(bytes) else { return nil }
        var input = VarintReader(bytes)
        guard input.take() == format, let number = input.take(atMost: min(mostRows, UInt64(bytes.count)))
        else { return nil }
        let count = Int(number)
        block.ips.reserve(count)
        for row in 0..<count {
            guard let text = input.takeText(), row > 0 || !text.isEmpty else { return nil }
            if text.isEmpty {
                block.ips.appendSame()
            } else {
                block.ips.append(text.elementsEqual(unnamed) ? [] : text)
            }
        }
        for _ in 0..<count {
            guard let hour = input.take(atMost: 23) else { return nil }
            block.hours.append(UInt8(hour))
        }
        for reason in block.failures.indices {
            guard let column = input.column(count) else { return nil }
            block.failures[reason] = column
        }
        guard let credentials = input.column(count), let agents = input.column(count) else { return nil }
        (block.credentials, block.agents) = (credentials, agents)
        return input.isAtEnd ? block : nil
    }
}

extension VarintReader {
    fileprivate mutating func column(_ count: Int) -> [UInt32]? {
        var column: [UInt32] = []
        column.reserveCapacity(count)
        for _ in 0..<count {
            guard let number = take(atMost: UInt64(UInt32.max)) else { return nil }
            column.append(UInt32(number))
        }
        return column
    }
}
