/// The six kinds of auth event.
package enum EventKind: UInt8, CaseIterable, Sendable, Comparable {
    case issued, used, revoked, failed, exchanged, refreshed

    /// The word that a line uses: `issued`, `used`, …
    package var name: String { Self.names[Int(rawValue)] }

    /// The kind that a word names, or nil.
    package init?(name: String) {
        guard let place = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(place))
    }

    package static func < (left: EventKind, right: EventKind) -> Bool { left.rawValue < right.rawValue }

    private static let names = ["issued", "used", "revoked", "failed", "exchanged", "refreshed"]
}

/// A set of kinds, as a scan asks for them.
package struct EventKinds: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package init(_ kind: EventKind) { self.init(rawValue: 1 << kind.rawValue) }

    package static let all = EventKinds(rawValue: 0b11_1111)
    package static let used = EventKinds(EventKind.used)
    package static let failed = EventKinds(EventKind.failed)
    /// What brings a token into being.
    package static let issuances: EventKinds = [
        EventKinds(EventKind.issued), EventKinds(EventKind.exchanged), EventKinds(EventKind.refreshed),
    ]
    /// What may let somebody in. Of `issued` only a login does.
    package static let accepted = used.union(issuances)

    package func contains(_ kind: EventKind) -> Bool { rawValue & (1 << kind.rawValue) != 0 }
}
