package import Events

/// Something that a rule must find, in the log or in the policy, to judge all that it is made for.
package struct Need: Sendable {
    /// What will do; any of them.
    package var anyOf: [Ask]
    /// Whether the rule can judge nothing without it.
    package var isEssential: Bool
    /// What it cannot judge without it, as the end of a sentence; nil where that is everything.
    package var loss: String?

    /// One thing that can be asked of a log.
    package enum Ask: Sendable, Hashable {
        /// Events of any of these kinds that are no logins or logouts.
        case events(EventKinds)
        /// Any of these fields, on nearly all events of these kinds.
        case fields(EventKinds, [EventField])
        /// A field that says something where it is there, and something else where it is not: on any such event.
        case ever(EventKinds, EventField)
        /// Something about nearly all tokens that are used.
        case tokens(TokenFact)
        /// Reasons of failures whose meaning is known, on most of them.
        case reasons
        /// Tools in the policy.
        case tools
        /// A log that reaches back so many microseconds; `ifTold`: only where the rule itself says that it is too
        /// short for what it met.
        case history(Int64, ifTold: Bool)
    }

    /// Without it the rule judges nothing.
    static func must(_ asks: Ask...) -> Need { Need(anyOf: asks, isEssential: true) }

    /// Without it the rule does not judge `loss`.
    static func may(_ loss: String, _ asks: Ask...) -> Need { Need(anyOf: asks, isEssential: false, loss: loss) }
}

extension TokenFact {
    /// The field of an issuance that says it.
    var field: EventField {
        switch self {
        case .issuance: .tokenID
        case .expiry: .expiresAt
        case .scopes: .scopes
        case .principal: .principal
        }
    }
}
