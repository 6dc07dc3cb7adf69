internal import Rollups

/// Finds the tokens that took the place of others: of the same principal and scopes, and issued later; or named by a
/// refresh.
struct Successors {
    private let owned: [Owner: [TokenLife]]

    private struct Owner: Hashable {
        var principal: String
        var scopes: [String]

        init?(_ life: TokenLife) {
            guard let principal = life.principal, life.issuedAt != nil else { return nil }
            self.principal = principal
            scopes = (life.scopes ?? []).sorted()
        }
    }

    /// Reads the tokens of everybody whose token woke.
    init(_ history: any History, of wakings: [Waking]) throws {
        let principals = Set(wakings.compactMap { $0.birth?.principal })
        var owned: [Owner: [TokenLife]] = [:]
        for life in principals.isEmpty ? [] : try history.tokens(ofPrincipals: principals) {
            guard let owner = Owner(life) else { continue }
            owned[owner, default: []].append(life)
        }
        self.owned = owned
    }

    /// The token that had taken a token's place and was in use when that one woke; of several the first issued.
    func inUse(at waking: Waking) -> String? {
        if let next = waking.life.supersededBy, let when = waking.life.supersededAt, when < waking.at { return next }
        guard let birth = waking.birth, let issued = birth.issuedAt, let owner = Owner(birth) else { return nil }
        let later = owned[owner, default: []].filter { other in
            guard let born = other.issuedAt, let used = other.firstUse else { return false }
            return other.tokenID != birth.tokenID && born > issued && used < waking.at
        }
        return later.min { ($0.issuedAt ?? 0, $0.tokenID) < ($1.issuedAt ?? 0, $1.tokenID) }?.tokenID
    }
}
