import TestSupport
import Testing

@testable import Parquet

struct EncodingTests {
    private func deltas(_ values: [Int64]) throws -> [Int64] {
        var sink = ByteSink()
        values.withUnsafeBufferPointer { DeltaBinaryPacked.encode($0.baseAddress!, $0.count, into: &sink) }
        var cursor = ByteCursor(sink.padded)
        var out = [Int64](repeating: 0, count: values.count)
        try out.withUnsafeMutableBufferPointer { try DeltaBinaryPacked.decode(&cursor, $0.count, to: CheckedRoom($0)) }
        #expect(cursor.left == 0)
        return out
    }

    @Test(arguments: 0...64)
    func `differences of any number of bits come back`(width: Int) throws {
        var dice = SeededRandom(UInt64(width))
        for count in [1, 2, 32, 33, 34, 128, 129, 130, 300] {
            var value: Int64 = width == 64 ? .min : 0
            let values: [Int64] = (0..<count).map { _ in
                let step = width == 0 ? 0 : dice.next() >> UInt64(64 - width)
                value = value &+ Int64(bitPattern: step)
                return value
            }
            #expect(try deltas(values) == values)
        }
    }

    @Test func `the extremes of Int64 come back in any order`() throws {
        let values: [Int64] = [.min, .max, .min, 0, .max, .max, -1, 1, .min, .min, 0, .max]
        #expect(try deltas(values) == values)
        #expect(try deltas(Array(repeating: .max, count: 200)) == Array(repeating: .max, count: 200))
    }

    @Test func `three small integers have the bytes that the format prescribes`() {
        var sink = ByteSink()
        let values: [Int64] = [7, 5, 3, 1, 2, 3, 4, 5]
        values.withUnsafeBufferPointer { DeltaBinaryPacked.encode($0.baseAddress!, $0.count, into: &sink) }
        // The example of Parquet's specification: the differences less the least one are 0, 0, 0, 3, 3, 3, 3.
        #expect(sink.array == [0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: 1...32)
    func `runs and packed numbers of any width come back`(width: Int) throws {
        var dice = SeededRandom(UInt64(width) + 100)
        for count in [1, 7, 8, 9, 15, 64, 100, 1000] {
            var values: [UInt32] = []
            while values.count < count {
                let value = UInt32(truncatingIfNeeded: dice.next() >> UInt64(64 - width))
                let times = dice.below(4) == 0 ? dice.below(200) : 1
                values += Array(repeating: value, count: min(times, count - values.count))
            }
            var sink = ByteSink()
            values.withUnsafeBufferPointer { RunLength.encode($0.baseAddress!, $0.count, width: width, into: &sink) }
            var out = [UInt32](repeating: 0, count: count)
            try out.withUnsafeMutableBufferPointer {
                try RunLength.decode(sink.padded, width: width, $0.count, to: CheckedRoom($0))
            }
            #expect(out == values)
        }
    }

    @Test func `truth values come back however long their runs are`() throws {
        var dice = SeededRandom(5)
        for round in 0..<60 {
            var flags: [UInt8] = []
            let longest = UInt64([1, 3, 70, 300][round % 4])
            while flags.count < 40 + round * 20 {
                flags += Array(repeating: UInt8(dice.next() & 1), count: Int(1 + dice.next() % longest))
            }
            var sink = ByteSink()
            flags.withUnsafeBufferPointer { RunLength.encode($0.baseAddress!, $0.count, into: &sink) }
            var out = [UInt32](repeating: 9, count: flags.count)
            try out.withUnsafeMutableBufferPointer {
                try RunLength.decode(sink.padded, width: 1, $0.count, to: CheckedRoom($0))
            }
            #expect(out == flags.map { UInt32($0) })
        }
    }

    @Test func `eight numbers of three bits have the bytes that the format prescribes`() {
        var sink = ByteSink()
        let values: [UInt32] = [0, 1, 2, 3, 4, 5, 6, 7]
        values.withUnsafeBufferPointer { RunLength.encode($0.baseAddress!, 8, width: 3, into: &sink) }
        #expect(sink.array == [3, 0b1000_1000, 0b1100_0110, 0b1111_1010])
        sink.clear()
        RunLength.run(of: 4, 100, width: 3, into: &sink)
        #expect(sink.array == [0xC8, 1, 4])
    }

    @Test func `runs that lie about their length are refused`() {
        func decode(_ bytes: [UInt8], width: Int = 3, _ count: Int) throws {
            var sink = ByteSink()
            bytes.withUnsafeBytes { sink.put($0) }
            var out = [UInt32](repeating: 0, count: count)
            try out.withUnsafeMutableBufferPointer {
                try RunLength.decode(sink.padded, width: width, count, to: CheckedRoom($0))
            }
        }
        #expect(throws: Never.self) { try decode([0xC8, 1, 4], 100) }
        #expect(throws: Malformed.self) { try decode([0xC8, 1, 4], 99) }
        #expect(throws: Malformed.self) { try decode([0xC8, 1, 4], 101) }
        #expect(throws: Malformed.self) { try decode([0xC8, 1, 8], 100) }
        #expect(throws: Malformed.self) { try decode([0xC8, 1, 4, 0], 100) }
        #expect(throws: Malformed.self) { try decode([0xC8, 1], 100) }
        #expect(throws: Malformed.self) { try decode([0x00, 1], 100) }
        #expect(throws: Malformed.self) { try decode([0x03, 1, 2], 8) }
        #expect(throws: Malformed.self) {
            try decode([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], 8)
        }
        #expect(throws: Malformed.self) { try decode(Array(repeating: 0xFF, count: 20), 8) }
    }

    @Test func `gzip gives back what it got and refuses what it did not make`() throws {
        var deflater = Deflater(), inflater = Inflater()
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
        for (press, isChecked) in [
            (Press.frequencies, true), (.frequencies, false), (.repetitions, true), (.repetitions, false),
        ] {
            var packed = ByteSink(), raw = ByteSink()
            bytes.withUnsafeBytes { deflater.gzip($0, press, into: &packed) }
            #expect(packed.array.prefix(3) == [0x1F, 0x8B, 8])
            try inflater.inflate(packed.bytes, size: 5000, isChecked: isChecked, into: &raw)
            #expect(raw.array == bytes)
            #expect(throws: Malformed.self) {
                try inflater.inflate(packed.bytes, size: 4999, isChecked: isChecked, into: &raw)
            }
            #expect(throws: Malformed.self) {
                try inflater.inflate(packed.bytes, size: 5001, isChecked: isChecked, into: &raw)
            }
            #expect(throws: Malformed.self) {
                try inflater.inflate(packed.bytes, size: 1 << 29, isChecked: isChecked, into: &raw)
            }
            packed.put(0)
            #expect(throws: Malformed.self) {
                try inflater.inflate(packed.bytes, size: 5000, isChecked: isChecked, into: &raw)
            }
        }
    }
}
