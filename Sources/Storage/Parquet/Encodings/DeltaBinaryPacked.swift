/// Integers as differences to the one before, packed in blocks of 128; all arithmetic wraps, so every Int64 fits.
enum DeltaBinaryPacked {
    private static let blockSize = 128
    private static let miniBlocks = 4
    private static let miniSize = 32

    static func encode(_ values: UnsafePointer<Int64>, _ count: Int, into sink: inout ByteSink) {
        sink.put(varint: UInt64(blockSize))
        sink.put(varint: UInt64(miniBlocks))
        sink.put(varint: UInt64(count))
        sink.put(zigzag: count == 0 ? 0 : values[0])
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: blockSize) { block in
            guard let deltas = block.baseAddress else { return }
            var at = 1
            while at < count {
                let here = min(blockSize, count - at)
                encodeBlock(values + at, here, deltas, into: &sink)
                at += here
            }
        }
    }

    /// One block: the least difference, the width of each mini-block, and the differences less the least one.
    private static func encodeBlock(
        _ values: UnsafePointer<Int64>, _ count: Int, _ deltas: UnsafeMutablePointer<UInt64>, into sink: inout ByteSink
    ) {
        var least = Int64.max
        for at in 0..<count {
            let delta = values[at] &- values[at - 1]
            least = min(least, delta)
            deltas[at] = UInt64(bitPattern: delta)
        }
        sink.put(zigzag: least)
        let base = UInt64(bitPattern: least)
        for at in 0..<count { deltas[at] &-= base }
        // The last mini-block is filled up, and those behind it have no bytes at all.
        let used = (count + miniSize - 1) / miniSize
        for at in count..<max(count, used * miniSize) { deltas[at] = 0 }

        let widths = sink.room(miniBlocks + used * miniSize * 8)
        var length = miniBlocks
        for mini in 0..<miniBlocks {
            guard mini < used else {
                widths.storeBytes(of: 0, toByteOffset: mini, as: UInt8.self)
                continue
            }
            let from = deltas + mini * miniSize
            var bits: UInt64 = 0
            for at in 0..<miniSize { bits |= from[at] }
            let width = BitPacking.width(for: bits)
            widths.storeBytes(of: UInt8(width), toByteOffset: mini, as: UInt8.self)
            if width > 0 { BitPacking.pack(from, miniSize, width: width, to: widths + length) }
            length += width * miniSize / 8
        }
        sink.commit(length)
    }

    /// Decodes exactly `count` integers.
    static func decode(
        _ cursor: inout ByteCursor, _ count: Int, to room: CheckedRoom<Int64>
    ) throws(Malformed) {
        let block = try cursor.count(atMost: 1 << 16, "values in a block")
        let minis = try cursor.count(atMost: 512, "mini-blocks")
        guard block > 0, minis > 0, block % 128 == 0, block % minis == 0, (block / minis) % 32 == 0 else {
            throw Malformed("blocks of \(block) values in \(minis) mini-blocks")
        }
        let said = try cursor.varint()
        guard said == UInt64(count) else { throw Malformed("\(said) integers; \(count) were expected") }
        var last = try cursor.zigzag()
        guard count > 0 else { return }
        let out = room.pointer(for: count)
        out[0] = last
        var at = 1
        while at < count {
            let least = try cursor.zigzag()
            let widths = try cursor.take(minis)
            for mini in 0..<minis {
                guard at < count else { break }
                let width = Int(widths[mini])
                guard width <= 64 else { throw Malformed("integers of \(width) bits") }
                // So many bytes hold a whole mini-block, of which the last one may need a part.
                let packed = try cursor.takePadded(width * (block / minis) / 8)
                let here = min(block / minis, count - at)
                guard let from = packed.raw.baseAddress else { throw Malformed("the bytes end too early") }
                for index in 0..<here {
                    let delta = width == 0 ? 0 : BitPacking.number(at: index * width, width: width, in: from)
                    last = last &+ least &+ Int64(bitPattern: delta)
                    out[at + index] = last
                }
                at += here
            }
        }
    }
}
