package import Events

/// One thing that is missing, and that one change would bring.
package enum Gap: Sendable, Hashable {
    /// Not one event of any of these kinds.
    case events(EventKinds)
    /// Events of these kinds that are no logins or logouts.
    case tokens(EventKinds)
    /// Any of these fields on events of a kind.
    case fields(EventKind, [EventField])
    /// The issuance of tokens that are used, in a log that has issuances.
    case issuances
    /// Classes of words.
    case reasons
    /// Tools in the policy.
    case tools
    /// Older events.
    case history

    /// Order where nothing else decides.
    var rank: [Int] {
        switch self {
        case .events(let kinds): [0, Int(kinds.rawValue)]
        case .tokens(let kinds): [0, Int(kinds.rawValue), 1]
        case .fields(let kind, let fields): [1, Int(kind.rawValue), Int(fields[0].rawValue), fields.count]
        case .reasons: [2]
        case .tools: [3]
        case .issuances: [4]
        case .history: [5]
        }
    }
}

/// How much of what a rule is made for it can judge.
package enum Ability: Int, Sendable, Comparable, CaseIterable {
    case none, part, full

    package static func < (left: Ability, right: Ability) -> Bool { left.rawValue < right.rawValue }
}

/// Why a rule cannot judge all.
package struct Shortcoming: Sendable {
    package enum What: Sendable {
        /// No event of these kinds, or `onlySessions`: none that is no login or logout.
        case noEvents(EventKinds, onlySessions: Bool)
        case fields([EventField], EventKinds, FieldShare)
        case tokens(TokenFact, FieldShare)
        case reasons(FieldShare)
        case tools
        /// The log reaches back so far and should so far, in microseconds.
        case history(has: Int64, wants: Int64)
        /// What the run of the rule says itself.
        case told(String)
    }

    package var what: What
    /// What the rule does not judge for it; nil for all that the reason speaks of.
    package var loss: String?
    /// What would have to be added, all of it; empty where nobody can say.
    package var gaps: [Gap]
    package var isEssential: Bool
    /// Whether there is some of it.
    var isPartial: Bool
    /// What would do as well, and is missing, too.
    package var instead: [Shortcoming] = []

    /// Whether the rule judges nothing for it.
    package var isBlocking: Bool { isEssential && !isPartial }
}
