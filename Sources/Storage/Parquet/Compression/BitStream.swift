/// Bits from memory, and bytes to memory.
struct BitStream {
    var bits: UInt64 = 0
    /// How many of them are there; negative when more were taken than there are.
    var count = 0
    var next: UnsafeRawPointer
    let end: UnsafeRawPointer
    let start: UnsafeMutableRawPointer
    var out: UnsafeMutableRawPointer
    let outEnd: UnsafeMutableRawPointer

    /// Makes 56 bits or all that are left available.
    mutating func fill() {
        if count >= 0, count < 56 { bits &= 1 << UInt64(count) - 1 }
        while count >= 0, count <= 55, next < end {
            bits |= UInt64(next.load(as: UInt8.self)) << UInt64(count)
            next += 1
            count += 8
        }
    }

    mutating func take(_ number: Int) -> Int {
        defer { drop(number) }
        return Int(bits & (1 << UInt64(number) - 1))
    }

    mutating func drop(_ number: Int) {
        bits >>= UInt64(number)
        count -= number
    }

    /// Whether all of both was used.
    var isAtEnd: Bool { count >= 0 && count < 8 && next == end && out == outEnd }

    mutating func copyStored() -> Bool {
        guard count >= 0 else { return false }
        // What was looked at beyond this byte lies in memory still.
        next -= count >> 3
        (bits, count) = (0, 0)
        guard end - next >= 4 else { return false }
        let length = Int(next.loadUnaligned(as: UInt16.self).littleEndian)
        let inverse = Int(next.loadUnaligned(fromByteOffset: 2, as: UInt16.self).littleEndian)
        next += 4
        guard length ^ inverse == 0xFFFF, length <= end - next, length <= outEnd - out else { return false }
        out.copyMemory(from: next, byteCount: length)
        next += length
        out += length
        return true
    }
}

extension DecodingTable {
    /// Takes the next code, but not the extra bits that follow it.
    func entry(_ stream: inout BitStream) -> UInt32 {
        var entry = entries[Int(stream.bits & (1 << UInt64(width) - 1))]
        if entry & Self.isLink != 0 {
            stream.drop(width)
            entry = entries[Int(entry >> 16) + Int(stream.bits & (1 << UInt64(entry >> 10 & 15) - 1))]
        }
        let extra = entry & Self.isSpecial == 0 ? Int(entry >> 10 & 15) : 0
        stream.drop(Int(entry & 0xFF) - extra)
        return entry
    }
}
