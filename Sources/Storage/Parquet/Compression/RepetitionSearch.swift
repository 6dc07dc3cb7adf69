/// Finds repetitions for deflate: looks only where the same four bytes stood last.
struct RepetitionSearch: ~Copyable, Sendable {
    private static let shortest = 4
    private static let longest = DeflateFormat.longestRepetition
    private static let farthest = 32_768

    /// Places in the input plus one by a hash of the four bytes that stand there.
    private var lastPlaces = Scratch<UInt32>()
    /// The symbols of the block: a byte, or a repetition with `isRepetition`, length and distance.
    private var symbols = Scratch<UInt32>()
    private var hashBits = 0
    private nonisolated(unsafe) var input = UnsafeRawBufferPointer(start: nil, count: 0)

    private static let isRepetition: UInt32 = 1 << 31

    /// Starts on other bytes, which must stay where they are until the last block.
    mutating func begin(_ input: UnsafeRawBufferPointer) {
        self.input = input
        // A small input is not worth clearing a large table.
        hashBits = max(8, min(15, Int.bitWidth - input.count.leadingZeroBitCount))
        lastPlaces.room(1 << hashBits).update(repeating: 0, count: 1 << hashBits)
    }

    /// Writes a block of the input, without its first bit. Blocks must follow each other.
    mutating func block(_ range: Range<Int>, to bits: inout BitWriter) {
        guard let bytes = input.baseAddress else { return FrequencyBlock.write(input, to: &bits) }
        var literals = [UInt32](repeating: 0, count: 286), distances = [UInt32](repeating: 0, count: 30)
        let count = literals.withUnsafeMutableBufferPointer { literals in
            distances.withUnsafeMutableBufferPointer { distances in
                find(bytes, range, &literals, &distances)
            }
        }
        literals[DeflateFormat.endOfBlock] = 1
        let code = HuffmanCode(frequencies: literals, longest: 15)
        let far = HuffmanCode(frequencies: distances, longest: 15)
        let used = max(257, (code.lengths.lastIndex { $0 > 0 } ?? 0) + 1)
        let usedFar = (far.lengths.lastIndex { $0 > 0 } ?? 0) + 1
        BlockHead.write(Array(code.lengths[..<used]), Array(far.lengths[..<usedFar]), to: &bits)
        write(count, code, far, to: &bits)
    }

    /// Turns the bytes of a range into symbols and counts them; returns how many there are.
    private mutating func find(
        _ bytes: UnsafeRawPointer, _ range: Range<Int>, _ literals: inout UnsafeMutableBufferPointer<UInt32>,
        _ distances: inout UnsafeMutableBufferPointer<UInt32>
    ) -> Int {
        let symbols = symbols.room(range.count), table = lastPlaces.room(0)
        let shift = UInt32(32 - hashBits)
        var at = range.lowerBound, count = 0
        // The last bytes are not looked up, so that four can always be loaded.
        let end = max(at, range.upperBound - Self.shortest)
        while at < end {
            let four = bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)
            let slot = Int((four &* 0x9E37_79B1) &>> shift)
            let known = Int(table[slot]) &- 1
            table[slot] = UInt32(truncatingIfNeeded: at &+ 1)
            if known >= 0, at &- known <= Self.farthest,
                bytes.loadUnaligned(fromByteOffset: known, as: UInt32.self) == four
            {
                let length = Self.length(bytes, known, at, most: min(Self.longest, range.upperBound &- at))
                let distance = at &- known
                symbols[count] = Self.isRepetition | UInt32(length) << 16 | UInt32(distance &- 1)
                literals[Int(Self.lengthCodes[length].symbol)] &+= 1
                distances[Self.distanceCode(distance)] &+= 1
                at &+= length
            } else {
                let byte = bytes.load(fromByteOffset: at, as: UInt8.self)
                symbols[count] = UInt32(byte)
                literals[Int(byte)] &+= 1
                at &+= 1
            }
            count &+= 1
        }
        while at < range.upperBound {
            let byte = bytes.load(fromByteOffset: at, as: UInt8.self)
            symbols[count] = UInt32(byte)
            literals[Int(byte)] &+= 1
            count &+= 1
            at &+= 1
        }
        return count
    }

    /// How many bytes are the same at two places; the first four are known to be.
    @inline(__always)
    private static func length(_ bytes: UnsafeRawPointer, _ earlier: Int, _ at: Int, most: Int) -> Int {
        var length = shortest
        while length &+ 8 <= most {
            let difference =
                bytes.loadUnaligned(fromByteOffset: earlier &+ length, as: UInt64.self).littleEndian
                ^ bytes.loadUnaligned(fromByteOffset: at &+ length, as: UInt64.self).littleEndian
            if difference != 0 { return length &+ difference.trailingZeroBitCount / 8 }
            length &+= 8
        }
        while length < most,
            bytes.load(fromByteOffset: earlier &+ length, as: UInt8.self)
                == bytes.load(fromByteOffset: at &+ length, as: UInt8.self)
        {
            length &+= 1
        }
        return length
    }

    private mutating func write(_ count: Int, _ code: HuffmanCode, _ far: HuffmanCode, to bits: inout BitWriter) {
        let symbols = symbols.room(0)
        code.words.withUnsafeBufferPointer { words in
            for place in 0..<count {
                let symbol = symbols[place]
                if symbol & Self.isRepetition == 0 {
                    bits.put(words[Int(symbol)])
                    continue
                }
                let length = Self.lengthCodes[Int(symbol >> 16 & 0x1FF)]
                bits.hold(words[Int(length.symbol)])
                bits.put(UInt64(length.extra), Int(length.bits))
                let distance = Int(symbol & 0x7FFF) + 1
                let number = Self.distanceCode(distance)
                let width = max(0, number / 2 - 1)
                bits.hold(far.words[number])
                bits.put(UInt64(distance - 1) & (1 << UInt64(width) - 1), width)
            }
            bits.put(words[DeflateFormat.endOfBlock])
        }
    }

    private struct LengthCode: Sendable {
        var symbol: UInt16 = 0
        var extra: UInt8 = 0
        var bits: UInt8 = 0
    }

    /// The symbol of each length and the bits behind it (RFC 1951, 3.2.5).
    private static let lengthCodes: [LengthCode] = {
        var codes = [LengthCode](repeating: LengthCode(), count: longest + 1)
        // The longest has a symbol of its own, the last one.
        for (place, (base, bits)) in DeflateFormat.lengths.enumerated() {
            for extra in 0..<(1 << bits) where base + extra <= longest {
                codes[base + extra] = LengthCode(
                    symbol: UInt16(DeflateFormat.endOfBlock + 1 + place), extra: UInt8(extra), bits: UInt8(bits))
            }
        }
        return codes
    }()

    /// The symbol of a distance: two for each power of two (RFC 1951, 3.2.5).
    @inline(__always)
    private static func distanceCode(_ distance: Int) -> Int {
        let place = distance &- 1
        if place < 2 { return place }
        let power = Int.bitWidth &- 1 &- place.leadingZeroBitCount
        return power &* 2 &+ (place &>> (power &- 1) & 1)
    }
}
