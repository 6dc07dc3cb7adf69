internal import Events

/// An event that is to be written.
struct MappedEvent {
    var kind: EventKind
    var time: Int64
    /// How many events the record has given before.
    var number: Int
    var rule: MappedRule?
}

/// Writes an event that a record gives as a line of our own format, with a newline.
struct MappedLineWriter: Sendable {
    private static let kinds = EventKind.allCases.map { Array(",\"event\":\"\($0.name)\"".utf8) }
    private static let keys = EventField.allCases.map { Array(",\"\($0.name)\":".utf8) }

    func append(
        _ event: MappedEvent, _ mapping: Mapping, _ values: inout ValueReader, _ reference: Int64,
        to out: inout [UInt8]
    ) {
        out.append(contentsOf: "{\"ts\":\"".utf8)
        Timestamp.append(event.time, to: &out)
        out.append(Byte.quote)
        out += Self.kinds[Int(event.kind.rawValue)]
        if let id = mapping.eventID, var text = values.text(id) {
            // Of several events of one record each has an id of its own.
            if event.number > 0 { text += Array("#\(event.number)".utf8) }
            Self.append(text: text, .eventID, &out)
        }
        var extra: [(name: [UInt8], text: [UInt8])] = []
        var written = EventFields([.ts, .event, .eventID])
        let own = event.rule?.fields ?? []
        for (field, value) in own {
            if written.contains(field) { continue }
            if let value, append(value, &values, reference, &out, &extra) { written.insert(EventFields(field)) }
            if value == nil { written.insert(EventFields(field)) }
        }
        for value in mapping.fields where !written.contains(value.field) {
            if append(value, &values, reference, &out, &extra) { written.insert(EventFields(value.field)) }
        }
        if !written.contains(.tokenID), let session = event.rule?.session ?? mapping.session,
            let text = values.text(session)
        {
            Self.append(text: Array("session:".utf8) + text, .tokenID, &out)
            if !written.contains(.kind) { Self.append(text: Array("session".utf8), .kind, &out) }
        }
        for (name, value) in mapping.extra { if let text = values.text(value) { extra.append((name, text)) } }
        for (name, text) in extra {
            out.append(Byte.comma)
            JSONText.escape(name[...], into: &out)
            out.append(Byte.colon)
            JSONText.escape(text[...], into: &out)
        }
        out += [Byte.closeBrace, Byte.newline]
    }

    /// Appends a field; false if it has no value.
    private func append(
        _ field: MappedField, _ values: inout ValueReader, _ reference: Int64, _ out: inout [UInt8],
        _ extra: inout [(name: [UInt8], text: [UInt8])]
    ) -> Bool {
        switch field.field {
        case .scopes:
            guard let list = values.list(field.value) else { return false }
            out += Self.keys[Int(field.field.rawValue)]
            out.append(Byte.openBracket)
            for (place, text) in list.enumerated() {
                if place > 0 { out.append(Byte.comma) }
                JSONText.escape(text[...], into: &out)
            }
            out.append(Byte.closeBracket)
        case .expiresAt:
            guard let text = values.text(field.value),
                let time = field.timeForm.read(text[...], reference: reference)
            else { return false }
            Self.append(text: Timestamp.bytes(time), .expiresAt, &out)
        case .latencyMS:
            guard let text = values.text(field.value), let number = Double(String(decoding: text, as: UTF8.self)),
                number.isFinite, number >= 0
            else { return false }
            out += Self.keys[Int(field.field.rawValue)]
            out += Array((number == number.rounded() && number < 1e15 ? "\(Int64(number))" : "\(number)").utf8)
        case .success:
            guard let text = values.text(field.value) else { return false }
            let word = String(decoding: text.map(\.lowercasedASCII), as: UTF8.self)
            guard word == "true" || word == "false" else { return false }
            out += Self.keys[Int(field.field.rawValue)]
            out += Array(word.utf8)
        case .ip:
            guard let text = values.text(field.value) else { return false }
            guard Self.isAddress(text) else {
                extra.append((Array("source_name".utf8), text))
                return false
            }
            Self.append(text: text, .ip, &out)
        default:
            switch values.inPlace(field.value) {
            case .absent: return false
            case .string(let record, let range):
                out += Self.keys[Int(field.field.rawValue)]
                values.append(record, range, to: &out)
            case .other:
                guard let text = values.text(field.value) else { return false }
                Self.append(text: text, field.field, &out)
            }
        }
        return true
    }

    /// Whether a text is an address, or a list of them as proxies write it.
    private static func isAddress(_ text: [UInt8]) -> Bool {
        text.split { $0 == Byte.comma || $0 == Byte.space }.contains { IPKey(bytes: $0) != nil }
    }

    private static func append(text: [UInt8], _ field: EventField, _ out: inout [UInt8]) {
        out += keys[Int(field.rawValue)]
        // A pattern may have cut a character in two; the record is kept as it is.
        let isText = text.allSatisfy { $0 < 0x80 } || String(validating: text, as: UTF8.self) != nil
        JSONText.escape(isText ? text[...] : Array(String(decoding: text, as: UTF8.self).utf8)[...], into: &out)
    }
}
