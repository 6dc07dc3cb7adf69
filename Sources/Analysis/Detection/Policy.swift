internal import Events

/// The numbers and rules of the server whose log is judged: what it hands out, to whom, and what each tool needs.
///
/// The defaults are those of the model server; a policy file says otherwise. All times in microseconds.
package struct Policy: Sendable, Equatable {
    package var lifetimes = Lifetimes()
    /// How long after a newer token of the same principal and scopes an older one may still be used.
    package var rotationOverlap = 7 * Timestamp.day
    /// A scope that ends in one of these lets its holder change something.
    package var writeScopes = [":write", ":admin", ":delete"]
    /// The tools that the server has, by name; none means that nothing is declared, and rules that need it stay quiet.
    package var tools: [String: Tool] = [:]
    /// The most calls in any 60 s, by cell of the rate table.
    package var rates: [RateCell: Int] = [.anonymousByIP: 60, .apiTokenByToken: 600, .oauthByPrincipal: 300]

    /// A span of time of which the log is known to tell nothing.
    package struct Outage: Sendable, Equatable {
        package var from: Int64
        package var to: Int64
        package var reason: String

        package init(from: Int64, to: Int64, reason: String) {
            (self.from, self.to, self.reason) = (from, to, reason)
        }
    }

    /// How long what is handed out may live.
    package struct Lifetimes: Sendable, Equatable {
        package var apiToken = 90 * Timestamp.day
        package var accessToken = Timestamp.hour
        package var refreshToken = 30 * Timestamp.day

        package init() {}

        /// For a token of a kind as events name it; a kind that no event names is taken for an API token.
        package func limit(ofKind kind: String?) -> Int64 { kind == "oauth" ? accessToken : apiToken }
    }

    /// What a tool asks of its caller.
    package struct Tool: Sendable, Equatable {
        /// The kinds of caller that may use it: `anonymous`, `api_token`, `oauth`, `session`.
        package var auth: Set<String>
        /// Scopes of which a token must hold all.
        package var scopes: [String]
        /// Whether it changes something.
        package var writes: Bool

        package init(auth: Set<String>, scopes: [String] = [], writes: Bool = false) {
            self.auth = auth
            self.scopes = scopes
            self.writes = writes
        }
    }

    package init() {}

    /// The kinds of caller that a tool may ask for.
    package static let kinds: Set = ["anonymous", "api_token", "oauth", "session"]
    /// The highest limit that a cell of the rate table may have.
    package static let mostCalls = 1_000_000

    /// Whether a scope lets its holder change something.
    package func isWrite(_ scope: String) -> Bool { writeScopes.contains { scope.hasSuffix($0) } }
}

/// A cell of the rate table: whose calls are counted together.
package enum RateCell: String, Sendable, CaseIterable, Comparable {
    case anonymousByIP = "anonymous_per_ip"
    case apiTokenByToken = "api_token_per_token"
    case oauthByPrincipal = "oauth_per_principal"

    package static func < (left: RateCell, right: RateCell) -> Bool { left.rawValue < right.rawValue }
}
