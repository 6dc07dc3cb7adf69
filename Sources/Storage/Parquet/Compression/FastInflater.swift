/// Takes gzip members apart that lie in memory whole and whose size is known.
///
/// It gives up on whatever is out of the ordinary: zlib then looks at it again and has the last word.
struct FastInflater: ~Copyable {
    private let literals = DecodingTable(width: 11, meanings: Self.literalMeanings)
    private let distances = DecodingTable(width: 8, meanings: Self.meanings(of: DeflateFormat.distances, total: 32))
    private let lengthCodes = DecodingTable(width: 7, meanings: (0..<19).map { $0 << 16 })
    /// Code lengths of a block: literals and lengths, then distances.
    private let lengths = UnsafeMutablePointer<UInt8>.allocate(capacity: 320)

    private static let headerBytes = 10, trailerBytes = 8

    deinit { lengths.deallocate() }

    private static let literalMeanings =
        (0..<256).map { UInt32($0) << 16 | DecodingTable.literal }
        + [DecodingTable.isSpecial] + meanings(of: DeflateFormat.lengths, total: 31)

    private static func meanings(of codes: [(base: Int, extra: Int)], total: Int) -> [UInt32] {
        (0..<total).map { symbol in
            guard symbol < codes.count else { return DecodingTable.wrong }
            return UInt32(codes[symbol].base) << 16 | UInt32(codes[symbol].extra) << 10
        }
    }

    /// Writes what the one member in `input` holds if it fills `room` exactly; false for anything else, and for some
    /// that zlib would take. The checksum of the contents is not looked at.
    ///
    /// Invariant of everything below: nothing is written outside of `room`, nothing read outside of it and of `input`.
    func inflate(_ input: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer) -> Bool {
        let size = room.count
        guard let out = room.baseAddress, let start = input.baseAddress,
            input.count >= Self.headerBytes + Self.trailerBytes,
            input[0] == 0x1F, input[1] == 0x8B, input[2] == 8, input[3] == 0,
            Int(input.loadUnaligned(fromByteOffset: input.count - 4, as: UInt32.self).littleEndian) == size
        else { return false }
        var stream = BitStream(
            next: start + Self.headerBytes, end: start + (input.count - Self.trailerBytes), start: out, out: out,
            outEnd: out + size)
        var isLast = false, blocks = 0
        while !isLast {
            // A block costs its tables, however little it holds: very many of them are for zlib, which makes fewer.
            blocks += 1
            guard blocks <= 64 + size >> 10 else { return false }
            stream.fill()
            isLast = stream.take(1) == 1
            switch stream.take(2) {
            case 0: guard stream.copyStored() else { return false }
            case 1: guard readFixed(), decode(&stream) else { return false }
            case 2: guard readDynamic(&stream), decode(&stream) else { return false }
            default: return false
            }
        }
        return stream.isAtEnd
    }

    // MARK: Codes

    private func readFixed() -> Bool {
        for symbol in 0..<288 { lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8 }
        guard literals.fill(lengths, count: 288) else { return false }
        literals.pairLiterals()
        for symbol in 0..<32 { lengths[symbol] = 5 }
        return distances.fill(lengths, count: 32)
    }

    private func readDynamic(_ stream: inout BitStream) -> Bool {
        let literalCount = stream.take(5) + 257, distanceCount = stream.take(5) + 1, given = stream.take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { return false }
        for symbol in 0..<19 { lengths[symbol] = 0 }
        for place in 0..<given {
            stream.fill()
            lengths[DeflateFormat.lengthOrder[place]] = UInt8(stream.take(3))
        }
        guard lengthCodes.fill(lengths, count: 19) else { return false }
        var at = 0
        let total = literalCount + distanceCount
        while at < total {
            stream.fill()
            let entry = lengthCodes.entries[Int(stream.bits & 127)]
            guard entry & DecodingTable.isSpecial == 0 else { return false }
            stream.drop(Int(entry & 0xFF))
            let symbol = Int(entry >> 16)
            var (length, times) = (UInt8(truncatingIfNeeded: symbol), 1)
            if symbol >= 16 {
                guard symbol != 16 || at > 0 else { return false }
                length = symbol == 16 ? lengths[at - 1] : 0
                times = symbol == 16 ? 3 + stream.take(2) : symbol == 17 ? 3 + stream.take(3) : 11 + stream.take(7)
            }
            guard at + times <= total, stream.count >= 0 else { return false }
            for _ in 0..<times {
                lengths[at] = length
                at += 1
            }
        }
        guard lengths[DeflateFormat.endOfBlock] > 0, literals.fill(lengths, count: literalCount),
            distances.fill(lengths + literalCount, count: distanceCount, mayBeSparse: true)
        else { return false }
        literals.pairLiterals()
        return true
    }

    // MARK: Contents

    /// Bytes that one turn of the fast loop may write: literals, the longest match, and what copying goes beyond.
    private static let farthest = 8 + 258 + 16

    /// Decodes a block: fast while there is room for whatever a turn can bring, then with a look at each step.
    private func decode(_ stream: inout BitStream) -> Bool {
        guard stream.count >= 0 else { return false }
        let table = literals.entries, far = distances.entries
        let mask = UInt64(1 << literals.width - 1), farMask = UInt64(1 << distances.width - 1)
        let width = UInt64(literals.width), farWidth = UInt64(distances.width)
        var (bits, count, next, out) = (stream.bits, UInt64(truncatingIfNeeded: stream.count), stream.next, stream.out)
        let lastNext = stream.end - 16, lastOut = stream.outEnd - Self.farthest
        while next <= lastNext, out <= lastOut {
            bits |= next.loadUnaligned(as: UInt64.self).littleEndian &<< count
            next += Int((63 &- count) &>> 3)
            count |= 56
            var entry = table[Int(truncatingIfNeeded: bits & mask)]
            // 56 bits are there: enough for four lookups.
            var isLiteral = false
            for _ in 0..<4 {
                let literals = entry >> 8 & 3
                isLiteral = literals != 0
                guard isLiteral else { break }
                out.storeBytes(of: UInt16(truncatingIfNeeded: entry >> 16).littleEndian, as: UInt16.self)
                out += Int(literals)
                bits &>>= UInt64(entry & 0xFF)
                count &-= UInt64(entry & 0xFF)
                entry = table[Int(truncatingIfNeeded: bits & mask)]
            }
            if isLiteral { continue }
            if count < 48 {
                bits |= next.loadUnaligned(as: UInt64.self).littleEndian &<< count
                next += Int((63 &- count) &>> 3)
                count |= 56
            }
            if entry & DecodingTable.isSpecial != 0 {
                if entry & DecodingTable.isLink != 0 {
                    bits &>>= width
                    count &-= width
                    entry = table[Self.linked(entry, bits)]
                    if entry & DecodingTable.literal != 0, entry & DecodingTable.isSpecial == 0 {
                        out.storeBytes(of: UInt8(truncatingIfNeeded: entry >> 16), as: UInt8.self)
                        out += 1
                        bits &>>= UInt64(entry & 0xFF)
                        count &-= UInt64(entry & 0xFF)
                        continue
                    }
                }
                if entry & DecodingTable.isSpecial != 0 {
                    guard entry >> 16 == 0 else { return false }
                    bits &>>= UInt64(entry & 0xFF)
                    count &-= UInt64(entry & 0xFF)
                    (stream.bits, stream.count, stream.next, stream.out) = (bits, Int(count), next, out)
                    return true
                }
            }
            let length = Self.value(entry, bits)
            bits &>>= UInt64(entry & 0xFF)
            count &-= UInt64(entry & 0xFF)
            entry = far[Int(truncatingIfNeeded: bits & farMask)]
            if entry & DecodingTable.isLink != 0 {
                bits &>>= farWidth
                count &-= farWidth
                entry = far[Self.linked(entry, bits)]
            }
            let distance = Self.value(entry, bits)
            bits &>>= UInt64(entry & 0xFF)
            count &-= UInt64(entry & 0xFF)
            guard entry & DecodingTable.isSpecial == 0, distance <= out - stream.start else { return false }
            Self.copy(length, from: distance, to: out)
            out += length
        }
        (stream.bits, stream.count, stream.next, stream.out) = (bits, Int(count), next, out)
        return decodeCarefully(&stream)
    }

    /// The place in a second table.
    @inline(__always)
    private static func linked(_ link: UInt32, _ bits: UInt64) -> Int {
        Int(link >> 16) &+ Int(truncatingIfNeeded: bits & (1 &<< UInt64(link >> 10 & 15) &- 1))
    }

    @inline(__always)
    private static func value(_ entry: UInt32, _ bits: UInt64) -> Int {
        let extra = UInt64(entry >> 10 & 15), taken = UInt64(entry & 0xFF)
        return Int(entry >> 16) &+ Int(truncatingIfNeeded: (bits & (1 &<< taken &- 1)) &>> (taken &- extra))
    }

    /// Copies from `distance` bytes before; up to 15 bytes more than asked for may be written.
    @inline(__always)
    private static func copy(_ length: Int, from distance: Int, to out: UnsafeMutableRawPointer) {
        var to = out, from = UnsafeRawPointer(out - distance)
        let end = out + length
        if distance >= 8 {
            repeat {
                to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
                to += 8
                from += 8
            } while to < end
        } else if distance == 1 {
            let word = UInt64(from.load(as: UInt8.self)) &* 0x0101_0101_0101_0101
            repeat {
                to.storeBytes(of: word, as: UInt64.self)
                to += 8
            } while to < end
        } else {
            repeat {
                to.storeBytes(of: from.load(as: UInt8.self), as: UInt8.self)
                to += 1
                from += 1
            } while to < end
        }
    }

    /// One symbol at a time, near the end of the input or of the output.
    private func decodeCarefully(_ stream: inout BitStream) -> Bool {
        while true {
            stream.fill()
            let entry = literals.entry(&stream)
            if entry & DecodingTable.isSpecial != 0 { return entry >> 16 == 0 && stream.count >= 0 }
            let made = Int(entry >> 8 & 3)
            if made > 0 {
                guard made <= stream.outEnd - stream.out, stream.count >= 0 else { return false }
                for place in 0..<made {
                    let byte = UInt8(truncatingIfNeeded: entry >> UInt32(16 + 8 * place))
                    stream.out.storeBytes(of: byte, as: UInt8.self)
                    stream.out += 1
                }
                continue
            }
            let length = Int(entry >> 16) + stream.take(Int(entry >> 10 & 15))
            let far = distances.entry(&stream)
            guard far & DecodingTable.isSpecial == 0 else { return false }
            stream.fill()
            let distance = Int(far >> 16) + stream.take(Int(far >> 10 & 15))
            guard stream.count >= 0, distance <= stream.out - stream.start, length <= stream.outEnd - stream.out else {
                return false
            }
            for _ in 0..<length {
                stream.out.storeBytes(of: (stream.out - distance).load(as: UInt8.self), as: UInt8.self)
                stream.out += 1
            }
        }
    }
}
