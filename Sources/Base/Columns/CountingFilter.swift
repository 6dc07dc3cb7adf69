/// Eight million counters of a byte each, for marks of any number of things. A count that reaches 255 stays there.
///
/// Things that share a counter can only make it higher: whoever reaches a number is never overlooked.
public struct CountingFilter {
    @usableFromInline var counters = [UInt8](repeating: 0, count: 1 << 23)
    /// Chosen per process, so that nobody can aim at a counter.
    @usableFromInline let seed = Self.chosen
    private static let chosen = UInt64.random(in: .min ... .max) | 1

    package init() {}

    @inlinable
    public mutating func count(_ mark: UInt64) {
        let slot = slot(mark)
        if counters[slot] < .max { counters[slot] += 1 }
    }

    /// Counts, and says how often something was counted at most; 255 stands for any higher number.
    @inlinable
    public mutating func countUp(_ mark: UInt64) -> Int {
        let slot = slot(mark)
        let count = counters[slot]
        guard count < .max else { return Int(count) }
        counters[slot] = count &+ 1
        return Int(count) &+ 1
    }

    /// Whether something may have been counted so often.
    @inlinable
    public func reach(_ number: Int, _ mark: UInt64) -> Bool { counters[slot(mark)] >= UInt8(clamping: number) }

    /// How often something was counted at most; 255 stands for any higher number.
    @inlinable
    public func most(_ mark: UInt64) -> Int { Int(counters[slot(mark)]) }

    @inlinable
    func slot(_ mark: UInt64) -> Int {
        let product = (mark ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: (product.high ^ product.low) >> 41)
    }
}
