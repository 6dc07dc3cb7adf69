/// The names that a line may use at its top level: the fields of an event, then other names that producers use.
///
/// A name is a number: fields have their `EventField.rawValue` (`ts` 0 … `code_id` 20), the other names follow.
package enum LineName {
    /// How many fields a line can set; `extra`, `source` and `source_offset` are ours and unknown when a line has them.
    package static var fieldCount: Int { 21 }
    /// How many names there are.
    package static var count: Int { 27 }
    /// Stands for a name that is none of them.
    static var unknown: UInt8 { 0xFF }

    /// Other names and the fields that they mean. Of two other names of one field the earlier in this list counts.
    package static let aliases: [(name: String, field: EventField)] = [
        ("admin", .actor), ("revoked_by", .actor), ("user_id", .principal), ("new_token_id", .tokenID),
        ("superseded_token_id", .oldTokenID), ("token_hash", .presented),
    ]

    /// The number of `new_token_id`, which means `token_id` in a `refreshed` event and nothing elsewhere.
    static var newTokenID: Int { 24 }

    /// The number of the field that a name means, by number: itself, or what `aliases` says.
    static func field(of name: Int) -> Int {
        name < fieldCount ? name : Int(aliases[name - fieldCount].field.rawValue)
    }

    /// The text of every name, by number.
    package static let texts = EventField.allCases.prefix(fieldCount).map(\.name) + aliases.map(\.name)
}

/// A set of names of a line.
package struct LineNames: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32
    @inline(__always) package init(rawValue: UInt32) { self.rawValue = rawValue }
    @inline(__always) init(number: Int) { self.init(rawValue: 1 << UInt32(truncatingIfNeeded: number)) }
    init(_ fields: [EventField]) { self.init(rawValue: EventFields(fields).rawValue) }

    /// Whether a field is in the set under its own name.
    package func contains(_ field: EventField) -> Bool { rawValue & (1 << UInt32(field.rawValue)) != 0 }

    /// The first field of the set in the order of `EventField`, or nil.
    var firstField: EventField? { EventField(rawValue: UInt8(rawValue.trailingZeroBitCount)) }

    /// The fields that hold one text.
    static let texts = LineNames(EventField.texts).intersection(fields)
    /// Every field.
    static let fields = LineNames(rawValue: (1 << UInt32(LineName.fieldCount)) - 1)
    /// Every other name.
    static let aliases = LineNames(rawValue: (1 << UInt32(LineName.count)) - 1).subtracting(fields)

    /// The fields without which an event of a kind is quarantined, `ts` and `event` apart. What a use without
    /// `token_id` needs in its place, see `LineReader.interpret`.
    package static func required(_ kind: EventKind) -> LineNames {
        switch kind {
        case .issued, .exchanged: LineNames([.principal])
        case .used: LineNames([])
        case .revoked: LineNames([.tokenID])
        case .failed: LineNames([.reason])
        case .refreshed: LineNames([.principal, .tokenID, .oldTokenID])
        }
    }
}
