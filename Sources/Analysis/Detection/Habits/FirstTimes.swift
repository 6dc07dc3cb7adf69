/// The first time of each combination of four numbers.
///
/// Millions of uses show few combinations, so this is a table for looking up, in place of a dictionary: 24 bytes a
/// slot, and no call to hash. Slots are chosen by a number of the process, so that nobody can aim at them.
struct FirstTimes {
    typealias Key = SIMD4<UInt32>

    private(set) var count = 0
    private var keys: [Key] = []
    /// Nil time for a slot that is free.
    private var times: [Int64] = []

    private static let free = Int64.max
    private static let seed = UInt64.random(in: .min ... .max) | 1

    /// Notes a time; the earliest stays.
    mutating func note(_ key: Key, _ time: Int64) {
        if count &* 2 >= keys.count { grow() }
        let slot = slot(of: key)
        if times[slot] == Self.free {
            keys[slot] = key
            count &+= 1
            times[slot] = min(time, Self.free - 1)
        } else if time < times[slot] {
            times[slot] = time
        }
    }

    /// Hands over all combinations, in no promised order.
    func forEach(_ body: (Key, Int64) throws -> Void) rethrows {
        for slot in keys.indices where times[slot] != Self.free { try body(keys[slot], times[slot]) }
    }

    private func slot(of key: Key) -> Int {
        let low = UInt64(key[0]) << 32 | UInt64(key[1]), high = UInt64(key[2]) << 32 | UInt64(key[3])
        let mixed = (low ^ Self.seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let product = (mixed.high ^ mixed.low ^ high).multipliedFullWidth(by: Self.seed)
        let mask = keys.count &- 1
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        while times[slot] != Self.free, keys[slot] != key { slot = (slot &+ 1) & mask }
        return slot
    }

    private mutating func grow() {
        let (oldKeys, oldTimes) = (keys, times)
        let size = max(64, keys.count * 2)
        keys = [Key](repeating: .zero, count: size)
        times = [Int64](repeating: Self.free, count: size)
        for old in oldKeys.indices where oldTimes[old] != Self.free {
            let slot = slot(of: oldKeys[old])
            (keys[slot], times[slot]) = (oldKeys[old], oldTimes[old])
        }
    }
}
