internal import Columns

/// The numbers of tokens that a writer has met, so that they need not be looked up in the catalog at every commit.
package struct KnownTokens: Sendable {
    /// More are forgotten, all at once, so that no flood of tokens can take all memory.
    private static let most = 4_000_000

    private var tokens = TextDictionary()
    private var numbers: [UInt32] = []
    /// The first use that was written with it; the table may hold an earlier one.
    private var firsts: [Int64] = []

    package init() {}

    /// The number of a token that was written with a use not later than the given one, or nil.
    func number(of dictionary: TextDictionary, _ entry: Int, usedAt time: Int64) -> UInt32? {
        guard let place = tokens.known(dictionary.bytes.span.bytes.extracting(dictionary.range(of: entry))) else {
            return nil
        }
        return firsts[Int(place)] <= time ? numbers[Int(place)] : nil
    }

    mutating func remember(_ dictionary: TextDictionary, _ entry: Int, _ number: UInt32, firstUse: Int64?) {
        if numbers.count >= Self.most { self = KnownTokens() }
        let place = Int(tokens.intern(dictionary.bytes.span.bytes.extracting(dictionary.range(of: entry))))
        if place == numbers.count {
            numbers.append(number)
            firsts.append(firstUse ?? .max)
        } else {
            numbers[place] = number
            firsts[place] = min(firsts[place], firstUse ?? .max)
        }
    }
}
