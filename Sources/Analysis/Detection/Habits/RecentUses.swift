internal import Rollups

/// How often tokens were used on the UTC days before a day, from the rollups alone.
struct RecentUses {
    /// Uses on those days, and the first of them, in microseconds.
    struct Habit {
        var uses: Int
        var first: Int64
    }

    private let history: any History
    /// How many days are remembered.
    private let memory: Int32
    /// What happened before this day is not looked at: of dropped months some uses are known, but not their events.
    private let oldest: Int32
    /// Those days that had uses, ascending, each with its pieces.
    private var days: [(day: Int32, pieces: [TokenDays])] = []
    private var next: Int32?
    /// Uses on the days held, by number of the token.
    private var sums: [UInt32] = []

    init(_ history: any History, memory: Int32, notBefore oldest: Int32) {
        self.history = history
        self.memory = memory
        self.oldest = oldest
    }

    /// Holds the days before `day`. Days are asked for in ascending order, so each is read once.
    mutating func advance(before day: Int32) throws {
        let from = max(day - memory, oldest)
        for held in days.prefix(while: { $0.day < from }) { count(held.pieces) { $0 &-= $1 } }
        days.removeAll { $0.day < from }
        for one in stride(from: max(next ?? from, from), to: day, by: 1) {
            let pieces = try history.tokenDays(on: one)
            count(pieces) { $0 &+= $1 }
            if !pieces.isEmpty { days.append((one, pieces)) }
        }
        next = day
    }

    private mutating func count(_ pieces: [TokenDays], _ change: (inout UInt32, UInt32) -> Void) {
        for piece in pieces {
            guard let most = piece.tokens.last else { continue }
            if Int(most) >= sums.count { sums += [UInt32](repeating: 0, count: Int(most) + 1 - sums.count) }
            for place in 0..<piece.count { change(&sums[Int(piece.tokens[place])], piece.uses[place]) }
        }
    }

    /// What is known of a token that was used at least so often on the days held; nil for any other.
    func habit(of token: UInt32, fewest: Int) -> Habit? {
        let uses = Int(token) < sums.count ? Int(sums[Int(token)]) : 0
        guard uses > 0, uses >= fewest else { return nil }
        for (_, pieces) in days {
            let first = pieces.compactMap { piece in piece.place(of: token).map { piece.first[$0] } }.min()
            if let first { return Habit(uses: uses, first: first) }
        }
        return nil
    }
}
