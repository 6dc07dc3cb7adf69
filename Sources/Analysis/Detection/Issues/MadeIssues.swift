internal import Columns
internal import Events

/// Tokens that somebody issues for somebody else: what the rules about issuers look at.
///
/// Left out are access tokens and sessions, which people get by logging in, also where only their short life shows what
/// they are (a node of a cluster that asks for tokens of an hour); tokens that people issue to themselves; and issues
/// that name no actor.
struct MadeIssues {
    let history: any History
    /// A token that lives no longer is an access token.
    let accessToken: Int64
    /// Who may issue whatever they like.
    var exempt: [NamePattern] = []

    /// The columns by which they are told.
    static let fields = EventFields([.ts, .actor, .principal, .kind, .expiresAt])

    private static let kinds: [[EventField: TextCondition]] = {
        let short = Set(["oauth", "session", "anonymous"].map { Array($0.utf8) })
        return [
            [.actor: .present, .kind: .matching { !short.contains(Array($0)) }], [.actor: .present, .kind: .absent],
        ]
    }()

    /// Hands over the rows of a span of time, of some actors or of all.
    func scan(
        _ span: Range<Int64>, of actors: Set<[UInt8]>? = nil, _ fields: EventFields = [],
        _ body: (EventColumns, [Int]) throws -> Void
    ) throws {
        for texts in Self.kinds {
            var scan = EventScan(
                from: span.lowerBound, to: span.upperBound, kinds: EventKinds(.issued), texts: texts,
                fields: Self.fields.union(fields))
            // A longer list costs a scan more than it spares.
            if let actors, actors.count <= 4096 { scan.texts[.actor] = .anyOf(actors) }
            try history.scan(scan) { batch in try body(batch, made(in: batch)) }
        }
    }

    private func made(in batch: EventColumns) -> [Int] {
        let isExempt = batch[.actor].values(none: true) { actor in exempt.contains { $0.matches(actor) } }
        let combination = batch.combinations(of: [.actor, .principal])
        var isOwn: [SIMD4<UInt32>: Bool] = [:]
        return (0..<batch.count).filter { row in
            guard !isExempt[row], !isShort(batch, row) else { return false }
            let pair = combination(row)
            if let known = isOwn[pair] { return !known }
            let own = batch[.actor][row].flatMap { actor in
                batch[.principal][row].map { SelfIssue.isOne(actor, $0) }
            }
            isOwn[pair] = own ?? false
            return !(own ?? false)
        }
    }

    private func isShort(_ batch: EventColumns, _ row: Int) -> Bool {
        let expires = batch.expiresAt[row]
        // Who asks for an hour gets a few seconds more from some servers.
        return expires != EventColumns.noTime
            && expires.minus(batch.ts[row]) <= accessToken.plus(Timestamp.minute)
    }
}
