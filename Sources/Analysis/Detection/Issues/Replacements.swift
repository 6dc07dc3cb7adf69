internal import Columns
internal import Events
internal import Rollups

/// Which tokens took the place of another of the same principal and scopes: rotations, which are nothing new.
///
/// One token is replaced once, so that a token that ends lets nobody make fifty.
struct Replacements {
    let history: any History
    /// How long after its end a token may still be replaced.
    let overlap: Int64
    /// How long a token from before the log may live.
    let lifetime: Int64

    /// So many principals are asked about at once, which bounds what is held.
    private static let atOnce = 20_000

    /// Of one owner, so many tokens wait to be replaced: nobody has more programs of one kind.
    private static let mostOpen = 1000

    /// A token and the one that it replaced.
    struct Pair {
        var new: TokenLife
        var old: TokenLife
    }

    /// Hands over the pairs among the tokens of some principals, in no promised order. `span` says when a token may be
    /// replaced, or nil if it may not.
    func pairs(
        ofPrincipals principals: TextNumbers, asOf: Int64, during span: (TokenLife) -> ClosedRange<Int64>?,
        _ body: (Pair) -> Void
    ) throws {
        let older = try OlderTokens(history, reach: lifetime.plus(overlap))
        for start in stride(from: 0, to: principals.count, by: Self.atOnce) {
            let end = min(start + Self.atOnce, principals.count)
            let some = Set((start..<end).map { principals.string(UInt32($0)) })
            let lives = try history.tokens(ofPrincipals: some).map { $0.known(before: asOf) }
            let kept = lives.filter { $0.issuedAt != nil && $0.kind != "oauth" && $0.kind != "session" }
            var alone: [TokenLife] = []
            for group in Dictionary(grouping: kept, by: TokenOwner.init).values {
                alone += pairs(group, during: span, body)
            }
            try older.pairs(alone, body)
        }
    }

    /// Each new token, in the order of their issues, takes the place of the one that ends first of those that may be
    /// replaced then. Returns those that take the place of none.
    private func pairs(
        _ lives: [TokenLife], during span: (TokenLife) -> ClosedRange<Int64>?, _ body: (Pair) -> Void
    ) -> [TokenLife] {
        let sorted = lives.sorted { ($0.issuedAt ?? 0, $0.tokenID) < ($1.issuedAt ?? 0, $1.tokenID) }
        var open: [(life: TokenLife, span: ClosedRange<Int64>)] = [], alone: [TokenLife] = []
        for new in sorted {
            let issued = new.issuedAt ?? 0
            open.removeAll { $0.span.upperBound < issued }
            let place = open.indices.filter { open[$0].span.contains(issued) && (open[$0].life.issuedAt ?? 0) < issued }
                .min { open[$0].span.upperBound < open[$1].span.upperBound }
            if let place { body(Pair(new: new, old: open.remove(at: place).life)) } else { alone.append(new) }
            if let span = span(new) { open.append((new, span)) }
            if open.count > Self.mostOpen { open.removeFirst() }
        }
        return alone
    }

    /// When a token that ends by itself is replaced: in the last third of its life, and for a while after its end, or
    /// after its revocation.
    func expiring(_ life: TokenLife) -> ClosedRange<Int64>? {
        guard let issued = life.issuedAt, let expires = life.expiresAt, issued < expires else { return nil }
        let from = expires.minus(expires.minus(issued) / 3)
        return from...max(from, min(expires.plus(overlap), life.revokedAt?.plus(overlap) ?? .max))
    }

    /// When a token that was taken back is replaced by somebody who rotates it: in the days around its revocation.
    func around(_ life: TokenLife) -> ClosedRange<Int64>? {
        life.revokedAt.map { $0.minus(overlap)...$0.plus(overlap) }
    }
}

/// Whose token it is, for what: a token that has the same owner may take its place.
struct TokenOwner: Hashable {
    var principal: String?
    var scopes: [String]

    init(_ life: TokenLife) {
        principal = life.principal
        scopes = (life.scopes ?? []).sorted()
    }
}

/// Tokens from before the log, which in its first months end one by one, nobody knows when.
private struct OlderTokens {
    private let history: any History
    private let begins: Int64
    /// How long after the beginning one of them may be replaced.
    private let reach: Int64

    /// They show by their uses within this time.
    private static let shown = 30 * Timestamp.day

    init(_ history: any History, reach: Int64) throws {
        self.history = history
        self.reach = reach
        begins = try history.begins ?? .max
    }

    /// Each new token of the first months takes the place of one from before the log, of whatever scopes.
    func pairs(_ lives: [TokenLife], _ body: (Replacements.Pair) -> Void) throws {
        let young = lives.filter { ($0.issuedAt ?? .max) <= begins.plus(reach) }
        guard !young.isEmpty else { return }
        var older = try read(Set(young.compactMap(\.principal)))
        for new in young.sorted(by: { ($0.issuedAt ?? 0, $0.tokenID) < ($1.issuedAt ?? 0, $1.tokenID) }) {
            guard let principal = new.principal, let issued = new.issuedAt else { continue }
            let place = older[principal]?.firstIndex { ($0.firstUse ?? .max) < issued }
            if let place, let old = older[principal]?.remove(at: place) {
                body(Replacements.Pair(new: new, old: old))
            }
        }
    }

    private func read(_ principals: Set<String>) throws -> [String: [TokenLife]] {
        var ids: Set<[UInt8]> = []
        let scan = EventScan(
            from: begins, to: begins.plus(Self.shown), kinds: .used, texts: [.principal: .equals(principals)],
            fields: EventFields([.tokenID, .principal]))
        try history.scan(scan) { batch in
            for row in batch.distinctRows(by: [.tokenID]) {
                if let token = batch[.tokenID].bytes(at: row) { ids.insert(Array(token)) }
            }
        }
        let older = try history.lives(named: ids).filter {
            $0.issuedAt == nil && !$0.isAnonymous && $0.kind != "oauth" && $0.kind != "session"
        }
        return Dictionary(grouping: older) { $0.principal ?? "" }.mapValues { lives in
            lives.sorted { ($0.firstUse ?? 0, $0.tokenID) < ($1.firstUse ?? 0, $1.tokenID) }
        }
    }
}
