internal import Columns
internal import Events
internal import GRDB
internal import Rollups

/// The tokens of one batch: what the batch says about each, and the number that the catalog gives it.
///
/// Numbers keep the rollups small and let detectors use arrays in place of dictionaries of texts. Only tokens that were
/// accepted or brought into being get one, so that a flood of made-up tokens cannot fill the table.
struct TokenNumbers {
    private var tokens = TextDictionary()
    private var lives: [TokenLife] = []
    private var uses: [Int64] = []
    /// Whether something beside uses is told.
    private var hasFact: [Bool] = []
    /// Principal and kind of the first use.
    private var useNames: [(principal: String?, kind: String?)] = []

    /// Adds what one segment says.
    mutating func add(_ rollups: SegmentRollups) {
        add(rollups.tokenUse)
        add(rollups.facts)
    }

    /// Adds the uses of one segment.
    mutating func add(_ use: TokenUse) {
        for place in 0..<use.tokens.count {
            let entry = entry(use.tokens.bytes.span.bytes.extracting(use.tokens.range(of: place)))
            uses[entry] += use.uses[place]
            if use.first[place] < lives[entry].firstUse ?? .max {
                lives[entry].firstUse = use.first[place]
                useNames[entry] = (use.principals[place], use.kinds[place])
            }
            lives[entry].lastUse = max(lives[entry].lastUse ?? .min, use.last[place])
        }
    }

    /// Adds facts, in the order in which their lines were read.
    mutating func add(_ facts: [TokenFact]) {
        for fact in facts {
            let bytes = Array(fact.tokenID.utf8)
            let entry = entry(bytes.span.bytes)
            lives[entry].learn(fact)
            hasFact[entry] = true
        }
    }

    /// Writes them all and learns their numbers. Tokens that are known and of which nothing but uses is told take the
    /// short way, in the order in which they lie in the table.
    ///
    /// `table` is `tokens` or one with the same columns.
    mutating func save(_ db: Database, _ known: inout KnownTokens, table: String = "tokens") throws {
        var used: [(number: UInt32, entry: Int)] = []
        let upsert = try BoundStatement(db.cachedStatement(sql: Self.upsert(table)))
        let lookup = try BoundStatement(db.cachedStatement(sql: Self.lookup(table)))
        for entry in 0..<lives.count {
            if let first = lives[entry].firstUse, !hasFact[entry],
                let number = known.number(of: tokens, entry, usedAt: first)
            {
                lives[entry].number = number
                used.append((number, entry))
            } else {
                lives[entry].number = try self.upsert(entry, upsert, lookup)
                known.remember(tokens, entry, lives[entry].number, firstUse: lives[entry].firstUse)
            }
        }
        used.sort { $0.number < $1.number }
        let statement = try BoundStatement(db.cachedStatement(sql: Self.update(table)))
        for (number, entry) in used {
            let life = lives[entry]
            try statement.run([life.firstUse ?? .max, life.lastUse ?? .min, uses[entry], Int64(number)])
        }
    }

    /// Ids go in as bytes, because a bound text would end at a NUL.
    private func upsert(_ entry: Int, _ statement: BoundStatement, _ lookup: BoundStatement) throws -> UInt32 {
        let life = lives[entry]
        let names = life.issuedAt != nil ? (life.principal, life.kind) : useNames[entry]
        statement.bind(1, bytes: tokens.slice(at: entry))
        statement.bind(2, names.1)
        statement.bind(3, names.0)
        statement.bind(4, life.scopes.map(Self.json))
        statement.bind(5, life.issuedAt)
        statement.bind(6, life.issuedBy)
        statement.bind(7, life.expiresAt)
        statement.bind(8, life.revokedAt)
        statement.bind(9, life.supersededAt)
        statement.bind(10, life.supersededBy)
        statement.bind(11, life.firstUse)
        statement.bind(12, life.lastUse)
        statement.bind(13, uses[entry])
        if let new = try statement.insert() { return UInt32(truncatingIfNeeded: new) }
        lookup.bind(1, bytes: tokens.slice(at: entry))
        return UInt32(truncatingIfNeeded: try lookup.number())
    }

    /// The numbers of the entries of a dictionary, after `save`.
    func numbers(of dictionary: TextDictionary) -> [UInt32] {
        (0..<dictionary.count).map { place in
            let found = tokens.known(dictionary.bytes.span.bytes.extracting(dictionary.range(of: place)))
            return found.map { lives[Int($0)].number } ?? 0
        }
    }

    private mutating func entry(_ text: RawSpan) -> Int {
        let index = Int(tokens.intern(text))
        if index == lives.count {
            lives.append(TokenLife(number: 0, tokenID: ""))
            uses.append(0)
            hasFact.append(false)
            useNames.append((nil, nil))
        }
        return index
    }

    private static func json(_ scopes: [String]) -> String {
        var text = "["
        for scope in scopes {
            if text.utf8.count > 1 { text += "," }
            text += "\""
            // Nearly all scopes are plain words.
            guard scope.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C }) else {
                text += scope
                text += "\""
                continue
            }
            for scalar in scope.unicodeScalars {
                switch scalar {
                case "\"", "\\": text += "\\\(scalar)"
                case "\0"..<" ": text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                default: text.unicodeScalars.append(scalar)
                }
            }
            text += "\""
        }
        return text + "]"
    }

    /// The earliest issuance, revocation and succession win, whatever the order in which they arrive. Where no issuance
    /// is known, principal and kind are those of the earliest use.
    static func upsert(_ table: String) -> String {
        """
        INSERT INTO \(table) (token_id, kind, principal, scopes, issued_at, issued_by, expires_at, revoked_at,
            superseded_at, superseded_by, first_use, last_use, uses)
        VALUES (CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), ?, ?, ?, CAST(? AS TEXT), ?,
            ?, ?)
        ON CONFLICT (token_id) DO UPDATE SET
            kind = iif(\(isEarlierIssuance) OR \(isEarlierUse), excluded.kind, kind),
            principal = iif(\(isEarlierIssuance) OR \(isEarlierUse), excluded.principal, principal),
            scopes = iif(\(isEarlierIssuance), excluded.scopes, scopes),
            issued_by = iif(\(isEarlierIssuance), excluded.issued_by, issued_by),
            expires_at = iif(\(isEarlierIssuance), excluded.expires_at, expires_at),
            issued_at = iif(\(isEarlierIssuance), excluded.issued_at, issued_at),
            revoked_at = ifnull(min(excluded.revoked_at, revoked_at), ifnull(excluded.revoked_at, revoked_at)),
            superseded_by = iif(excluded.superseded_at < ifnull(superseded_at, \(Int64.max)),
                excluded.superseded_by, superseded_by),
            superseded_at = ifnull(min(excluded.superseded_at, superseded_at),
                ifnull(excluded.superseded_at, superseded_at)),
            first_use = ifnull(min(excluded.first_use, first_use), ifnull(excluded.first_use, first_use)),
            last_use = ifnull(max(excluded.last_use, last_use), ifnull(excluded.last_use, last_use)),
            uses = uses + excluded.uses
        """
    }
    private static func lookup(_ table: String) -> String {
        "SELECT token_no FROM \(table) WHERE token_id = CAST(? AS TEXT)"
    }
    /// Of a token that stands in the table with a first use that is not later, or with an issue.
    private static func update(_ table: String) -> String {
        """
        UPDATE \(table) SET first_use = min(ifnull(first_use, ?1), ?1), last_use = max(ifnull(last_use, ?2), ?2),
            uses = uses + ?3 WHERE token_no = ?4
        """
    }
    private static let isEarlierIssuance = "ifnull(excluded.issued_at < ifnull(issued_at, \(Int64.max)), 0)"
    private static let isEarlierUse = """
        (issued_at IS NULL AND excluded.issued_at IS NULL
            AND ifnull(excluded.first_use < ifnull(first_use, \(Int64.max)), 0))
        """
}

extension TokenLife {
    /// Takes in a fact; of several issuances, revocations or successors the earliest counts.
    fileprivate mutating func learn(_ fact: TokenFact) {
        switch fact.change {
        case .issued(let by, let principal, let kind, let scopes, let expiresAt):
            guard fact.time < issuedAt ?? .max else { return }
            issuedAt = fact.time
            issuedBy = by
            self.principal = principal
            self.kind = kind
            self.scopes = scopes
            self.expiresAt = expiresAt
        case .revoked:
            revokedAt = min(revokedAt ?? .max, fact.time)
        case .superseded(let by):
            guard fact.time < supersededAt ?? .max else { return }
            supersededAt = fact.time
            supersededBy = by
        }
    }
}
