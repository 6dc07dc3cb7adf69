package import Console
package import Detection
internal import Events
internal import Model

extension Finding {
    /// The finding as JSON, schema version 1; see Docs/json.md. Keys are in a fixed order, times RFC 3339.
    package var json: JSONValue {
        .object([
            .init("id", .string(id)),
            .init("detector", .string(detector)),
            .init("version", .int(Int64(version))),
            .init("class", .string(`class`)),
            .init("severity", .string(severity.name)),
            .init("confidence", .string(confidence.rawValue)),
            .init("entity", ["type": .string(entity.type), "value": .string(entity.value)]),
            .init("first_seen", .string(Timestamp.text(firstSeen))),
            .init("last_seen", .string(Timestamp.text(lastSeen))),
            .init("as_of", .string(Timestamp.text(asOf))),
            .init("title", .string(title)),
            .init("explanation", .string(explanation)),
            .init("evidence", .array(evidence.map(\.json))),
            .init("context", context.json),
            .init("references", .strings(references)),
            .init("status", .string(status.rawValue)),
            .init("advice", advice.map { .string($0) } ?? .null),
        ])
    }
}

extension Evidence {
    /// `source, offset, event_id, ts`.
    package var json: JSONValue {
        .object([
            .init("source", .string(source)),
            .init("offset", .int(offset)),
            .init("event_id", eventID.map { .string($0) } ?? .null),
            .init("ts", .string(Timestamp.text(ts))),
        ])
    }
}

extension Context {
    /// Names and values in their order.
    package var json: JSONValue { .object(entries.map { .init($0.name, $0.value.json) }) }
}

extension ContextValue {
    package var json: JSONValue {
        switch self {
        case .int(let number): .int(Int64(number))
        case .double(let number): .double(number)
        case .text(let text): .string(text)
        case .bool(let value): .bool(value)
        case .time(let time): .string(Timestamp.text(time))
        case .texts(let texts): .strings(texts)
        }
    }

    /// The value in a line for people.
    package var text: String {
        switch self {
        case .int(let number): Human.count(number)
        case .double(let number): Human.decimal(number, digits: 1)
        case .text(let text): text
        case .bool(let value): value ? "yes" : "no"
        case .time(let time): Timestamp.text(time)
        case .texts(let texts): texts.joined(separator: ", ")
        }
    }
}
