/// Draws an index with a given weight in constant time (the alias method of Vose), in integers only.
struct WeightedTable: Sendable {
    private var limits: [UInt64]
    private var aliases: [Int32]

    /// Weights are relative; at least one must be positive, and their sum times their number must fit 63 bits.
    init(_ weights: [UInt64]) {
        let count = UInt64(weights.count)
        let total = weights.reduce(0, +)
        precondition(total > 0 && total < UInt64(Int64.max) / count, "weights must have a sum that can be scaled")
        var scaled = weights.map { $0 * count }
        limits = Array(repeating: 1 << 32, count: weights.count)
        aliases = weights.indices.map { Int32($0) }
        var small = weights.indices.filter { scaled[$0] < total }
        var large = weights.indices.filter { scaled[$0] >= total }
        while let low = small.popLast(), let high = large.last {
            limits[low] = Self.share(scaled[low], of: total)
            aliases[low] = Int32(high)
            scaled[high] -= total - scaled[low]
            if scaled[high] < total { small.append(large.removeLast()) }
        }
    }

    /// The first `count` ranks of Zipf's law: rank r is drawn 1/r as often as the first.
    static func zipf(_ count: Int) -> WeightedTable {
        WeightedTable((1...UInt64(max(1, count))).map { (1 << 36) / $0 })
    }

    /// The index that 64 random bits stand for.
    @inline(__always)
    func index(for bits: UInt64) -> Int {
        let column = Int(truncatingIfNeeded: ((bits >> 32) &* UInt64(limits.count)) >> 32)
        return bits & 0xFFFF_FFFF < limits[column] ? column : Int(aliases[column])
    }

    private static func share(_ part: UInt64, of total: UInt64) -> UInt64 {
        total.dividingFullWidth((part >> 32, part << 32)).quotient
    }
}
