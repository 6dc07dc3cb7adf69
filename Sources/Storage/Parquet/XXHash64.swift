/// xxHash64 with seed 0, the hash of Parquet's bloom filters.
enum XXHash64 {
    private static let p1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let p2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let p3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let p4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let p5: UInt64 = 0x27D4_EB2F_1656_67C5

    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        guard count > 0, let from = bytes.baseAddress else { return finish(p5) }
        var at = 0
        var hash = p5
        if count >= 32 {
            var a = p1 &+ p2, b = p2, c: UInt64 = 0, d = 0 &- p1
            repeat {
                a = round(a, word(from, at))
                b = round(b, word(from, at + 8))
                c = round(c, word(from, at + 16))
                d = round(d, word(from, at + 24))
                at += 32
            } while at + 32 <= count
            hash = rotate(a, 1) &+ rotate(b, 7) &+ rotate(c, 12) &+ rotate(d, 18)
            for lane in [a, b, c, d] { hash = (hash ^ round(0, lane)) &* p1 &+ p4 }
        }
        hash = hash &+ UInt64(count)
        while at + 8 <= count {
            hash = rotate(hash ^ round(0, word(from, at)), 27) &* p1 &+ p4
            at += 8
        }
        if at + 4 <= count {
            let half = UInt64(UInt32(littleEndian: from.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
            hash = rotate(hash ^ (half &* p1), 23) &* p2 &+ p3
            at += 4
        }
        while at < count {
            hash = rotate(hash ^ (UInt64(from.load(fromByteOffset: at, as: UInt8.self)) &* p5), 11) &* p1
            at += 1
        }
        return finish(hash)
    }

    private static func word(_ from: UnsafeRawPointer, _ at: Int) -> UInt64 {
        UInt64(littleEndian: from.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* p2, 31) &* p1
    }

    private static func rotate(_ value: UInt64, _ by: UInt64) -> UInt64 { value << by | value >> (64 - by) }

    private static func finish(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ (hash >> 33)) &* p2
        hash = (hash ^ (hash >> 29)) &* p3
        return hash ^ (hash >> 32)
    }
}
