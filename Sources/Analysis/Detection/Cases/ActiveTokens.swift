internal import Columns
internal import Events
internal import Rollups

/// The tokens used on the days of a window, with what is known about each, from the rollups alone.
struct ActiveTokens {
    struct Token {
        var life: TokenLife
        /// The latest use on these days; it may lie after the window.
        var lastUse: Int64
        /// How often it was used on these days.
        var uses: Int64 = 0
    }

    let history: any History
    let window: DetectionWindow

    /// By number. What the log said of a token only at or after `as_of` is left out.
    func read() throws -> [Token] {
        if let known = history.memo.active(in: window) { return known }
        // Read without a lock: whoever waits for it might hold the catalog.
        let tokens = try readRollups()
        history.memo.note(tokens, activeIn: window)
        return tokens
    }

    private func readRollups() throws -> [Token] {
        guard !window.isEmpty, let coverage = try history.coverage else { return [] }
        var found: [UInt32: (last: Int64, uses: Int64)] = [:]
        let end = min(window.to, coverage.upperBound)
        let start = max(window.from, coverage.lowerBound)
        guard start < end else { return [] }
        for day in Timestamp.day(of: start)...Timestamp.day(of: end - 1) {
            for piece in try history.tokenDays(on: day) {
                for place in 0..<piece.count {
                    let old = found[piece.tokens[place]] ?? (.min, 0)
                    found[piece.tokens[place]] = (
                        max(old.last, piece.last[place]), old.uses + Int64(piece.uses[place])
                    )
                }
            }
        }
        let numbers = found.keys.sorted()
        var tokens: [Token] = []
        tokens.reserveCapacity(numbers.count)
        // Some at a time: of a flood of tokens all that is known of them must not be held twice.
        for start in stride(from: 0, to: numbers.count, by: 20_000) {
            let some = Array(numbers[start..<min(start + 20_000, numbers.count)])
            for life in try history.lives(ofTokens: some) {
                let uses = found[life.number] ?? (.min, 0)
                tokens.append(Token(life: life.known(before: window.asOf), lastUse: uses.last, uses: uses.uses))
            }
        }
        return tokens
    }
}

extension TokenLife {
    /// What the log had said of the token before a time.
    func known(before asOf: Int64) -> TokenLife {
        var life = self
        if issuedAt.map({ $0 >= asOf }) ?? false {
            life.issuedAt = nil
            life.issuedBy = nil
            life.expiresAt = nil
            life.scopes = nil
        }
        if revokedAt.map({ $0 >= asOf }) ?? false { life.revokedAt = nil }
        if supersededAt.map({ $0 >= asOf }) ?? false {
            life.supersededAt = nil
            life.supersededBy = nil
        }
        return life
    }
}

/// Uses of tokens after a time at which they should have ended.
struct LateUses {
    let history: any History
    let window: DetectionWindow

    /// What was found: tokens with their late uses, and of very many the others.
    typealias Found = (cases: [(life: TokenLife, uses: Case)], more: MoreTokens)

    /// The tokens with a use in the window later than `deadline` says, and all their late uses before `as_of`.
    func read(after deadline: (TokenLife) throws -> Int64?) throws -> Found {
        var suspects = MostUsed<(token: ActiveTokens.Token, deadline: Int64)>()
        for token in try ActiveTokens(history: history, window: window).read() {
            guard let deadline = try deadline(token.life), token.lastUse > deadline else { continue }
            let last = min(token.lastUse, window.to - 1)
            suspects.add((token, deadline), uses: token.uses, name: token.life.tokenID, at: last)
        }
        var more = MoreTokens()
        return (try read(suspects.told(others: &more)), more)
    }

    private func read(_ suspects: [(token: ActiveTokens.Token, deadline: Int64)]) throws -> [(TokenLife, Case)] {
        // Arrays of their own: whoever looks at a deadline must not copy a case.
        let lives = suspects.map(\.token.life), deadlines = suspects.map(\.deadline)
        guard let earliest = deadlines.min() else { return [] }
        var uses = [Case](repeating: Case(), count: lives.count)
        let ids = lives.map { Array($0.tokenID.utf8) }
        let places = Dictionary(zip(ids, ids.indices)) { first, _ in first }
        let scan = EventScan(
            from: earliest, to: window.asOf, kinds: .used, texts: [.tokenID: .anyOf(Set(places.keys))],
            fields: Case.fields.union(EventFields(.tokenID)))
        try history.scan(scan) { batch in
            let suspected = batch[.tokenID].values(none: nil) { places[Array($0)] }
            for row in batch.rowsEndsFirst {
                guard let place = suspected[row], batch.ts[row] > deadlines[place] else { continue }
                uses[place].add(batch, row, window)
            }
        }
        return zip(lives, uses).filter { $1.isInWindow }
    }
}
