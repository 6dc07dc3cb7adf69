import Columns

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The entries of a dictionary, as they lie in its arena: entry `i` ends at `ends[i]` and starts where the one before
/// ends.
struct Entries {
    let bytes: UnsafeRawBufferPointer
    let ends: UnsafeBufferPointer<UInt32>

    func start(_ entry: Int) -> Int { entry == 0 ? 0 : Int(ends[entry - 1]) }

    func text(_ entry: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start(entry)..<Int(ends[entry])])
    }

    /// Hands out the entries of a dictionary for the time of a call.
    static func of<Result>(
        _ dictionary: TextDictionary, _ body: (Entries) throws(ParquetError) -> Result
    ) throws(ParquetError) -> Result {
        try dictionary.bytes.withUnsafeBufferPointer { (bytes) throws(ParquetError) in
            try dictionary.ends.withUnsafeBufferPointer { (ends) throws(ParquetError) in
                try body(Entries(bytes: UnsafeRawBufferPointer(bytes), ends: ends))
            }
        }
    }
}

/// Values, each the number of an entry. What the encodings of texts without a dictionary work on.
struct TextsView {
    let entries: Entries
    let order: UnsafePointer<UInt32>

    subscript(value: Int) -> UnsafeRawBufferPointer { entries.text(Int(order[value])) }
}

enum PlainTexts {
    static func encode(_ entries: Entries, into sink: inout ByteSink) {
        for entry in 0..<entries.ends.count {
            let text = entries.text(entry)
            sink.put(littleEndian: UInt32(truncatingIfNeeded: text.count))
            sink.put(text)
        }
    }

    static func decode(
        _ cursor: inout ByteCursor, _ count: Int, only wanted: Wanted, into arena: inout TextArena
    ) throws(Malformed) {
        var wanted = wanted
        for at in 0..<count {
            let length = Int(try cursor.littleEndian32())
            let text = try cursor.take(length)
            if wanted.takes(at) { try arena.append(text) }
        }
    }

    /// Decodes a dictionary, which is large and read often: without a call for each text.
    static func dictionary(_ cursor: inout ByteCursor, _ count: Int) throws(Malformed) -> TextDictionary {
        let all = cursor.rest()
        guard count <= all.count / 4, all.count <= ParquetLimits.textBytes else {
            throw Malformed("\(all.count) bytes for \(count) texts")
        }
        var at = 0
        var ends: [UInt32] = []
        let bytes = [UInt8](unsafeUninitializedCapacity: all.count - 4 * count) { out, made in
            ends = [UInt32](unsafeUninitializedCapacity: count) { ends, entries in
                while entries < count, at &+ 4 <= all.count {
                    let length = Int(UInt32(littleEndian: all.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
                    guard length <= all.count &- at &- 4, length <= out.count &- made else { return }
                    if length > 0, let to = out.baseAddress, let from = all.baseAddress {
                        UnsafeMutableRawPointer(to + made).copyMemory(from: from + at + 4, byteCount: length)
                    }
                    made &+= length
                    at &+= 4 &+ length
                    ends[entries] = UInt32(truncatingIfNeeded: made)
                    entries &+= 1
                }
            }
        }
        guard ends.count == count, at == all.count else { throw Malformed("texts that do not fill \(all.count) bytes") }
        return TextDictionary(bytes: bytes, ends: ends)
    }
}

/// Which of some values are decoded: ascending numbers, or all.
struct Wanted {
    private let values: [Int]?
    private var next = 0

    static var all: Wanted { Wanted(nil) }

    init(_ values: [Int]?) { self.values = values }

    var isAll: Bool { values == nil }

    /// Asked for each value in order.
    mutating func takes(_ value: Int) -> Bool {
        guard let values else { return true }
        guard next < values.count, values[next] == value else { return false }
        next += 1
        return true
    }
}

/// All lengths first, then all bytes, from `mark` on: best for ids that share nothing.
enum DeltaLengthTexts {
    static func encode(
        _ texts: TextsView, _ count: Int, lengths scratch: inout Scratch<Int64>, into sink: inout ByteSink,
        mark: inout Int
    ) {
        let lengths = scratch.room(count)
        for value in 0..<count { lengths[value] = Int64(texts[value].count) }
        DeltaBinaryPacked.encode(lengths, count, into: &sink)
        mark = sink.count
        for value in 0..<count { sink.put(texts[value]) }
    }

    static func decode(
        _ cursor: inout ByteCursor, _ count: Int, only wanted: Wanted, lengths scratch: inout Scratch<Int64>,
        into arena: inout TextArena
    ) throws(Malformed) {
        var wanted = wanted
        let lengths = scratch.checked(count)
        try DeltaBinaryPacked.decode(&cursor, count, to: lengths)
        for at in 0..<count {
            guard let length = Int(exactly: lengths[at]) else { throw Malformed("a text too long") }
            let text = try cursor.take(length)
            if wanted.takes(at) { try arena.append(text) }
        }
    }
}

/// Each text as what it shares with the one before and what is its own, the bytes of it from `mark` on: best for ids
/// that grow.
enum DeltaTexts {
    static func encode(
        _ texts: TextsView, _ count: Int, lengths scratch: inout Scratch<Int64>, into sink: inout ByteSink,
        mark: inout Int
    ) {
        let shared = scratch.room(count * 2)
        let own = shared + count
        for value in 0..<count {
            shared[value] = value == 0 ? 0 : Int64(commonPrefix(texts[value - 1], texts[value]))
        }
        let most = usefulPrefix(shared, count)
        for value in 0..<count {
            shared[value] = min(shared[value], most)
            own[value] = Int64(texts[value].count) - shared[value]
        }
        DeltaBinaryPacked.encode(shared, count, into: &sink)
        DeltaBinaryPacked.encode(own, count, into: &sink)
        mark = sink.count
        for value in 0..<count { sink.put(UnsafeRawBufferPointer(rebasing: texts[value][Int(shared[value])...])) }
    }

    /// The longest prefix worth sharing. Ids that grow share now seven characters, now eight: where the numbers that
    /// say so take more bits than the eighth character, it is smaller to share seven always.
    private static func usefulPrefix(_ shared: UnsafePointer<Int64>, _ count: Int) -> Int64 {
        let longest = 63
        var counts = [Int](repeating: 0, count: longest + 1)
        for value in 0..<count { counts[min(longest, Int(shared[value]))] += 1 }
        var best = (bits: Double.infinity, prefix: Int64.max)
        for most in (1...longest).reversed() where counts[most] > 0 {
            let bits = bitsOfNumbers(counts, most, count) + bitsOfTexts(counts, most)
            if bits < best.bits { best = (bits, most == longest ? .max : Int64(most)) }
        }
        return best.prefix
    }

    /// About what the lengths of prefixes and of the rest take, if no prefix is longer than `most`.
    private static func bitsOfNumbers(_ counts: [Int], _ most: Int, _ count: Int) -> Double {
        var bits = 0.0
        for length in 0...most {
            let share = Double(length < most ? counts[length] : counts[most...].reduce(0, +)) / Double(max(1, count))
            if share > 0 { bits -= share * log2(share) }
        }
        return 2 * bits * Double(count)
    }

    /// What the characters take that could be shared and are not.
    private static func bitsOfTexts(_ counts: [Int], _ most: Int) -> Double {
        let bitsOfCharacter = 5.0
        return counts.indices.dropFirst(most).reduce(0) { $0 + Double(counts[$1] * ($1 - most)) * bitsOfCharacter }
    }

    private static func commonPrefix(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let longest = min(left.count, right.count)
        var at = 0
        while at + 8 <= longest {
            let difference =
                left.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
                ^ right.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
            if difference != 0 { return at + difference.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < longest, left[at] == right[at] { at += 1 }
        return at
    }

    static func decode(
        _ cursor: inout ByteCursor, _ count: Int, only wanted: Wanted, lengths scratch: inout Scratch<Int64>,
        into arena: inout TextArena
    ) throws(Malformed) {
        var wanted = wanted
        let shared = scratch.checked(count * 2)
        let own = shared.from(count)
        try DeltaBinaryPacked.decode(&cursor, count, to: shared)
        try DeltaBinaryPacked.decode(&cursor, count, to: own)
        // The last text, if only some are kept.
        var rolling = ByteSink(capacity: 1 << 8)
        var last = 0
        for at in 0..<count {
            guard shared[at] >= 0, shared[at] <= Int64(last), let length = Int(exactly: own[at]) else {
                throw Malformed("a text shares \(shared[at]) bytes with one of \(last)")
            }
            let text = try cursor.take(length), prefix = Int(shared[at])
            if wanted.isAll {
                try arena.append(text, afterFirst: prefix)
            } else {
                rolling.cut(to: prefix)
                rolling.put(text)
                if wanted.takes(at) { try arena.append(rolling.bytes) }
            }
            last = prefix + length
        }
    }
}

/// Texts as they come out of pages: the dictionary, or the values themselves.
struct TextArena: ~Copyable {
    private var bytes = ByteSink()
    private(set) var ends: [UInt32] = []

    var count: Int { ends.count }

    /// A copy of all bytes.
    var array: [UInt8] { bytes.array }

    mutating func append(_ text: UnsafeRawBufferPointer) throws(Malformed) {
        try check(text.count)
        bytes.put(text)
        ends.append(UInt32(bytes.count))
    }

    /// Appends a text that begins with the first bytes of the last one.
    mutating func append(_ text: UnsafeRawBufferPointer, afterFirst shared: Int) throws(Malformed) {
        let length = Int(ends.last ?? 0) - Int(ends.count > 1 ? ends[ends.count - 2] : 0)
        guard shared >= 0, shared <= length else {
            throw Malformed("a text shares \(shared) bytes with one of \(length)")
        }
        try check(shared + text.count)
        let out = bytes.room(shared + text.count)
        if shared > 0 { out.copyMemory(from: out - length, byteCount: shared) }
        if let from = text.baseAddress { (out + shared).copyMemory(from: from, byteCount: text.count) }
        bytes.commit(shared + text.count)
        ends.append(UInt32(bytes.count))
    }

    private func check(_ more: Int) throws(Malformed) {
        guard more <= ParquetLimits.textBytes - bytes.count else {
            throw Malformed("texts of more than \(ParquetLimits.textBytes) bytes")
        }
    }
}
