import Columns

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

    static func decode(_ cursor: inout ByteCursor, _ count: Int, into arena: inout TextArena) throws(Malformed) {
        for _ in 0..<count {
            let length = Int(try cursor.littleEndian32())
            try arena.append(try cursor.take(length))
        }
    }
}

/// All lengths first, then all bytes: best for ids that share nothing.
enum DeltaLengthTexts {
    static func encode(
        _ texts: TextsView, _ count: Int, lengths scratch: inout Scratch<Int64>, into sink: inout ByteSink
    ) {
        let lengths = scratch.room(count)
        for value in 0..<count { lengths[value] = Int64(texts[value].count) }
        DeltaBinaryPacked.encode(lengths, count, into: &sink)
        for value in 0..<count { sink.put(texts[value]) }
    }

    static func decode(
        _ cursor: inout ByteCursor, _ count: Int, lengths scratch: inout Scratch<Int64>, into arena: inout TextArena
    ) throws(Malformed) {
        let lengths = scratch.room(count)
        try DeltaBinaryPacked.decode(&cursor, count, to: lengths)
        for at in 0..<count {
            guard let length = Int(exactly: lengths[at]) else { throw Malformed("a text too long") }
            try arena.append(try cursor.take(length))
        }
    }
}

/// Each text as what it shares with the one before and what is its own: best for ids that grow.
enum DeltaTexts {
    static func encode(
        _ texts: TextsView, _ count: Int, lengths scratch: inout Scratch<Int64>, into sink: inout ByteSink
    ) {
        let shared = scratch.room(count * 2)
        let own = shared + count
        for value in 0..<count {
            let common = value == 0 ? 0 : commonPrefix(texts[value - 1], texts[value])
            shared[value] = Int64(common)
            own[value] = Int64(texts[value].count - common)
        }
        DeltaBinaryPacked.encode(shared, count, into: &sink)
        DeltaBinaryPacked.encode(own, count, into: &sink)
        for value in 0..<count { sink.put(UnsafeRawBufferPointer(rebasing: texts[value][Int(shared[value])...])) }
    }

    private static func commonPrefix(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        let longest = min(left.count, right.count)
        var at = 0
        while at + 8 <= longest {
            let difference = left.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
                ^ right.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian
            if difference != 0 { return at + difference.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < longest, left[at] == right[at] { at += 1 }
        return at
    }

    static func decode(
        _ cursor: inout ByteCursor, _ count: Int, lengths scratch: inout Scratch<Int64>, into arena: inout TextArena
    ) throws(Malformed) {
        let shared = scratch.room(count * 2)
        let own = shared + count
        try DeltaBinaryPacked.decode(&cursor, count, to: shared)
        try DeltaBinaryPacked.decode(&cursor, count, to: own)
        var last = 0
        for at in 0..<count {
            guard shared[at] >= 0, shared[at] <= Int64(last), let length = Int(exactly: own[at]) else {
                throw Malformed("a text shares \(shared[at]) bytes with one of \(last)")
            }
            try arena.append(try cursor.take(length), afterFirst: Int(shared[at]), ofLast: last)
            last = Int(shared[at]) + length
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

    /// Appends a text that begins with the first bytes of the last one, which has the given length.
    mutating func append(
        _ text: UnsafeRawBufferPointer, afterFirst shared: Int, ofLast length: Int
    ) throws(Malformed) {
        try check(shared + text.count)
        let out = bytes.room(shared + text.count)
        out.copyMemory(from: out - length, byteCount: shared)
        if let from = text.baseAddress { (out + shared).copyMemory(from: from, byteCount: text.count) }
        bytes.commit(shared + text.count)
        ends.append(UInt32(bytes.count))
    }

    private func check(_ more: Int) throws(Malformed) {
        guard more <= Cap.textBytes - bytes.count else { throw Malformed("texts of more than \(Cap.textBytes) bytes") }
    }
}
