/// Numbers side by side without gaps, least significant bit first.
enum BitPacking {
    /// Bits needed for numbers up to `largest`.
    static func width(for largest: UInt64) -> Int { 64 - largest.leadingZeroBitCount }

    /// Packs `count` numbers of `width` ≤ 32 bits. Up to eight bytes behind the last one may be overwritten.
    static func pack(_ values: UnsafePointer<UInt32>, _ count: Int, width: Int, to out: UnsafeMutableRawPointer) {
        switch width {
        case 8:
            for at in 0..<count {
                out.storeBytes(of: UInt8(truncatingIfNeeded: values[at]), toByteOffset: at, as: UInt8.self)
            }
        case 16:
            for at in 0..<count {
                let value = UInt16(truncatingIfNeeded: values[at]).littleEndian
                out.storeBytes(of: value, toByteOffset: at * 2, as: UInt16.self)
            }
        default:
            var held: UInt64 = 0, bits = 0, to = 0
            for at in 0..<count {
                held |= UInt64(values[at]) << UInt64(bits)
                bits += width
                if bits >= 32 {
                    out.storeBytes(of: UInt32(truncatingIfNeeded: held).littleEndian, toByteOffset: to, as: UInt32.self)
                    held >>= 32
                    bits -= 32
                    to += 4
                }
            }
            out.storeBytes(of: held.littleEndian, toByteOffset: to, as: UInt64.self)
        }
    }

    /// Packs `count` numbers of `width` ≤ 64 bits. Up to eight bytes behind the last one may be overwritten.
    static func pack(_ values: UnsafePointer<UInt64>, _ count: Int, width: Int, to out: UnsafeMutableRawPointer) {
        var held: UInt64 = 0, bits = 0, to = 0
        for at in 0..<count {
            let value = values[at]
            held |= value << UInt64(bits)
            bits += width
            if bits >= 64 {
                out.storeBytes(of: held.littleEndian, toByteOffset: to, as: UInt64.self)
                to += 8
                bits -= 64
                held = bits == 0 ? 0 : value >> UInt64(width - bits)
            }
        }
        out.storeBytes(of: held.littleEndian, toByteOffset: to, as: UInt64.self)
    }

    /// Unpacks `count` numbers of `width` ≤ 32 bits.
    static func unpack(_ packed: PaddedBytes, _ count: Int, width: Int, to room: CheckedRoom<UInt32>) {
        precondition(count >= 0 && (0...32).contains(width) && (count * width + 7) / 8 <= packed.count)
        let out = room.pointer(for: count)
        guard let from = packed.raw.baseAddress, width > 0 else { return out.update(repeating: 0, count: count) }
        let mask = UInt64(1) << UInt64(width) &- 1
        var bit = 0
        for at in 0..<count {
            let word = UInt64(littleEndian: from.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self))
            out[at] = UInt32(truncatingIfNeeded: (word >> UInt64(bit & 7)) & mask)
            bit += width
        }
    }

    /// The number of `width` ≤ 64 bits that starts at a bit. Up to nine bytes behind it are read and ignored: for
    /// loops over padded bytes that have looked at how many there are.
    @inline(__always)
    static func number(at bit: Int, width: Int, in from: UnsafeRawPointer) -> UInt64 {
        let shift = UInt64(bit & 7)
        var word = UInt64(littleEndian: from.loadUnaligned(fromByteOffset: bit >> 3, as: UInt64.self)) >> shift
        if Int(shift) + width > 64 {
            word |= UInt64(from.load(fromByteOffset: bit >> 3 + 8, as: UInt8.self)) << (64 - shift)
        }
        return width == 64 ? word : word & (UInt64(1) << UInt64(width) &- 1)
    }
}
