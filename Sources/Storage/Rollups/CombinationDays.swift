/// Combinations of three numbers, each with the days on which it was met, as bits.
///
/// Millions of uses show few combinations, so this is a table for looking up, in place of a dictionary: 16 bytes a
/// slot, and no call to hash. Slots are chosen by a number of the process, so that nobody can aim at them.
struct CombinationDays {
    /// The numbers, and in the last place the days.
    typealias Entry = SIMD4<UInt32>

    private(set) var count = 0
    /// No days in a slot that is free.
    private var entries: [Entry] = []
    private static let seed = UInt64.random(in: .min ... .max) | 1

    /// Adds days, of which there must be one, to a combination.
    mutating func add(_ entry: Entry) {
        if count &* 2 >= entries.count { grow() }
        let slot = slot(of: entry)
        if entries[slot][3] == 0 {
            entries[slot] = entry
            count &+= 1
        } else {
            entries[slot][3] |= entry[3]
        }
    }

    /// Hands over all combinations, in no promised order.
    func forEach(_ body: (Entry) throws -> Void) rethrows {
        for entry in entries where entry[3] != 0 { try body(entry) }
    }

    private func slot(of entry: Entry) -> Int {
        let low = UInt64(entry[0]) << 32 | UInt64(entry[1])
        let mixed = (low ^ Self.seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        let product = (mixed.high ^ mixed.low ^ UInt64(entry[2])).multipliedFullWidth(by: Self.seed)
        let mask = entries.count &- 1
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        while true {
            let found = entries[slot]
            if found[3] == 0 || found[0] == entry[0] && found[1] == entry[1] && found[2] == entry[2] { return slot }
            slot = (slot &+ 1) & mask
        }
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: .zero, count: max(64, old.count * 2))
        for entry in old where entry[3] != 0 { entries[slot(of: entry)] = entry }
    }
}
