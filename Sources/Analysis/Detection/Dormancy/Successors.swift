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
    init(_ history: any History, of reactivations: [Reactivation]) throws {
        let principals = Set(reactivations.compactMap { $0.issuance?.principal })
        var owned: [Owner: [TokenLife]] = [:]
        for life in principals.isEmpty ? [] : try history.tokens(ofPrincipals: principals) {
            guard let owner = Owner(life) else { continue }
            owned[owner, default: []].append(life)
        }
        self.owned = owned
    }

    /// The token that had taken a token's place and was in use when that one woke; of several the first issued.
    func inUse(at reactivation: Reactivation) -> String? {
        if let next = reactivation.life.supersededBy, let when = reactivation.life.supersededAt, when < reactivation.at
        {
            return next
        }
        guard let issuance = reactivation.issuance, let issued = issuance.issuedAt, let owner = Owner(issuance) else {
            return nil
        }
        let later = owned[owner, default: []].filter { other in
            guard let born = other.issuedAt, let used = other.firstUse else { return false }
            return other.tokenID != issuance.tokenID && born > issued && used < reactivation.at
        }
        return later.min { ($0.issuedAt ?? 0, $0.tokenID) < ($1.issuedAt ?? 0, $1.tokenID) }?.tokenID
    }
}
