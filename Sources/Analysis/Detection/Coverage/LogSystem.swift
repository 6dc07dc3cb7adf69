package import Events

/// A system whose log is in a trail: what reads it, since when it logs, and what it never says.
package struct LogSystem: Sendable, Equatable {
    /// The name of its mapping; nil for our own format.
    package var mapping: String?
    /// Kinds of events and fields that its log never has, of all tokens (`scopes`), of one kind of token (`issued of
    /// session`) or on one kind of event (`reason of revoked`).
    package var lacks: Set<String>
    /// The kinds of tokens that people make for themselves there, as a rule.
    package var own: Set<String> = []
    /// The catalog's numbers of its sources.
    package var sources: Set<Int64>
    /// The fields that its mapping can give each kind of event that it makes; nil for our own format.
    package var gives: [EventKind: Set<EventField>]?
    /// Kinds of which all its events are logins or logouts.
    package var onlySessions: Set<EventKind> = []
    /// When its log begins, microseconds since the epoch, where that is known.
    package var begins = Int64.min
    /// When it first said that a token of a kind came into being; nil stands for tokens whose issuance names no kind.
    package var issuances: [String?: Int64] = [:]

    /// What people call it.
    package var name: String { mapping ?? "our own format" }

    package init(mapping: String? = nil, lacks: Set<String> = [], sources: Set<Int64> = []) {
        (self.mapping, self.lacks, self.sources) = (mapping, lacks, sources)
    }

    /// Whether it can never say any of these fields on events of a kind.
    package func lacks(_ fields: [EventField], on kind: EventKind) -> Bool {
        lacks.contains(kind.name)
            || fields.allSatisfy { lacks.contains($0.name) || lacks.contains("\($0.name) of \(kind.name)") }
    }

    /// Whether its events of a kind never have a field, for want of it in the log or in the mapping.
    func never(_ field: EventField, on kind: EventKind) -> Bool {
        lacks([field], on: kind) || gives?[kind]?.contains(field) == false
    }

    /// Whether it never has events of any of these kinds.
    package func lacks(_ kinds: EventKinds) -> Bool {
        EventKind.allCases.allSatisfy { !kinds.contains($0) || lacks.contains($0.name) }
    }

    /// Whether it never says that a token of a kind was issued.
    func lacksIssuances(ofKind kind: String?) -> Bool { lacks(EventKind.issued.name, ofKind: kind) }

    /// Whether it never says that a token of a kind was used.
    func lacksUses(ofKind kind: String?) -> Bool { lacks(EventKind.used.name, ofKind: kind) }

    /// Whether it never says when a token of a kind ends.
    func lacksExpiries(ofKind kind: String?) -> Bool { lacks(EventField.expiresAt.name, ofKind: kind) }

    /// A token whose kind nobody names is taken for an API token.
    private func lacks(_ word: String, ofKind kind: String?) -> Bool {
        lacks.contains(word) || lacks.contains("\(word) of \(kind ?? "api_token")")
    }

    /// Whether it never has events of any of these kinds that are about something else than sessions.
    package func lacksTokens(_ kinds: EventKinds) -> Bool {
        EventKind.allCases.allSatisfy { kind in
            !kinds.contains(kind) || lacks.contains(kind.name) || onlySessions.contains(kind)
        }
    }
}

/// Of how many things how many have something.
package struct FieldShare: Sendable, Equatable {
    package var present: Int
    package var all: Int

    package init(present: Int = 0, all: Int = 0) { (self.present, self.all) = (present, all) }

    static func + (left: FieldShare, right: FieldShare) -> FieldShare {
        FieldShare(present: left.present + right.present, all: left.all + right.all)
    }

    /// Whether they are so many, or so few, that the others are not worth a word: one in a hundred.
    package var isNearlyAll: Bool { (all - present) * 100 < max(all, 1) }
    package var isNearlyNone: Bool { present == 0 || present * 100 < all }
}
