/// How a page is squeezed.
enum Press: Equatable, Sendable {
    /// By how often bytes occur: as small as anything for random ids and packed numbers, and the fastest.
    case frequencies
    /// By repetitions too.
    case repetitions
}

/// Writes gzip members (RFC 1951 and 1952), made for pages of a column.
///
/// zlib spends most of its time on the search for repetitions. Pages of ids, packed indices and differences have none
/// worth finding, and where there are some, in dictionaries, the last place where the same four bytes stood is a good
/// guess; looking no further makes this several times faster for nearly the same size.
struct Deflater: ~Copyable, Sendable {
    /// Input bytes of a block. Each has a code of its own, at the price of some 80 bytes.
    private static let blockBytes = 1 << 16
    private static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 0xFF]

    private var search = RepetitionSearch()

    init() {}

    /// Appends the gzip member that holds `input`. What lies before `mark` is of another kind than what lies behind,
    /// and gets a code of its own.
    mutating func gzip(_ input: UnsafeRawBufferPointer, _ press: Press, mark: Int = 0, into sink: inout ByteSink) {
        Self.header.withUnsafeBytes { sink.put($0) }
        var bits = BitWriter(sink.room(Self.bound(input.count)))
        if press == .repetitions { search.begin(input) }
        var at = 0
        repeat {
            let end = min(at < mark ? mark : input.count, at + Self.blockBytes)
            bits.put(end == input.count ? 1 : 0, 1)
            if press == .repetitions {
                search.block(at..<end, to: &bits)
            } else {
                FrequencyBlock.write(UnsafeRawBufferPointer(rebasing: input[at..<end]), to: &bits)
            }
            at = end
        } while at < input.count
        sink.commit(bits.finish())
        sink.put(littleEndian: Checksum.crc32(input))
        sink.put(littleEndian: UInt32(truncatingIfNeeded: input.count))
    }

    /// No byte takes more than 15 bits, no block head more than 400 bytes.
    private static func bound(_ count: Int) -> Int { count * 2 + (count / blockBytes + 2) * 512 + 64 }
}

/// A block without repetitions.
enum FrequencyBlock {
    static func write(_ bytes: UnsafeRawBufferPointer, to bits: inout BitWriter) {
        let code = HuffmanCode(frequencies: frequencies(bytes), longest: 15)
        // Two distances that are never used complete the other code that deflate wants.
        BlockHead.write(code.lengths, [1, 1], to: &bits)
        code.words.withUnsafeBufferPointer { words in
            var at = 0
            while at + 3 <= bytes.count {
                for step in 0..<3 { bits.hold(words[Int(bytes[at &+ step])]) }
                bits.flush()
                at &+= 3
            }
            for rest in at..<bytes.count { bits.put(words[Int(bytes[rest])]) }
            bits.put(words[DeflateFormat.endOfBlock])
        }
    }

    /// About the bytes that some bytes take in such blocks, in a tenth of the time.
    static func size(_ bytes: UnsafeRawBufferPointer) -> Int {
        let counts = frequencies(bytes)
        let lengths = HuffmanCode(frequencies: counts, longest: 15).lengths
        return zip(counts, lengths).reduce(0) { $0 + Int($1.0) * Int($1.1) } / 8 + 100
    }

    /// Four tables, so that equal neighbors do not wait for each other.
    private static func frequencies(_ bytes: UnsafeRawBufferPointer) -> [UInt32] {
        var counts = [UInt32](repeating: 0, count: 1024)
        counts.withUnsafeMutableBufferPointer { counts in
            var at = 0
            while at + 4 <= bytes.count {
                counts[Int(bytes[at])] &+= 1
                counts[256 + Int(bytes[at + 1])] &+= 1
                counts[512 + Int(bytes[at + 2])] &+= 1
                counts[768 + Int(bytes[at + 3])] &+= 1
                at += 4
            }
            for rest in at..<bytes.count { counts[Int(bytes[rest])] &+= 1 }
            for byte in 0..<256 { counts[byte] &+= counts[256 + byte] &+ counts[512 + byte] &+ counts[768 + byte] }
            counts[DeflateFormat.endOfBlock] = 1
        }
        return Array(counts[...DeflateFormat.endOfBlock])
    }
}

/// What stands before the symbols of a block: the lengths of its two codes, themselves in a code (RFC 1951, 3.2.7).
enum BlockHead {
    /// - Parameters:
    ///   - lengths: of the code of bytes, of the end and of lengths of repetitions; 257 to 286.
    ///   - distances: of the code of distances; 1 to 30.
    static func write(_ lengths: [UInt8], _ distances: [UInt8], to bits: inout BitWriter) {
        let runs = runs(lengths + distances)
        var frequencies = [UInt32](repeating: 0, count: 19)
        for run in runs { frequencies[Int(run.symbol)] += 1 }
        let code = HuffmanCode(frequencies: frequencies, longest: 7)
        let order = DeflateFormat.lengthOrder
        let used = max(4, (order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
        bits.put(2, 2)
        bits.put(UInt64(lengths.count - 257), 5)
        bits.put(UInt64(distances.count - 1), 5)
        bits.put(UInt64(used - 4), 4)
        for symbol in order[..<used] { bits.put(UInt64(code.lengths[symbol]), 3) }
        for run in runs {
            bits.put(code.words[Int(run.symbol)])
            if run.bits > 0 { bits.put(UInt64(run.extra), Int(run.bits)) }
        }
    }

    /// Lengths with their repetitions: 16 repeats the last one, 17 and 18 are zeros.
    private static func runs(_ lengths: [UInt8]) -> [(symbol: UInt8, extra: UInt8, bits: UInt8)] {
        var runs: [(symbol: UInt8, extra: UInt8, bits: UInt8)] = []
        var at = 0
        while at < lengths.count {
            let length = lengths[at]
            var count = 1
            while at + count < lengths.count, lengths[at + count] == length, count < 138 { count += 1 }
            if length == 0, count >= 11 {
                runs.append((18, UInt8(count - 11), 7))
            } else if length == 0, count >= 3 {
                count = min(count, 10)
                runs.append((17, UInt8(count - 3), 3))
            } else if length > 0, count >= 4 {
                count = min(count, 7)
                runs.append((length, 0, 0))
                runs.append((16, UInt8(count - 4), 2))
            } else {
                count = 1
                runs.append((length, 0, 0))
            }
            at += count
        }
        return runs
    }
}

/// Bits on their way to memory, lowest first. Up to eight bytes behind the last one may be overwritten.
struct BitWriter {
    private let start: UnsafeMutableRawPointer
    private var at = 0
    private var held: UInt64 = 0
    private var count: UInt64 = 0

    init(_ start: UnsafeMutableRawPointer) { self.start = start }

    /// Holds a code word (see `HuffmanCode.words`); at most 56 bits may be held before `flush`.
    @inline(__always)
    mutating func hold(_ word: UInt32) {
        held |= UInt64(word & 0xFFFF) &<< count
        count &+= UInt64(word >> 16)
    }

    /// Holds some bits.
    @inline(__always)
    mutating func hold(_ value: UInt64, _ width: Int) {
        held |= value &<< count
        count &+= UInt64(truncatingIfNeeded: width)
    }

    /// Writes all whole bytes that are held.
    @inline(__always)
    mutating func flush() {
        start.storeBytes(of: held.littleEndian, toByteOffset: at, as: UInt64.self)
        at &+= Int(count >> 3)
        held &>>= count & ~7
        count &= 7
    }

    mutating func put(_ word: UInt32) {
        hold(word)
        flush()
    }

    mutating func put(_ value: UInt64, _ width: Int) {
        hold(value, width)
        flush()
    }

    /// Fills up the last byte; returns how many bytes there are.
    mutating func finish() -> Int {
        count += 7
        flush()
        return at
    }
}
