internal import CZlib

/// Rollup blocks as they lie in the catalog: compressed, behind their size.
enum BlockPacking {
    /// No block is larger: a day of one segment has at most a million tokens or addresses.
    private static let largest: UInt64 = 1 << 28

    static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var head = VarintWriter()
        head.put(UInt64(bytes.count))
        var length = compressBound(UInt(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(length))
        // Level 1: these are numbers, in which the search for repetitions finds little.
        let code = compress2(&packed, &length, bytes, UInt(bytes.count), 1)
        precondition(code == Z_OK, "zlib refuses \(bytes.count) bytes")
        return head.bytes + packed.prefix(Int(length))
    }

    /// Nil for anything that `pack` cannot have written.
    static func unpack(_ bytes: [UInt8]) -> [UInt8]? {
        var reader = VarintReader(bytes)
        guard let size = reader.take(atMost: min(largest, UInt64(bytes.count) * 1032 + 64)) else { return nil }
        var length = UInt(size)
        var unpacked = [UInt8](repeating: 0, count: Int(size))
        var taken = UInt(bytes.count - reader.place)
        let all = taken
        let code = bytes[reader.place...].withUnsafeBufferPointer { packed in
            uncompress2(&unpacked, &length, packed.baseAddress, &taken)
        }
        return code == Z_OK && length == UInt(size) && taken == all ? unpacked : nil
    }
}
