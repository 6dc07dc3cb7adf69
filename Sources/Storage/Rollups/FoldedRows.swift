/// The rows of a rollup, with the networks of those who have very many of them folded into one.
///
/// Whoever comes from ever more networks roams, and nobody asks which they were; but they would be most of all rows.
/// From the day on which a principal comes from more than `PrincipalDays.mostNetworks`, further networks are one. What
/// stood on the days before stays as it was, whatever comes later.
struct FoldedRows {
    /// The names of the networks that are left, in the order of their bytes.
    private(set) var networks: [[UInt8]] = []
    /// Principal, place in `networks`, program, days.
    private(set) var all: [SIMD4<UInt32>] = []

    init(_ shown: CombinationDays, _ numbers: NetworkNumbers) {
        var rows: [SIMD4<UInt32>] = []
        rows.reserveCapacity(shown.count)
        shown.forEach { rows.append($0) }
        rows.sort { $0[0] < $1[0] }
        var kept = CombinationDays(), start = 0
        for place in rows.indices where place + 1 == rows.count || rows[place + 1][0] != rows[place][0] {
            let own = rows[start...place]
            let folded = Self.folded(own, numbers)
            for row in own { kept.add(SIMD4(row[0], folded.contains(row[1]) ? .max : row[1], row[2], row[3])) }
            start = place + 1
        }
        name(kept, numbers)
    }

    /// The networks of a principal that are folded.
    private static func folded(_ rows: ArraySlice<SIMD4<UInt32>>, _ numbers: NetworkNumbers) -> Set<UInt32> {
        guard rows.count > PrincipalDays.mostNetworks else { return [] }
        var days: [UInt32: UInt32] = [:]
        for row in rows { days[row[1], default: 0] |= row[3] }
        guard days.count > PrincipalDays.mostNetworks else { return [] }
        // The day that brought one too many; of the networks that were new on it none stays.
        let firsts = days.values.map(\.trailingZeroBitCount).sorted()
        let last = firsts[PrincipalDays.mostNetworks]
        return Set(days.lazy.filter { $0.value.trailingZeroBitCount >= last }.map(\.key))
    }

    private mutating func name(_ kept: CombinationDays, _ numbers: NetworkNumbers) {
        var used: Set<UInt32> = []
        kept.forEach { used.insert($0[1]) }
        let named = used.map { (number: $0, name: $0 == .max ? PrincipalDays.manyNetworks : numbers.text($0)) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        var places: [UInt32: UInt32] = [:]
        for (number, name) in named {
            // A log may call an address what many are called here.
            if networks.last != name { networks.append(name) }
            places[number] = UInt32(truncatingIfNeeded: networks.count - 1)
        }
        var merged = CombinationDays()
        kept.forEach { merged.add(SIMD4($0[0], places[$0[1]] ?? 0, $0[2], $0[3])) }
        merged.forEach { all.append($0) }
    }
}
