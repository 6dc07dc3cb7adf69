internal import Events

/// Keeps the rows of a flood within bounds, whatever is sent.
///
/// As long as all rows fit, all are kept. When they do not, each client, agent or network that has very many keeps one
/// in so many of its rows, and all others keep theirs: what is small is not pushed out by what is large. Which rows are
/// kept depends on the rows alone. Of a client they are chosen by their time; of an agent and a network by their
/// client, so that clients keep all their failures or none.
struct FailureSampler {
    /// The most rows that are held, 32 bytes each. Arrays grow by doubling: a power of two leaves no room unused.
    static let most = 1 << 20

    enum Group: UInt64 { case key, agent, network }

    private enum State { case holding, tooLarge, counting, decided }

    private var state = State.holding
    private var held = 0
    /// How many rows each group has; groups that share a counter are thinned alike.
    private var counts: [UInt32] = []
    /// The most rows that one group keeps.
    private var share = Int.max

    var isTooLarge: Bool { state == .tooLarge }
    /// The largest part that was left out of any group: one row in so many was kept.
    var oneIn: Int { counts.map { Self.divisor(Int($0), share) }.max() ?? 1 }

    /// Whether a row is kept.
    mutating func keeps(_ row: Failure, _ group: Group) -> Bool {
        switch state {
        case .holding:
            held += 1
            if held > Self.most { state = .tooLarge }
            return state == .holding
        case .tooLarge: return false
        case .counting:
            counts[Self.slot(row, group)] &+= 1
            return false
        case .decided:
            let divisor = Self.divisor(Int(counts[Self.slot(row, group)]), share)
            let mark = group == .key ? UInt64(bitPattern: row.ts) : row.bits
            return divisor == 1 || Self.mix(mark) % UInt64(divisor) == 0
        }
    }

    /// From here on rows are only counted.
    mutating func beginCounting() {
        counts = [UInt32](repeating: 0, count: 1 << Self.bits)
        state = .counting
    }

    /// Decides how much each group keeps, once all rows are counted.
    mutating func decide() {
        state = .decided
        share = Self.most
        while share > 1, counts.reduce(0, { $0 + min(Int($1), share) }) > Self.most { share /= 2 }
    }

    private static func divisor(_ count: Int, _ share: Int) -> Int {
        var divisor = 1
        while count / divisor > share { divisor *= 2 }
        return divisor
    }

    private static let bits = 22

    private static func slot(_ row: Failure, _ group: Group) -> Int {
        let mark =
            switch group {
            case .key: row.bits ^ UInt64(row.family.rawValue) << 62
            case .agent: UInt64(row.agent)
            case .network: row.key.widened(to: .v48).bits
            }
        return Int(mix(mark ^ group.rawValue << 56) >> (64 - UInt64(bits)))
    }

    /// Spreads a number over all bits.
    private static func mix(_ value: UInt64) -> UInt64 {
        var value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
