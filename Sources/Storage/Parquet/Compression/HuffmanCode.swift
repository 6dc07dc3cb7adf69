/// The code lengths that take the fewest bits for given frequencies, none longer than a limit, and their code words as
/// deflate wants them (RFC 1951, 3.2.2): shorter first, then by symbol, bits reversed.
struct HuffmanCode {
    /// Of each symbol; 0 for those that do not occur.
    private(set) var lengths: [UInt8]
    /// Code word in the low 16 bits, its length above them.
    private(set) var words: [UInt32]

    /// At least two symbols get a code, so that the code is complete.
    init(frequencies: [UInt32], longest: Int) {
        var symbols = frequencies.indices.filter { frequencies[$0] > 0 }
        for symbol in frequencies.indices where symbols.count < 2 && frequencies[symbol] == 0 { symbols.append(symbol) }
        // By frequency, then by symbol; the symbol in the low bits, so that numbers can be sorted.
        let order = symbols.map { UInt64(max(1, frequencies[$0])) << 16 | UInt64($0) }.sorted()
        lengths = [UInt8](repeating: 0, count: frequencies.count)
        let depths = Self.limited(Self.depths(order.map { $0 >> 16 }), longest: longest)
        for (place, entry) in order.enumerated() { lengths[Int(entry & 0xFFFF)] = UInt8(depths[place]) }
        words = Self.words(lengths)
    }

    /// Depth of each leaf of the best tree over ascending weights, by joining the two lightest again and again.
    private static func depths(_ weights: [UInt64]) -> [Int] {
        let count = weights.count
        var sums = weights
        var parents = [Int](repeating: 0, count: count * 2 - 1)
        var leaf = 0, inner = count
        while sums.count < count * 2 - 1 {
            var sum: UInt64 = 0
            for _ in 0..<2 {
                // A leaf before a joined node of the same weight keeps the tree flat.
                let takesLeaf = leaf < count && (inner >= sums.count || weights[leaf] <= sums[inner])
                let lightest = takesLeaf ? leaf : inner
                if takesLeaf { leaf += 1 } else { inner += 1 }
                sum += sums[lightest]
                parents[lightest] = sums.count
            }
            sums.append(sum)
        }
        var depths = [Int](repeating: 0, count: count * 2 - 1)
        for node in stride(from: count * 2 - 3, through: 0, by: -1) { depths[node] = depths[parents[node]] + 1 }
        return Array(depths[..<count])
    }

    /// Shortens what is too long and makes up for it with the lightest of the others.
    private static func limited(_ depths: [Int], longest: Int) -> [Int] {
        guard let deepest = depths.first, deepest > longest else { return depths }
        var depths = depths.map { min($0, longest) }
        // How much of the code space is taken, in units of the longest code.
        var taken = depths.reduce(0) { $0 + 1 << (longest - $1) }
        var place = 0
        while taken > 1 << longest {
            if depths[place] < longest {
                taken -= 1 << (longest - depths[place] - 1)
                depths[place] += 1
            } else {
                place += 1
            }
        }
        // What is left over goes to the heaviest that can use it.
        for place in depths.indices.reversed() {
            while depths[place] > 1, taken + 1 << (longest - depths[place]) <= 1 << longest {
                taken += 1 << (longest - depths[place])
                depths[place] -= 1
            }
        }
        return depths
    }

    private static func words(_ lengths: [UInt8]) -> [UInt32] {
        var counts = [UInt32](repeating: 0, count: 17)
        for length in lengths where length > 0 { counts[Int(length)] += 1 }
        var next = [UInt32](repeating: 0, count: 17)
        var code: UInt32 = 0
        for length in 1...16 {
            code = (code + (length == 1 ? 0 : counts[length - 1])) << 1
            next[length] = code
        }
        return lengths.map { length in
            guard length > 0 else { return 0 }
            defer { next[Int(length)] += 1 }
            return reversed(next[Int(length)], Int(length)) | UInt32(length) << 16
        }
    }

    /// The lowest bits of a word the other way round: deflate writes the first bit of a code word first.
    static func reversed(_ word: UInt32, _ length: Int) -> UInt32 {
        var (from, to) = (word, UInt32(0))
        for _ in 0..<length {
            to = to << 1 | from & 1
            from >>= 1
        }
        return to
    }
}
