/// The columns of an event, under the names that lines, files, tables and exports all use.
public enum EventField: UInt8, CaseIterable, Sendable {
    case ts, event, eventID, tokenID, kind, principal, actor, scopes, expiresAt, tool, latencyMS, success, reason
    case ip, userAgent, presented, refreshTokenID, oldTokenID, clientID, familyID, codeID
    /// Fields that the event table does not know, as one JSON object in text.
    case extra
    /// The file (or stream) that the line came from.
    case source
    /// Where the line starts in its source, in bytes (of the decompressed stream for `.gz`).
    case sourceOffset
    /// The catalog's number of the source: one name may have stood for several files, one after the other.
    case sourceID
    /// The number of the shape in which the line is written; `EventColumns.noShape` if it is in `raw`.
    case shape
    /// The line itself, without its newline, where no shape says it.
    case raw
    /// What credentials were replaced in the line, and where: `jwt:user_agent`, with commas between them.
    case redacted
    /// How many bytes the line had before credentials were replaced in it, its newline not counted; only where that
    /// was done.
    case sourceLength

    /// What a column holds. Files, tables and exports follow from it.
    package enum ValueType: Sendable {
        /// Microseconds since the epoch, UTC.
        case time
        /// One of `EventKind`.
        case kind
        case text, texts, decimal, boolean, integer
    }

    package var name: String { Self.columns[Int(rawValue)].name }
    package var type: ValueType { Self.columns[Int(rawValue)].type }
    /// Whether an event may have no value.
    package var isOptional: Bool { Self.columns[Int(rawValue)].isOptional }

    package init?(name: String) {
        guard let place = Self.columns.firstIndex(where: { $0.name == name }) else { return nil }
        self.init(rawValue: UInt8(place))
    }

    /// The columns that hold texts, one `TextColumn` each.
    package static let texts = allCases.filter { $0.type == .text }

    /// A column more is one case above and one line here; who gives its values says so in `LineReader`.
    private static let columns: [(name: String, type: ValueType, isOptional: Bool)] = [
        ("ts", .time, false), ("event", .kind, false), ("event_id", .text, true), ("token_id", .text, true),
        ("kind", .text, true), ("principal", .text, true), ("actor", .text, true), ("scopes", .texts, true),
        ("expires_at", .time, true), ("tool", .text, true), ("latency_ms", .decimal, true),
        ("success", .boolean, true), ("reason", .text, true), ("ip", .text, true), ("user_agent", .text, true),
        ("presented", .text, true), ("refresh_token_id", .text, true), ("old_token_id", .text, true),
        ("client_id", .text, true), ("family_id", .text, true), ("code_id", .text, true), ("extra", .text, true),
        ("source", .text, true), ("source_offset", .integer, false), ("source_id", .integer, false),
        ("shape", .integer, false), ("raw", .text, true), ("redacted", .text, true),
        ("source_length", .integer, true),
    ]
}

/// A set of columns, as a scan asks for them.
package struct EventFields: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }
    package init(_ field: EventField) { self.init(rawValue: 1 << UInt32(field.rawValue)) }
    package init(_ fields: [EventField]) { self = fields.reduce(into: []) { $0.formUnion(EventFields($1)) } }

    package static let all = EventFields(EventField.allCases)

    package func contains(_ field: EventField) -> Bool { rawValue & (1 << UInt32(field.rawValue)) != 0 }
}
