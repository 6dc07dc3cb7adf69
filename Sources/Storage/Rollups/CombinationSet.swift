/// Combinations of four numbers, each once.
///
/// Millions of uses show few combinations, so this is a table for looking up, in place of a set: 16 bytes a slot, and
/// no call to hash. Slots are chosen by a number of the process, so that nobody can aim at them.
struct CombinationSet {
    typealias Key = SIMD4<UInt32>

    private(set) var count = 0
    private var keys: [Key] = []

    /// A slot that is free. Nobody has all of these as places in dictionaries.
    private static let free = Key(repeating: .max)
    private static let seed = UInt64.random(in: .min ... .max) | 1

    mutating func insert(_ key: Key) {
        if count &* 2 >= keys.count { grow() }
        let slot = slot(of: key)
        guard keys[slot] == Self.free else { return }
        keys[slot] = key
        count &+= 1
    }

    /// Hands over all combinations, in no promised order.
    func forEach(_ body: (Key) throws -> Void) rethrows {
        for key in keys where key != Self.free { try body(key) }
    }

    private func slot(of key: Key) -> Int {
        let low = UInt64(key[0]) << 32 | UInt64(key[1]), high = UInt64(key[2]) << 32 | UInt64(key[3])
        let mixed = (low ^ Self.seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let product = (mixed.high ^ mixed.low ^ high).multipliedFullWidth(by: Self.seed)
        let mask = keys.count &- 1
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        while keys[slot] != Self.free, keys[slot] != key { slot = (slot &+ 1) & mask }
        return slot
    }

    private mutating func grow() {
        let old = keys
        keys = [Key](repeating: Self.free, count: max(64, old.count * 2))
        for key in old where key != Self.free { keys[slot(of: key)] = key }
    }
}
