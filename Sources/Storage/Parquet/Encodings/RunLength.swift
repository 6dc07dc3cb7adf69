/// The hybrid of runs and bit-packed groups that holds levels, booleans and dictionary indices.
enum RunLength {
    /// Encodes numbers of `width` ≤ 32 bits.
    static func encode(_ values: UnsafePointer<UInt32>, _ count: Int, width: Int, into sink: inout ByteSink) {
        // A run interrupts the packed numbers at the price of about three bytes, so narrow numbers want longer runs.
        let shortest = width <= 1 ? 64 : width <= 4 ? 32 : 16
        var at = 0, packedFrom = 0
        while at + 8 <= count {
            let value = values[at]
            var end = at + 1
            while end < count, values[end] == value { end += 1 }
            if end - at >= shortest {
                packed(values + packedFrom, at - packedFrom, width: width, into: &sink)
                run(of: value, end - at, width: width, into: &sink)
                at = end
                packedFrom = at
            } else {
                // Groups have eight numbers: go on at the last group that this run leaves whole.
                at += max(8, (end - at) & ~7)
            }
        }
        packed(values + packedFrom, count - packedFrom, width: width, into: &sink)
    }

    /// Encodes truth values, a byte each, as numbers of one bit.
    static func encode(_ flags: UnsafePointer<UInt8>, _ count: Int, into sink: inout ByteSink) {
        let from = UnsafeRawPointer(flags)
        var at = 0, packedFrom = 0
        while at + 64 <= count {
            let first = from.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard first == 0 || first == 0x0101_0101_0101_0101 else { at += 8; continue }
            var end = at + 8
            while end + 8 <= count, from.loadUnaligned(fromByteOffset: end, as: UInt64.self) == first { end += 8 }
            while end < count, flags[end] == flags[at] { end += 1 }
            if end - at >= 64 {
                packed(flags + packedFrom, at - packedFrom, into: &sink)
                run(of: UInt32(flags[at]), end - at, width: 1, into: &sink)
                at = end
                packedFrom = at
            } else {
                at += (end - at) & ~7
            }
        }
        packed(flags + packedFrom, count - packedFrom, into: &sink)
    }

    /// Encodes the same number many times.
    static func run(of value: UInt32, _ count: Int, width: Int, into sink: inout ByteSink) {
        guard count > 0 else { return }
        sink.put(varint: UInt64(count) << 1)
        for byte in 0..<((width + 7) / 8) { sink.put(UInt8(truncatingIfNeeded: value >> UInt32(byte * 8))) }
    }

    private static func packed(
        _ values: UnsafePointer<UInt32>, _ count: Int, width: Int, into sink: inout ByteSink
    ) {
        guard count > 0 else { return }
        let groups = (count + 7) / 8
        sink.put(varint: UInt64(groups) << 1 | 1)
        let out = sink.room(groups * width)
        // The last group may be short; what is not packed must be zero, not left-over memory.
        if count & 7 != 0 { (out + (groups - 1) * width).initializeMemory(as: UInt8.self, repeating: 0, count: width) }
        BitPacking.pack(values, count, width: width, to: out)
        sink.commit(groups * width)
    }

    private static func packed(_ flags: UnsafePointer<UInt8>, _ count: Int, into sink: inout ByteSink) {
        guard count > 0 else { return }
        let groups = (count + 7) / 8
        sink.put(varint: UInt64(groups) << 1 | 1)
        let out = sink.room(groups)
        for group in 0..<(count / 8) {
            let eight = UnsafeRawPointer(flags + group * 8).loadUnaligned(as: UInt64.self).littleEndian
            // Moves the lowest bit of byte i to bit 56 + i; no two of the shifted copies meet there.
            let byte = UInt8(truncatingIfNeeded: (eight &* 0x0102_0408_1020_4080) >> 56)
            out.storeBytes(of: byte, toByteOffset: group, as: UInt8.self)
        }
        if count & 7 != 0 {
            var last: UInt8 = 0
            for at in (count & ~7)..<count { last |= flags[at] << UInt8(at & 7) }
            out.storeBytes(of: last, toByteOffset: groups - 1, as: UInt8.self)
        }
        sink.commit(groups)
    }

    /// Decodes exactly `count` numbers of `width` ≤ 32 bits, which must take all the bytes.
    static func decode(
        _ bytes: PaddedBytes, width: Int, _ count: Int, to out: CheckedRoom<UInt32>
    ) throws(Malformed) {
        var cursor = ByteCursor(bytes)
        var at = 0
        while at < count {
            let head = try cursor.varint()
            let here: Int
            if head & 1 == 0 {
                let length = head >> 1
                guard length > 0, length <= UInt64(count - at) else { throw Malformed("a run of \(length) values") }
                here = Int(length)
                out.fill(at..<(at + here), with: try number(&cursor, width))
            } else {
                let groups = head >> 1
                guard groups > 0, groups <= UInt64((count - at + 7) / 8) else {
                    throw Malformed("\(groups) packed groups for \(count - at) values")
                }
                here = min(Int(groups) * 8, count - at)
                BitPacking.unpack(try cursor.takePadded(Int(groups) * width), here, width: width, to: out.from(at))
            }
            at += here
        }
        guard cursor.left == 0 else { throw Malformed("\(cursor.left) bytes after the last run") }
    }

    private static func number(_ cursor: inout ByteCursor, _ width: Int) throws(Malformed) -> UInt32 {
        var value: UInt32 = 0
        for byte in 0..<((width + 7) / 8) { value |= UInt32(try cursor.byte()) << UInt32(byte * 8) }
        guard width == 32 || value >> UInt32(width) == 0 else { throw Malformed("a run of a number too large") }
        return value
    }
}
