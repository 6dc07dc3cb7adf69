/// Of which tokens it is not yet certain what of the values that they showed is new, while the days before are read.
///
/// A kind of value is certain for a token when all that it showed were seen before, or when it has had so many that a
/// further one is no news. Only days that are remembered at the end of the window count.
struct UnresolvedValues {
    private let most: Int
    /// The first day that counts.
    private let remembered: Int32
    private var unseen: [Kind: Set<UInt32>] = [:]
    private var seen: [Kind: Int] = [:]

    private struct Kind: Hashable {
        var token: UInt32
        var kind: Int
    }

    /// The tokens with anything open.
    private(set) var tokens: Set<UInt32> = []

    init(most: Int, remembered: Int32) {
        self.most = most
        self.remembered = remembered
    }

    /// Notes a value of the window.
    mutating func ask(_ value: UInt32, of token: UInt32, _ kind: Int) {
        unseen[Kind(token: token, kind: kind), default: []].insert(value)
        tokens.insert(token)
    }

    func isOpen(_ token: UInt32, _ kind: Int) -> Bool { unseen[Kind(token: token, kind: kind)] != nil }

    /// Notes a value of a day before; `isFirst` if it was not seen on a later one.
    mutating func saw(_ value: UInt32, of token: UInt32, _ kind: Int, on day: Int32, isFirst: Bool) {
        guard day >= remembered, isFirst else { return }
        let key = Kind(token: token, kind: kind)
        unseen[key]?.remove(value)
        seen[key, default: 0] += 1
        if seen[key, default: 0] > most || unseen[key]?.isEmpty ?? true { unseen[key] = nil }
    }

    /// Forgets the tokens of which all is certain.
    mutating func close() { tokens = Set(unseen.keys.lazy.map(\.token)) }
}
