/// A split-block bloom filter: says of a text that it is surely not in a row group, or that it may be.
struct BloomFilter {
    private static let blockBytes = 32
    private static let salts: [UInt32] = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31,
    ]

    private var words: [UInt32]
    private var blocks: UInt64 { UInt64(words.count / 8) }

    /// A filter for so many distinct texts, with about 1 % false positives.
    ///
    /// 9.7 bits a text give 1 %. The number of bytes must be a power of two, or other readers refuse the filter;
    /// one that is up to a fifth too small is taken, for doubling it would cost more than 2.5 % false positives do.
    init(distinct: Int) {
        let ideal = Double(distinct) * 9.7 / 8 * 0.8
        var bytes = Self.blockBytes
        while Double(bytes) < ideal, bytes < 1 << 27 { bytes *= 2 }
        words = [UInt32](repeating: 0, count: bytes / 4)
    }

    mutating func insert(_ hash: UInt64) {
        let block = place(of: hash)
        words.withUnsafeMutableBufferPointer { words in
            for lane in 0..<8 { words[block + lane] |= Self.bit(hash, lane) }
        }
    }

    func mightContain(_ hash: UInt64) -> Bool {
        let block = place(of: hash)
        for lane in 0..<8 where words[block + lane] & Self.bit(hash, lane) == 0 { return false }
        return true
    }

    private func place(of hash: UInt64) -> Int { Int(((hash >> 32) &* blocks) >> 32) * 8 }

    private static func bit(_ hash: UInt64, _ lane: Int) -> UInt32 {
        1 << ((UInt32(truncatingIfNeeded: hash) &* salts[lane]) >> 27)
    }

    /// Header and bits, as the file holds them.
    func encoded() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { header in
            header.field(1, i32: Int32(truncatingIfNeeded: words.count * 4))
            for part in 2...4 { header.field(part) { $0.field(1) { _ in } } }
        }
        var bytes = writer.bytes
        words.map(\.littleEndian).withUnsafeBytes { bytes.append(contentsOf: $0) }
        return bytes
    }

    init(reading bytes: UnsafeRawBufferPointer) throws(Malformed) {
        var reader = ThriftReader(bytes)
        var size = -1, known = 0
        try reader.structure { (header, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .i32): size = try header.int()
            case (2...4, .structure):
                // Each of the three is a choice of which only the first alternative exists so far.
                try header.structure { (choice, id, type) throws(Malformed) in
                    if id == 1 { known += 1 }
                    try choice.skip(type)
                }
            default: try header.skip(type)
            }
        }
        guard known == 3 else { throw Malformed("a bloom filter of an unknown kind") }
        guard size > 0, size % Self.blockBytes == 0, size == bytes.count - reader.at else {
            throw Malformed("a bloom filter of \(size) bytes in \(bytes.count)")
        }
        let start = reader.at
        words = (0..<(size / 4)).map {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: start + $0 * 4, as: UInt32.self))
        }
    }
}
