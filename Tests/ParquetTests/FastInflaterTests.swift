import TestSupport
import CZlib
import Testing

@testable import Parquet

/// Our inflate against zlib's, over streams that zlib writes in every way it has.
struct FastInflaterTests {
    private struct Way: CustomTestStringConvertible {
        var level: Int32
        var strategy: Int32
        var testDescription: String { "level \(level), strategy \(strategy)" }
    }

    private static let ways =
        [0, 1, 4, 6, 9].map { Way(level: $0, strategy: Z_DEFAULT_STRATEGY) }
        + [Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED, Z_FILTERED].map { Way(level: 6, strategy: $0) }

    /// What zlib makes of bytes: a gzip member.
    private func member(_ bytes: [UInt8], _ way: Way, window: Int32 = 15) -> [UInt8] {
        var stream = z_stream()
        #expect(
            deflateInit2_(
                &stream, way.level, Z_DEFLATED, window + 16, 8, way.strategy, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK)
        defer { deflateEnd(&stream) }
        var input = bytes, out = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 100)
        let room = UInt32(out.count)
        let made = input.withUnsafeMutableBufferPointer { input in
            out.withUnsafeMutableBufferPointer { out in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = out.baseAddress
                stream.avail_out = room
                #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return Int(stream.total_out)
            }
        }
        return Array(out[..<made])
    }

    /// What zlib reads from the deflate stream of a member, without a look at its checksum; nil if it refuses it.
    private func zlibReads(_ member: [UInt8], _ size: Int) -> [UInt8]? {
        guard member.count >= 18 else { return nil }
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var body = Array(member[10..<(member.count - 8)]), out = [UInt8](repeating: 0, count: size + 1)
        let isWhole = body.withUnsafeMutableBufferPointer { body in
            out.withUnsafeMutableBufferPointer { out in
                stream.next_in = body.baseAddress
                stream.avail_in = UInt32(body.count)
                stream.next_out = out.baseAddress
                stream.avail_out = UInt32(size + 1)
                return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0
                    && Int(stream.total_out) == size
            }
        }
        return isWhole ? Array(out[..<size]) : nil
    }

    /// What ours reads; nil if it gives up. Not a byte beyond the size may be touched.
    private func weRead(_ member: [UInt8], _ size: Int, _ inflater: borrowing FastInflater) -> [UInt8]? {
        var out = [UInt8](repeating: 0xA5, count: size + 64)
        let isRead = member.withUnsafeBytes { member in
            out.withUnsafeMutableBytes {
                inflater.inflate(member, to: UnsafeMutableRawBufferPointer(rebasing: $0[..<size]))
            }
        }
        #expect(out[size...].allSatisfy { $0 == 0xA5 })
        return isRead ? Array(out[..<size]) : nil
    }

    private static func bytes(_ seed: Int, _ size: Int) -> [UInt8] {
        var numbers = SeededRandom(UInt64(seed))
        let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
        switch seed % 6 {
        case 0: return (0..<size).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        case 1: return (0..<size).map { _ in letters.randomElement(using: &numbers)! }
        case 2: return [UInt8](repeating: 7, count: size)
        case 3:
            // Repetitions of all lengths at all distances.
            var bytes: [UInt8] = []
            while bytes.count < size {
                if bytes.count > 3, Bool.random(using: &numbers) {
                    let distance = Int.random(in: 1...min(bytes.count, 32_768), using: &numbers)
                    for _ in 0..<Int.random(in: 3...300, using: &numbers) {
                        bytes.append(bytes[bytes.count - distance])
                    }
                } else {
                    bytes.append(UInt8.random(in: 0...255, using: &numbers))
                }
            }
            return Array(bytes[..<size])
        case 4:
            // Frequencies so uneven that codes become as long as they may.
            return (0..<size).map { _ in
                UInt8(min(255, UInt64.random(in: 1...(.max), using: &numbers).leadingZeroBitCount * 6))
            }
        default: return (0..<size).map { UInt8(truncatingIfNeeded: $0 * $0 >> 9) }
        }
    }

    @Test(arguments: ways)
    private func `whatever zlib writes comes back`(_ way: Way) throws {
        let inflater = FastInflater()
        for seed in 0..<12 {
            for size in [1, 2, 7, 100, 281, 282, 283, 290, 300, 1000, 4097, 65_536, 150_001] {
                let bytes = Self.bytes(seed, size)
                for window in [9, 15] as [Int32] {
                    let member = member(bytes, way, window: window)
                    let isEqual = weRead(member, size, inflater) == bytes
                    #expect(isEqual, "seed \(seed), \(size) bytes, window \(window)")
                    // And as little as another size.
                    #expect(weRead(member, size - 1, inflater) == nil)
                    #expect(weRead(member, size + 1, inflater) == nil)
                }
            }
        }
    }

    @Test(arguments: 0..<24) func `of damaged streams we read nothing that zlib does not read the same`(_ seed: Int) {
        let inflater = FastInflater()
        var numbers = SeededRandom(UInt64(seed) &+ 99)
        let bytes = Self.bytes(seed, 3000)
        let whole = member(bytes, Self.ways[seed % Self.ways.count])
        var read = 0
        for _ in 0..<1500 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                damaged[Int.random(in: 10..<(damaged.count - 8), using: &numbers)] ^=
                    1 << UInt8.random(in: 0...7, using: &numbers)
            }
            if Int.random(in: 0..<4, using: &numbers) == 0 {
                // Cut inside of the stream; the trailer stays.
                let cut = Int.random(in: 10..<(damaged.count - 8), using: &numbers)
                damaged.removeSubrange(cut..<(damaged.count - 8))
            }
            guard let ours = weRead(damaged, bytes.count, inflater) else { continue }
            read += 1
            #expect(zlibReads(damaged, bytes.count) == ours)
        }
        // Damage among literals changes bytes and not their number: some of it must have come so far.
        if seed % 6 == 0 { #expect(read > 0) }
    }

    @Test func `a member with a name, none at all, and two of them are left to zlib`() {
        let inflater = FastInflater()
        let plain = member([1, 2, 3], Self.ways[3])
        var named = plain
        named[3] = 8
        named.insert(contentsOf: [65, 0], at: 10)
        #expect(weRead(named, 3, inflater) == nil)
        #expect(weRead([], 0, inflater) == nil)
        #expect(weRead(Array(plain[..<17]), 3, inflater) == nil)
        #expect(weRead(plain + plain, 3, inflater) == nil)
        #expect(weRead(plain, 3, inflater) == [1, 2, 3])
    }

    /// Each block costs its tables; a few bytes can hold thousands of empty ones.
    @Test func `thousands of empty blocks are left to zlib, which reads them`() throws {
        // Not the last, fixed codes, end of block: ten bits. Then a last block that holds "A".
        var bits: [UInt8] = (0..<5000).flatMap { _ in [0, 1, 0] + [UInt8](repeating: 0, count: 7) }
        bits += [1, 1, 0] + [0, 1, 1, 1, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 7)
        var stream = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (place, bit) in bits.enumerated() { stream[place / 8] |= bit << UInt8(place % 8) }
        var member = member([65], Self.ways[3])
        member = member[..<10] + stream + member.suffix(8)
        #expect(zlibReads(member, 1) == [65])
        #expect(weRead(member, 1, FastInflater()) == nil)
        var inflater = Inflater(), sink = ByteSink()
        try member.withUnsafeBytes { try inflater.inflate($0, size: 1, isChecked: true, into: &sink) }
        #expect(sink.array == [65])
    }
}
