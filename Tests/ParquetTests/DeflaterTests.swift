import TestSupport
import Testing

@testable import Parquet

/// What our own deflate writes, zlib reads, and so does our own inflate.
struct DeflaterTests {
    /// Packs some bytes both ways; returns the sizes in the order of `presses`.
    @discardableResult
    private func expectBack(_ bytes: [UInt8], marks: [Int] = [0], _ what: String) throws -> [Int] {
        let fast = FastInflater()
        var deflater = Deflater(), inflater = Inflater(), sizes: [Int] = []
        for mark in marks {
            for press in Self.presses {
                var packed = ByteSink(), raw = ByteSink()
                // What stood in the sink before stays.
                packed.put(0x55)
                bytes.withUnsafeBytes { deflater.gzip($0, press, mark: mark, into: &packed) }
                #expect(packed.array.first == 0x55)
                let member = UnsafeRawBufferPointer(rebasing: packed.bytes.dropFirst())
                try inflater.inflate(member, size: bytes.count, isChecked: false, into: &raw)
                let isEqual = raw.array == bytes
                #expect(isEqual, "\(what): \(bytes.count) bytes, mark \(mark), \(press)")
                var ours = [UInt8](repeating: 0, count: bytes.count + 1)
                let isRead = ours.withUnsafeMutableBytes {
                    fast.inflate(member, to: UnsafeMutableRawBufferPointer(rebasing: $0[..<bytes.count]))
                }
                let isSame = isRead && ours.dropLast().elementsEqual(bytes)
                #expect(isSame, "with our own inflate: \(what), \(bytes.count) bytes, mark \(mark), \(press)")
                if mark == marks[0] { sizes.append(member.count) }
            }
        }
        return sizes
    }

    private static let presses = [Press.frequencies, .repetitions]

    /// Sizes around everything that has a size: words of the loops, the shortest and the longest repetition, blocks.
    private static let sizes =
        Array(0...20) + [63, 64, 65, 255, 256, 257, 258, 259, 260, 4095, 4096, 10_000, 65_534, 65_535, 65_536]
        + [65_537, 65_538, 65_540, 131_071, 131_072, 131_073, 200_001, 300_000]

    @Test(arguments: sizes)
    func `bytes of every kind come back`(size: Int) throws {
        var dice = SeededRandom(UInt64(size))
        let marks = [0, size / 2, size, min(size, 1), max(0, size - 1)]
        try expectBack([UInt8](repeating: 0, count: size), marks: marks, "zeros")
        try expectBack([UInt8](repeating: 0xFF, count: size), marks: marks, "one distinct byte")
        try expectBack((0..<size).map { UInt8($0 & 0xFF) }, marks: marks, "all bytes in turn")
        try expectBack((0..<size).map { _ in UInt8(dice.word & 0xFF) }, marks: marks, "all bytes at random")
        // Of each byte half as many as of the one before: the code lengths run into their limit.
        let skewed = (0..<size).map { _ in UInt8(min(63, dice.word.trailingZeroBitCount)) }
        try expectBack(skewed, marks: marks, "skewed")
        try expectBack((0..<size).map { _ in UInt8(dice.below(100) == 0 ? 1 : 0) }, marks: marks, "mostly zeros")
    }

    @Test(arguments: 1...24)
    func `texts with repetitions of any length and distance come back`(seed: Int) throws {
        var dice = SeededRandom(UInt64(seed) + 500)
        let size = [3000, 40_000, 65_536, 66_000, 150_000, 300_000][seed % 6]
        let letters = 2 + dice.below(60)
        var bytes: [UInt8] = []
        while bytes.count < size {
            if bytes.isEmpty || dice.below(3) == 0 {
                for _ in 0..<(1 + dice.below(60)) { bytes.append(UInt8(0x20 + dice.below(letters))) }
            } else {
                // Overlaps itself where the distance is less than the length; farther than 32,768 there is none.
                let distance = 1 + Int(dice.word % UInt64(min(40_000, bytes.count)))
                let length = 3 + Int(dice.word % (dice.below(2) == 0 ? 20 : 998))
                for _ in 0..<length { bytes.append(bytes[bytes.count - distance]) }
            }
        }
        bytes.removeLast(bytes.count - size)
        let marks = [0, 1, size / 3, size / 2, size - 1, size].map { min($0, size) } + [min(size, 65_536 + 700)]
        let packed = try expectBack(bytes, marks: marks, "repetitions")
        #expect(packed[1] < size / 2)
    }

    @Test func `repetitions at exactly the shortest and farthest that are found come back`() throws {
        var dice = SeededRandom(9)
        for distance in [4, 5, 255, 256, 257, 4096, 32_766, 32_767, 32_768, 32_769, 40_000] {
            for length in [3, 4, 5, 257, 258, 259, 516, 600] {
                let noise = (0..<distance).map { _ in UInt8(dice.word & 0xFF) }
                let bytes = noise + (0..<length).map { noise[$0 % distance] } + [1, 2, 3]
                try expectBack(bytes, marks: [0, distance], "\(length) at \(distance)")
            }
        }
    }

    @Test func `a repetition across a mark or the end of a block comes back`() throws {
        let line = Array("2026-04-26T00:11:41.212Z used tok_7 203.0.113.7\n".utf8)
        let bytes = (0..<4000).flatMap { _ in line }
        let marks = [0, 1, 24, 65_535, 65_536, 65_537, 65_536 + 30, 131_072, 131_072 + 5, bytes.count - 1, bytes.count]
        let packed = try expectBack(bytes, marks: marks, "lines")
        #expect(packed[1] < bytes.count / 50)
    }

    @Test func `one deflater gives the same bytes whatever it did before`() throws {
        var dice = SeededRandom(31)
        let inputs = (0..<40).map { round in
            (0..<dice.below(3000)).map { _ in UInt8(truncatingIfNeeded: dice.word % UInt64(2 + round * 6)) }
        }
        var used = Deflater()
        for bytes in inputs + inputs.reversed() {
            for press in Self.presses {
                var fresh = Deflater()
                var first = ByteSink(), second = ByteSink()
                bytes.withUnsafeBytes { used.gzip($0, press, into: &first) }
                bytes.withUnsafeBytes { fresh.gzip($0, press, into: &second) }
                let isEqual = first.array == second.array
                #expect(isEqual)
            }
        }
    }

    @Test func `what is known of frequencies shows in the size`() throws {
        var dice = SeededRandom(32)
        // Four bits of every eight say something; a code of its own for each half costs less than one for both.
        let low = (0..<60_000).map { _ in UInt8(dice.word & 0x0F) }
        #expect(try expectBack(low, "four bits")[0] < 30_500)
        let halves = low.prefix(30_000) + low.prefix(30_000).map { $0 + 0x40 }
        #expect(try expectBack(Array(halves), marks: [30_000], "two halves")[0] < 30_500)
        #expect(try expectBack(Array(halves), "two halves")[0] > 36_000)
    }

    @Test func `the estimated size is near the real one`() throws {
        var dice = SeededRandom(33)
        for shift in [56, 58, 60, 62] as [UInt64] {
            let bytes = (0..<50_000).map { _ in UInt8(dice.word >> shift) }
            let real = try expectBack(bytes, "estimate")[0]
            let estimate = bytes.withUnsafeBytes { FrequencyBlock.size($0) }
            #expect(abs(real - estimate) < 200)
        }
    }
}

struct HuffmanCodeTests {
    /// Whether a code can be written at all: no length over the limit, and the whole code space taken.
    private func expectSound(_ frequencies: [UInt32], longest: Int) {
        let code = HuffmanCode(frequencies: frequencies, longest: longest)
        let what = "\(frequencies.prefix(40)), longest \(longest)"
        #expect(code.lengths.count == frequencies.count)
        #expect(code.lengths.allSatisfy { $0 <= longest }, "\(what)")
        #expect(zip(frequencies, code.lengths).allSatisfy { $0 == 0 || $1 > 0 }, "\(what)")
        let used = code.lengths.filter { $0 > 0 }
        #expect(used.count == max(2, frequencies.count { $0 > 0 }), "\(what)")
        // Kraft's sum is exactly 1, in units of the longest code.
        #expect(used.reduce(0) { $0 + 1 << (longest - Int($1)) } == 1 << longest, "\(what)")
        // What is more frequent is never longer.
        let order = frequencies.indices.filter { frequencies[$0] > 0 }.sorted { frequencies[$0] < frequencies[$1] }
        for (rare, frequent) in zip(order, order.dropFirst()) where frequencies[rare] < frequencies[frequent] {
            #expect(code.lengths[rare] >= code.lengths[frequent], "\(what)")
        }
        expectPrefixFree(code, what)
    }

    /// The words are those of RFC 1951, 3.2.2: counted up within a length, and none begins another.
    private func expectPrefixFree(_ code: HuffmanCode, _ what: String) {
        var next = 0, last = 0
        for length in 1...16 {
            next <<= length - last
            last = length
            for symbol in code.lengths.indices where Int(code.lengths[symbol]) == length {
                let word = Int(code.words[symbol] & 0xFFFF)
                let reversed = (0..<length).reduce(0) { ($0 << 1) | ((word >> $1) & 1) }
                #expect(reversed == next, "\(what), symbol \(symbol)")
                #expect(code.words[symbol] >> 16 == UInt32(length))
                next += 1
            }
        }
        for symbol in code.lengths.indices where code.lengths[symbol] == 0 { #expect(code.words[symbol] == 0) }
    }

    private static func fibonacci(_ count: Int) -> [UInt32] {
        var numbers: [UInt32] = [1, 1]
        while numbers.count < count { numbers.append(numbers[numbers.count - 1] &+ numbers[numbers.count - 2]) }
        return Array(numbers.prefix(count))
    }

    @Test(arguments: [7, 15])
    func `frequencies of Fibonacci, which make the deepest tree, stay within the limit`(longest: Int) {
        var dice = SeededRandom(UInt64(longest))
        for count in 2...40 {
            var frequencies = Self.fibonacci(count)
            expectSound(frequencies, longest: longest)
            expectSound(frequencies.reversed(), longest: longest)
            frequencies.shuffle(using: &dice)
            expectSound(frequencies, longest: longest)
            expectSound([0, 0] + frequencies.flatMap { [$0, 0] }, longest: longest)
        }
    }

    @Test(arguments: [7, 15])
    func `powers of two, equal and random frequencies stay within the limit`(longest: Int) {
        var dice = SeededRandom(UInt64(longest) + 1)
        for round in 0..<300 {
            let count = longest == 7 ? 19 : [30, 257, 286][round % 3]
            let shift = UInt64(dice.below(33))
            let skew = dice.below(6)
            let frequencies = (0..<count).map { place -> UInt32 in
                switch skew {
                case 0: UInt32(1)
                case 1: UInt32(1) << UInt32(place % 32)
                case 2: dice.below(3) == 0 ? 0 : UInt32(dice.word >> (32 + shift) & 0xFFFF_FFFF)
                case 3: UInt32(1) << UInt32(dice.below(32))
                case 4: place % 7 == 0 ? .max : UInt32(place)
                default: UInt32(dice.below(2))
                }
            }
            expectSound(frequencies, longest: longest)
        }
        // As many symbols as there are words of the longest length.
        if longest == 7 { expectSound((0..<128).map { UInt32(1) << UInt32($0 / 5) }, longest: 7) }
    }

    @Test func `none, one and two symbols get a whole code`() {
        for frequencies: [UInt32] in [[0, 0, 0], [0, 5, 0], [9, 0, 0], [0, 0, 1], [1, 0, 100], [0, 0]] {
            expectSound(frequencies, longest: 15)
            expectSound(frequencies, longest: 7)
        }
    }

    @Test func `without a limit that matters the code is the best there is`() {
        // The example of every textbook: 45, 13, 12, 16, 9, 5 take 224 bits.
        let frequencies: [UInt32] = [45, 13, 12, 16, 9, 5]
        let code = HuffmanCode(frequencies: frequencies, longest: 15)
        #expect(code.lengths == [1, 3, 3, 3, 4, 4])
        #expect(zip(frequencies, code.lengths).reduce(0) { $0 + Int($1.0) * Int($1.1) } == 224)
    }
}
