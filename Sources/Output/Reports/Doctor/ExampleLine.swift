internal import Console
internal import Events

/// Lines in our own format that a producer could write.
enum ExampleLine {
    /// A line of a kind with all that rules look at.
    static func whole(_ kind: EventKind) -> String { line(kind, all(kind)) }

    /// A short line that has the first of some fields.
    static func of(_ kind: EventKind, with fields: [EventField]) -> String {
        line(kind, required(kind).union(EventFields(Array(fields.prefix(1)))))
    }

    private static func line(_ kind: EventKind, _ fields: EventFields) -> String {
        let members = EventField.allCases.filter(fields.contains).compactMap { field in
            // A token that is known and refused is over; what is presented and unknown is wrong.
            let isOver = kind == .failed && field == .reason && fields.contains(.tokenID)
            return (isOver ? "expired" : value(field, kind)).map { JSONValue.Member(field.name, $0) }
        }
        return JSONValue.object(members).json()
    }

    private static func required(_ kind: EventKind) -> EventFields {
        let fields: [EventField] =
            switch kind {
            case .issued: [.tokenID, .principal]
            case .used, .revoked: [.tokenID]
            case .failed: [.reason]
            case .exchanged: [.tokenID, .principal]
            case .refreshed: [.tokenID, .principal, .oldTokenID]
            }
        return EventFields([.ts, .event] + fields)
    }

    private static func all(_ kind: EventKind) -> EventFields {
        let fields: [EventField] =
            switch kind {
            case .issued: [.kind, .actor, .scopes, .expiresAt]
            case .used: [.kind, .principal, .tool, .success, .ip, .userAgent]
            case .revoked: [.actor, .reason]
            case .failed: [.ip, .userAgent, .presented]
            case .exchanged: [.scopes, .expiresAt, .ip, .codeID]
            case .refreshed: [.scopes, .expiresAt, .ip]
            }
        return required(kind).union(EventFields(fields))
    }

    private static func value(_ field: EventField, _ kind: EventKind) -> JSONValue? {
        let isOAuth = kind == .exchanged || kind == .refreshed
        return switch field {
        case .ts: "2026-04-26T00:11:41Z"
        case .event: .string(kind.name)
        case .tokenID: isOAuth ? "at_78" : "tok_7M"
        case .oldTokenID: "at_77"
        case .kind: "api_token"
        case .principal: isOAuth ? "user:4231" : "partner:acme"
        case .actor: "admin:maria"
        case .scopes: ["orders:read"]
        case .expiresAt: isOAuth ? "2026-04-26T01:11:41Z" : "2026-07-25T00:11:41Z"
        case .tool: "orders.status"
        case .success: true
        case .reason: kind == .failed ? "hash_mismatch" : "rotation"
        case .ip: "203.0.113.7"
        case .userAgent: "acme-sync/1.4"
        case .presented: "9f2c51e07a"
        case .codeID: "c0de51"
        default: nil
        }
    }
}
