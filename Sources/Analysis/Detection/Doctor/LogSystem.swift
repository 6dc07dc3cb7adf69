package import Events

/// A system whose log is in a trail: what reads it, and what it never says.
package struct LogSystem: Sendable, Equatable {
    /// The name of its mapping; nil for our own format.
    package var mapping: String?
    /// Kinds of events and fields, by name, that its log never has.
    package var lacks: Set<String>
    /// The catalog's numbers of its sources.
    package var sources: Set<Int64>
    /// The fields that its mapping can give each kind of event that it makes; nil for our own format.
    package var gives: [EventKind: Set<EventField>]?
    /// Kinds of which all its events are logins or logouts.
    package var onlySessions: Set<EventKind> = []

    package init(mapping: String? = nil, lacks: Set<String> = [], sources: Set<Int64> = []) {
        (self.mapping, self.lacks, self.sources) = (mapping, lacks, sources)
    }

    /// Whether it can never say any of these fields on events of a kind.
    package func lacks(_ fields: [EventField], on kind: EventKind) -> Bool {
        lacks.contains(kind.name) || fields.allSatisfy { lacks.contains($0.name) }
    }

    /// Whether it never has events of any of these kinds.
    package func lacks(_ kinds: EventKinds) -> Bool {
        EventKind.allCases.allSatisfy { !kinds.contains($0) || lacks.contains($0.name) }
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
