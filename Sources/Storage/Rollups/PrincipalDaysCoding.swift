internal import Columns

/// How `PrincipalDays` lies in the catalog: one block for each segment.
///
/// Compressed. Layout: format (1), then the three lists of texts (count, and each text as how many bytes it shares with
/// the one before, doubled, plus 1 where it ends in `.0/24`, which is left out, and the rest; for each principal 1
/// where it is a token), then the count of rows, and column by column: the step from the principal before, network,
/// program, the first day, and the days after it as bits.
extension PrincipalDays {
    private static let format: UInt64 = 1
    /// More rows than a segment has events.
    private static let mostRows: UInt64 = 1 << 21

    /// The block's bytes.
    package func encoded() -> [UInt8] {
        var out = VarintWriter()
        out.put(Self.format)
        out.put(principals)
        for isToken in isToken { out.put(isToken ? 1 : 0) }
        out.put(networks)
        out.put(programs)
        out.put(UInt64(count))
        var last: UInt32 = 0
        for place in principal {
            out.put(UInt64(place - last))
            last = place
        }
        for column in [network, program] { for number in column { out.put(UInt64(number)) } }
        // Most rows have one day or few in a row.
        for bits in days { out.put(UInt64(bits.trailingZeroBitCount)) }
        for bits in days { out.put(UInt64((bits >> UInt32(bits.trailingZeroBitCount)) >> 1)) }
        return BlockPacking.pack(out.bytes)
    }

    /// Reads a block. Throws `DamagedRollup` for anything that `encoded()` cannot have written.
    package init(firstDay: Int32, encoded bytes: [UInt8]) throws(DamagedRollup) {
        guard let block = Self.decode(firstDay, bytes) else {
            throw DamagedRollup(name: "principal_days", day: firstDay)
        }
        self = block
    }

    private static func decode(_ firstDay: Int32, _ bytes: [UInt8]) -> PrincipalDays? {
        var block = PrincipalDays(firstDay: firstDay)
        guard let bytes = BlockPacking.unpack(bytes) else { return nil }
        var input = VarintReader(bytes)
        guard input.take() == format, let principals = input.takeTexts(),
            let isToken = input.take(principals.count, atMost: 1), let networks = input.takeTexts(),
            let programs = input.takeTexts(), let rows = input.take(atMost: min(mostRows, UInt64(bytes.count))),
            let steps = input.take(Int(rows), atMost: UInt64(principals.count)),
            let network = input.take(Int(rows), atMost: UInt64(max(networks.count, 1) - 1)),
            let program = input.take(Int(rows), atMost: UInt64(max(programs.count, 1) - 1)),
            let firsts = input.take(Int(rows), atMost: 30),
            let later = input.take(Int(rows), atMost: UInt64(UInt32.max >> 2)), input.isAtEnd
        else { return nil }
        (block.principals, block.networks, block.programs) = (principals, networks, programs)
        block.isToken = isToken.map { $0 == 1 }
        var last: UInt64 = 0
        for step in steps {
            last += step
            block.principal.append(UInt32(truncatingIfNeeded: last))
        }
        let isWhole = rows == 0 || last < UInt64(principals.count) && !networks.isEmpty && !programs.isEmpty
        let days = zip(firsts, later).map { ($1 << 1 | 1) << $0 }
        guard isWhole, days.allSatisfy({ $0 < 1 << 31 }) else { return nil }
        block.network = network.map { UInt32(truncatingIfNeeded: $0) }
        block.program = program.map { UInt32(truncatingIfNeeded: $0) }
        block.days = days.map { UInt32(truncatingIfNeeded: $0) }
        return block
    }
}

extension VarintWriter {
    /// Texts in ascending order.
    fileprivate mutating func put(_ texts: TextDictionary) {
        put(UInt64(texts.count))
        var before: ArraySlice<UInt8> = []
        for place in 0..<texts.count {
            let text = texts.slice(at: place), isNetwork = text.suffix(networkEnd.count).elementsEqual(networkEnd)
            let part = isNetwork ? text.dropLast(networkEnd.count) : text
            let shared = zip(before, part).prefix { $0 == $1 }.count
            put(UInt64(shared) << 1 | (isNetwork ? 1 : 0))
            put(part.dropFirst(shared))
            before = part
        }
    }
}

/// What networks of IPv4 end with.
private let networkEnd = Array(".0/24".utf8)

/// Few bytes can stand for very many where texts share their beginnings; no segment has more of them.
private let mostTextBytes = 1 << 28

extension VarintReader {
    fileprivate mutating func takeTexts() -> TextDictionary? {
        guard let count = take(atMost: UInt64(left)) else { return nil }
        var texts = TextDictionary()
        var text: [UInt8] = []
        for _ in 0..<count {
            guard let head = take(atMost: UInt64(text.count) << 1 | 1), let rest = takeText(),
                texts.bytes.count <= mostTextBytes
            else { return nil }
            text.replaceSubrange(Int(head >> 1)..., with: rest)
            let whole = head & 1 == 1 ? text + networkEnd : text
            _ = texts.append(whole.span.bytes)
        }
        return texts
    }
}

extension TextDictionary {
    fileprivate var isEmpty: Bool { count == 0 }
}
