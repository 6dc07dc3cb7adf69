/// Numbers of the deflate format (RFC 1951), for who writes it and who reads it.
enum DeflateFormat {
    /// Bits.
    static let longestCode = 15
    /// Bytes of a repetition.
    static let longestRepetition = 258
    static let endOfBlock = 256
    /// The order in which a block tells the lengths of the code of its code lengths.
    static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

    /// Base and extra bits of the codes for lengths, from symbol 257 on.
    static let lengths: [(base: Int, extra: Int)] =
        bases(from: 3, extra: [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5])
        + [(longestRepetition, 0)]

    /// The same for distances, from symbol 0 on.
    static let distances = bases(from: 1, extra: (0..<30).map { max(0, $0 / 2 - 1) })

    private static func bases(from first: Int, extra: [Int]) -> [(base: Int, extra: Int)] {
        var base = first
        return extra.map { bits in
            defer { base += 1 << bits }
            return (base, bits)
        }
    }
}
