internal import Columns
internal import Events
internal import Rollups

/// What the log of a window lacks of the things that rules judge by: counted once for all detectors of a run.
package struct FieldCoverage: Sendable {
    private var ofEvents: [EventKinds: [EventField: FieldShare]] = [:]
    private var ofTokens: [TokenFact: FieldShare] = [:]

    /// Reads what the cards of some detectors say that they judge by. Throws what the history throws.
    package init(_ cards: [DetectorCard], in window: DetectionWindow, of history: any History) throws {
        var events: [EventKinds: Set<EventField>] = [:]
        var facts: Set<TokenFact> = []
        for basis in cards.flatMap(\.judgesBy) {
            switch basis {
            case .events(let kinds, let fields): events[kinds, default: []].formUnion(fields)
            case .tokens(let named): facts.formUnion(named)
            }
        }
        for (kinds, fields) in events { ofEvents[kinds] = try Self.count(kinds, fields, window, history) }
        if !facts.isEmpty { ofTokens = try Self.tokens(facts, window, history) }
    }

    private static func count(
        _ kinds: EventKinds, _ fields: Set<EventField>, _ window: DetectionWindow, _ history: any History
    ) throws -> [EventField: FieldShare] {
        var shares: [EventField: FieldShare] = [:]
        // Whoever comes without a credential has no principal either.
        let ofTokens: [EventField] = fields.contains(.principal) && kinds == .used ? [.tokenID, .kind] : []
        let scan = EventScan(
            from: window.from, to: window.to, kinds: kinds, fields: EventFields(Array(fields) + ofTokens))
        try history.scan(scan) { batch in
            let rows = ofTokens.isEmpty ? nil : batch.rowsOfTokens
            for field in fields {
                let looked = field == .principal ? rows : nil
                let all = looked?.count ?? batch.count
                shares[field, default: FieldShare()].all += all
                shares[field, default: FieldShare()].present += all - batch.absent(field, looked)
            }
        }
        return shares
    }

    /// Of how many of the tokens used on the days of the window which facts are known.
    static func tokens(
        _ facts: Set<TokenFact>, _ window: DetectionWindow, _ history: any History
    ) throws -> [TokenFact: FieldShare] {
        var shares: [TokenFact: FieldShare] = [:]
        for token in try ActiveTokens(history: history, window: window).read() where !token.life.isAnonymous {
            // Days are whole there: a token may have been used later only.
            guard let first = token.life.firstUse, first < window.asOf else { continue }
            for fact in facts where fact == .issuance || token.life.issuedAt != nil {
                shares[fact, default: FieldShare()].all += 1
                if !fact.isUnknown(of: token.life) { shares[fact, default: FieldShare()].present += 1 }
            }
        }
        return shares
    }

    /// What a detector could not judge for want of fields. Below one in a hundred nothing is said.
    package func notes(for card: DetectorCard) -> [CoverageNote] {
        card.judgesBy.flatMap { basis -> [CoverageNote] in
            switch basis {
            case .events(let kinds, let fields):
                fields.compactMap { field in
                    ofEvents[kinds]?[field].flatMap { share in
                        Self.note("`\(field.name)` absent on", share, "of \(Self.names(kinds))")
                    }
                }
            case .tokens(let facts):
                facts.compactMap { fact in ofTokens[fact].flatMap { Self.note("\(fact.words)", $0, fact.whose) } }
            }
        }
    }

    private static func note(_ what: String, _ share: FieldShare, _ whose: String) -> CoverageNote? {
        guard share.all > 0, !share.isNearlyAll else { return nil }
        return CoverageNote(
            kind: .notEvaluable,
            text: "not evaluable: \(what) \(Wording.percent(share.all - share.present, of: share.all)) \(whose)",
            isPartial: share.present > 0)
    }

    private static func names(_ kinds: EventKinds) -> String {
        let names = EventKind.allCases.filter(kinds.contains).map { "`\($0.name)`" }
        guard names.count > 1 else { return names.first ?? "events" }
        return names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }
}

/// What a rule may need to know of a token beside its uses.
package enum TokenFact: Sendable, Hashable {
    /// An event that brought it into being.
    case issuance
    /// What its issuance says.
    case expiry, scopes, principal

    func isUnknown(of life: TokenLife) -> Bool {
        switch self {
        case .issuance: life.issuedAt == nil
        case .expiry: life.expiresAt == nil
        case .scopes: life.scopes == nil
        case .principal: life.principal == nil
        }
    }

    var words: String {
        switch self {
        case .issuance: "no issuance was logged of"
        case .expiry: "the issuance names no `expires_at` for"
        case .scopes: "the issuance names no `scopes` for"
        case .principal: "the issuance names no `principal` for"
        }
    }

    var whose: String { self == .issuance ? "of the tokens used" : "of the tokens used whose issuance was logged" }
}

extension EventColumns {
    /// The rows whose caller had a credential.
    fileprivate var rowsOfTokens: [Int] {
        let anonymous = "anonymous".utf8
        let isNamed = self[.tokenID].values(none: false) { !$0.elementsEqual(anonymous) }
        let isToken = self[.kind].values(none: nil) { !$0.elementsEqual(anonymous) }
        return (0..<count).filter { row in
            self[.tokenID].indices[row] != TextColumn.none && (isToken[row] ?? isNamed[row])
        }
    }

    /// How many rows have no value in a column, of all or of some.
    fileprivate func absent(_ field: EventField, _ rows: [Int]?) -> Int {
        switch field {
        case .success: success.count { $0 == 2 }
        case .scopes: scopes.indices.count { $0 == TextColumn.none }
        case .expiresAt: expiresAt.count { $0 == Self.noTime }
        case .latencyMS: latencyMS.count { $0.isNaN }
        case .ts, .event, .sourceOffset, .sourceID, .shape, .sourceLength: 0
        default:
            rows?.count { self[field].indices[$0] == TextColumn.none }
                ?? self[field].indices.count { $0 == TextColumn.none }
        }
    }
}
