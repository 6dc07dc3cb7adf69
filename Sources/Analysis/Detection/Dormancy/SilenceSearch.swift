internal import Events
internal import Rollups

/// Finds the uses that ended a silence of at least a day or more, from the rollups of uses alone.
///
/// Why the rollups suffice: a silence of a day or longer cannot end twice on one UTC day, and the use that ends it is
/// the first of its day, the use before it the last of another. So the first and last use of each day tell every such
/// silence to the microsecond. Days are walked back from the window only while some token's previous use is unknown,
/// and never further than the silence that is looked for; the few tokens that are silent even then are asked singly.
/// While days are so near that a use on any time of them is no such silence, it is enough to know who was used.
///
/// Columns indexed by token number hold the state, so that millions of token-days pass without a dictionary.
struct SilenceSearch {
    let history: any History
    let window: DetectionWindow
    /// The silence looked for, at least one day, in microseconds.
    let dormancy: Int64
    /// From the first event of the log to just after the newest.
    let coverage: Range<Int64>
    /// The first day that rollups tell of, which may lie before that.
    let firstDay: Int32
    var clockSkew: Int64 = 0

    private static let never = Int64.min

    /// A token's first use inside the window whose previous use is not known yet.
    private struct Opening {
        var token: UInt32
        var at: Int64
        var previous = SilenceSearch.never
        /// Used so shortly before that it does not matter when.
        var isAwake = false
        /// How often it was used on the days of the window.
        var uses: Int64 = 0
    }

    /// Hands over the uses in the window with a silence of `dormancy` or more before them, and those without any use
    /// before them, some at a time.
    func silencesEnded(_ body: ([Reactivation]) throws -> Void) throws {
        var inside: [Opening] = []
        var openings = try openings { inside.append($0) }
        let latest = openings.map(\.at).max() ?? 0
        try lookBack(&openings) { latest.minus($0) < dormancy }
        let late = openings.filter {
            !$0.isAwake && ($0.previous == Self.never || $0.at.minus($0.previous) >= dormancy)
        }
        // The walk ends where the rollups begin; what is known of a token may say that it was awake even so.
        try eachReactivation(inside + late) { reactivations in
            try body(
                reactivations.filter { reactivation in
                    reactivation.previous.map { reactivation.at.minus($0) >= dormancy } ?? true
                })
        }
    }

    /// Hands over the first use in the window of every token that has none in the `dormancy` before the window, some at
    /// a time.
    func absentBeforeWindow(_ body: ([Reactivation]) throws -> Void) throws {
        var openings = try openings { _ in }
        let horizon = window.from.minus(dormancy)
        try lookBack(&openings) { $0 >= horizon }
        try eachReactivation(openings.filter { !$0.isAwake && $0.previous < horizon }) { reactivations in
            try body(reactivations.filter { ($0.previous ?? Self.never) < horizon })
        }
    }

    /// Walks the days of the window. Returns each token's first use, if no use of its stands earlier on the day on
    /// which the window begins; tells of silences that begin and end on days of the window.
    private func openings(_ ended: (Opening) -> Void) throws -> [Opening] {
        var latest: [Int64] = [], sums: [Int64] = []
        var openings: [Opening] = []
        for day in daysOfWindow {
            let uses = TokenDays.merged(try history.tokenDays(on: day), day: day)
            Self.grow(&latest, toHold: uses, filler: Self.never)
            Self.grow(&sums, toHold: uses, filler: 0)
            for place in 0..<uses.count {
                let token = Int(uses.tokens[place])
                let first = uses.first[place]
                let previous = latest[token]
                latest[token] = uses.last[place]
                sums[token] += Int64(uses.uses[place])
                guard window.contains(first) else { continue }
                if previous == Self.never {
                    openings.append(Opening(token: uses.tokens[place], at: first))
                } else if first - previous >= dormancy {
                    ended(Opening(token: uses.tokens[place], at: first, previous: previous))
                }
            }
        }
        for place in openings.indices { openings[place].uses = sums[Int(openings[place].token)] }
        return openings
    }

    /// Fills in the previous use of each opening, as far back as a silence shorter than `dormancy` could begin.
    /// `isNear` tells whether any use since some time ends the question.
    private func lookBack(_ openings: inout [Opening], isNear: (Int64) -> Bool) throws {
        let last = Timestamp.day(of: window.from) - 1
        guard last >= earliestDay else { return }
        let far = (earliestDay...last).first { isNear(Timestamp.start(ofDay: $0)) } ?? last + 1
        var pending = Array(openings.indices)
        if far <= last, !pending.isEmpty {
            try history.tokensUsed(on: far...last) { _, tokens in
                pending.removeAll { place in
                    openings[place].isAwake = tokens.contains(openings[place].token)
                    return openings[place].isAwake
                }
                return !pending.isEmpty
            }
        }
        var day = far - 1
        while day >= earliestDay, !pending.isEmpty {
            for uses in try history.tokenDays(on: day) {
                for place in pending {
                    guard let found = uses.place(of: openings[place].token) else { continue }
                    openings[place].previous = max(openings[place].previous, uses.last[found])
                }
            }
            pending.removeAll { openings[$0].previous != Self.never }
            day -= 1
        }
    }

    /// So many openings are looked at together: in a young log every token opens.
    private static let openingsAtOnce = 20_000

    /// Hands over openings with what is known about their tokens, by the numbers of these.
    private func eachReactivation(_ openings: [Opening], _ body: ([Reactivation]) throws -> Void) throws {
        let openings = openings.sorted { ($0.token, $0.at) < ($1.token, $1.at) }
        for start in stride(from: 0, to: openings.count, by: Self.openingsAtOnce) {
            let some = openings[start..<min(start + Self.openingsAtOnce, openings.count)]
            var asked: [UInt32] = [], place = 0
            for opening in some where asked.last != opening.token { asked.append(opening.token) }
            let lives = try history.lives(ofTokens: asked)
            try body(
                some.map { opening in
                    while place < lives.count, lives[place].number < opening.token { place += 1 }
                    guard place < lives.count, lives[place].number == opening.token else {
                        throw DetectionError.unknownTokenNumber(opening.token)
                    }
                    return try reactivation(opening, lives[place])
                })
        }
    }

    /// An opening with what is known about its token. One that is silent as far as the walk went is asked for by name.
    private func reactivation(_ opening: Opening, _ life: TokenLife) throws -> Reactivation {
        var reactivation = Reactivation(
            token: opening.token, at: opening.at, previous: nil, life: life, uses: opening.uses)
        (reactivation.clockSkew, reactivation.asOf) = (clockSkew, window.asOf)
        if opening.previous != Self.never {
            reactivation.previous = opening.previous
        } else if let firstUse = life.firstUse, firstUse < opening.at {
            reactivation.previous = try history.lastUse(ofToken: opening.token, beforeDay: earliestDay) ?? firstUse
        }
        return reactivation
    }

    /// The earliest day on which a silence shorter than `dormancy` could begin.
    private var earliestDay: Int32 {
        max(Timestamp.day(of: min(window.from.minus(dormancy), window.from)), firstDay)
    }

    private var daysOfWindow: ClosedRange<Int32> {
        let first = Timestamp.day(of: max(window.from, coverage.lowerBound))
        return first...max(first, Timestamp.day(of: min(window.to, coverage.upperBound) - 1))
    }

    private static func grow(_ column: inout [Int64], toHold uses: TokenDays, filler: Int64) {
        guard let last = uses.tokens.last, Int(last) >= column.count else { return }
        grow(&column, to: Int(last) + 1, filler: filler)
    }

    private static func grow<Value>(_ column: inout [Value], to count: Int, filler: Value) {
        column.append(contentsOf: repeatElement(filler, count: max(count, column.count * 2) - column.count))
    }
}

extension TokenDays {
    /// The pieces of one day as one: ascending tokens, each once.
    static func merged(_ pieces: [TokenDays], day: Int32) -> TokenDays {
        var pieces = pieces
        // In rounds of pairs, so that many small pieces do not cost the square of their number.
        while pieces.count > 1 {
            pieces = stride(from: 0, to: pieces.count, by: 2).map { place in
                place + 1 < pieces.count ? merge(pieces[place], pieces[place + 1]) : pieces[place]
            }
        }
        return pieces.first ?? TokenDays(day: day)
    }

    private static func merge(_ left: TokenDays, _ right: TokenDays) -> TokenDays {
        var whole = TokenDays(day: left.day)
        whole.tokens.reserveCapacity(left.count + right.count)
        var i = 0, j = 0
        while i < left.count || j < right.count {
            let fromLeft = j == right.count || (i < left.count && left.tokens[i] <= right.tokens[j])
            let fromRight = i == left.count || (j < right.count && right.tokens[j] <= left.tokens[i])
            whole.tokens.append(fromLeft ? left.tokens[i] : right.tokens[j])
            let uses = (fromLeft ? left.uses[i] : 0).addingReportingOverflow(fromRight ? right.uses[j] : 0)
            whole.uses.append(uses.overflow ? .max : uses.partialValue)
            whole.first.append(min(fromLeft ? left.first[i] : .max, fromRight ? right.first[j] : .max))
            whole.last.append(max(fromLeft ? left.last[i] : .min, fromRight ? right.last[j] : .min))
            if fromLeft { i += 1 }
            if fromRight { j += 1 }
        }
        return whole
    }
}
