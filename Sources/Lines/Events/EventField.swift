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

    package var name: String { Self.names[Int(rawValue)] }

    package init?(name: String) {
        guard let place = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(place))
    }

    /// The columns that hold texts, one `TextColumn` each.
    package static let texts: [EventField] = [
        .eventID, .tokenID, .kind, .principal, .actor, .tool, .reason, .ip, .userAgent, .presented, .refreshTokenID,
        .oldTokenID, .clientID, .familyID, .codeID, .extra, .source, .raw, .redacted,
    ]

    private static let names = [
        "ts", "event", "event_id", "token_id", "kind", "principal", "actor", "scopes", "expires_at", "tool",
        "latency_ms", "success", "reason", "ip", "user_agent", "presented", "refresh_token_id", "old_token_id",
        "client_id", "family_id", "code_id", "extra", "source", "source_offset",
        "source_id", "shape", "raw", "redacted", "source_length",
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
