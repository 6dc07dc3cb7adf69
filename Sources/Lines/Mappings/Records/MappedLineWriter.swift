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
///
/// Texts are made in memory of the writer's own, which serves again for each.
struct MappedLineWriter: Sendable {
    private static let kinds = EventKind.allCases.map { Array(",\"event\":\"\($0.name)\"".utf8) }
    private static let keys = EventField.allCases.map { Array(",\"\($0.name)\":".utf8) }
    private static let session = Array("session".utf8)
    private static let sourceName = Array("source_name".utf8)

    // Copies, because a global constant costs a check at every use.
    private let kinds = Self.kinds
    private let keys = Self.keys
    private var text: [UInt8] = []
    /// Members that no field of events has, as they are written, each behind a comma.
    private var extra: [UInt8] = []

    mutating func append(
        _ event: MappedEvent, _ mapping: Mapping, _ values: inout ValueReader, _ reference: Int64,
        to out: inout [UInt8]
    ) {
        out.append(contentsOf: "{\"ts\":\"".utf8)
        Timestamp.append(event.time, to: &out)
        out.append(Byte.quote)
        out += kinds[Int(event.kind.rawValue)]
        extra.removeAll(keepingCapacity: true)
        appendID(event, mapping, &values, &out)
        var written = EventFields([.ts, .event, .eventID])
        if let rule = event.rule {
            for place in rule.fields.indices where !written.contains(rule.fields[place].field) {
                let value = rule.fields[place].value
                let isDone = value.map { append($0, &values, reference, &out) } ?? true
                if isDone { written.insert(EventFields(rule.fields[place].field)) }
            }
        }
        for place in mapping.fields.indices where !written.contains(mapping.fields[place].field) {
            if append(mapping.fields[place], &values, reference, &out) {
                written.insert(EventFields(mapping.fields[place].field))
            }
        }
        if !written.contains(.tokenID), let session = event.rule?.session ?? mapping.session {
            appendSession(session, hasKind: written.contains(.kind), &values, &out)
        }
        for place in mapping.extra.indices where take(mapping.extra[place].value, &values) {
            appendExtra(mapping.extra[place].name)
        }
        out += extra
        out.append(Byte.closeBrace)
        out.append(Byte.newline)
    }

    /// Of several events of one record each has an id of its own.
    private mutating func appendID(
        _ event: MappedEvent, _ mapping: Mapping, _ values: inout ValueReader, _ out: inout [UInt8]
    ) {
        guard let id = mapping.eventID, take(id, &values) else { return }
        if event.number > 0 { text += Array("#\(event.number)".utf8) }
        appendText(.eventID, &out)
    }

    private mutating func appendSession(
        _ session: MappedValue, hasKind: Bool, _ values: inout ValueReader, _ out: inout [UInt8]
    ) {
        text.removeAll(keepingCapacity: true)
        text.append(contentsOf: "session:".utf8)
        guard values.append(session, to: &text) else { return }
        appendText(.tokenID, &out)
        guard !hasKind else { return }
        text.removeAll(keepingCapacity: true)
        text += Self.session
        appendText(.kind, &out)
    }

    /// Appends a field; false if it has no value.
    private mutating func append(
        _ field: MappedField, _ values: inout ValueReader, _ reference: Int64, _ out: inout [UInt8]
    ) -> Bool {
        switch field.field {
        case .scopes: return appendScopes(field, &values, &out)
        case .expiresAt:
            guard take(field.value, &values), let time = field.timeForm.read(text[...], reference: reference) else {
                return false
            }
            text.removeAll(keepingCapacity: true)
            Timestamp.append(time, to: &text)
            appendText(.expiresAt, &out)
        case .latencyMS: return appendLatency(field, &values, &out)
        case .success:
            guard take(field.value, &values) else { return false }
            let isTrue = Self.isWord(text, "true")
            guard isTrue || Self.isWord(text, "false") else { return false }
            out += keys[Int(field.field.rawValue)]
            out.append(contentsOf: (isTrue ? "true" : "false").utf8)
        case .ip:
            guard take(field.value, &values) else { return false }
            guard Self.isAddress(text) else {
                appendExtra(Self.sourceName)
                return false
            }
            appendText(.ip, &out)
        default:
            switch values.inPlace(field.value) {
            case .absent: return false
            case .string(let range):
                out += keys[Int(field.field.rawValue)]
                values.append(range, to: &out)
            case .other:
                guard take(field.value, &values) else { return false }
                appendText(field.field, &out)
            }
        }
        return true
    }

    private func appendScopes(_ field: MappedField, _ values: inout ValueReader, _ out: inout [UInt8]) -> Bool {
        guard let list = values.list(field.value) else { return false }
        out += keys[Int(field.field.rawValue)]
        out.append(Byte.openBracket)
        for (place, text) in list.enumerated() {
            if place > 0 { out.append(Byte.comma) }
            JSONText.escape(text[...], into: &out)
        }
        out.append(Byte.closeBracket)
        return true
    }

    private mutating func appendLatency(
        _ field: MappedField, _ values: inout ValueReader, _ out: inout [UInt8]
    ) -> Bool {
        guard take(field.value, &values), let number = Double(String(decoding: text, as: UTF8.self)),
            number.isFinite, number >= 0
        else { return false }
        out += keys[Int(field.field.rawValue)]
        out += Array((number == number.rounded() && number < 1e15 ? "\(Int64(number))" : "\(number)").utf8)
        return true
    }

    // MARK: Texts

    /// Makes a value the text that is to be written; false if it has none.
    private mutating func take(_ value: MappedValue, _ values: inout ValueReader) -> Bool {
        text.removeAll(keepingCapacity: true)
        return values.append(value, to: &text)
    }

    private func appendText(_ field: EventField, _ out: inout [UInt8]) {
        out += keys[Int(field.rawValue)]
        // A pattern may have cut a character in two; the record is kept as it is.
        let isText = text.allSatisfy { $0 < 0x80 } || String(validating: text, as: UTF8.self) != nil
        JSONText.escape(isText ? text[...] : Array(String(decoding: text, as: UTF8.self).utf8)[...], into: &out)
    }

    private mutating func appendExtra(_ name: [UInt8]) {
        extra.append(Byte.comma)
        JSONText.escape(name[...], into: &extra)
        extra.append(Byte.colon)
        JSONText.escape(text[...], into: &extra)
    }

    /// Whether a text is a word in any case.
    private static func isWord(_ text: [UInt8], _ word: String) -> Bool {
        text.count == word.utf8.count && zip(text, word.utf8).allSatisfy { $0.lowercasedASCII == $1 }
    }

    /// Whether a text is an address, or a list of them as proxies write it.
    private static func isAddress(_ text: [UInt8]) -> Bool {
        let isBetween = { (byte: UInt8) in byte == Byte.comma || byte == Byte.space }
        guard text.contains(where: isBetween) else { return IPKey(bytes: text[...]) != nil }
        return text.split(whereSeparator: isBetween).contains { IPKey(bytes: $0) != nil }
    }
}
