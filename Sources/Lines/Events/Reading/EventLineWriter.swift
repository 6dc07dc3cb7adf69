import Columns

/// Writes events as canonical NDJSON: fields in the order of `EventField`, absent ones left out, then a newline.
///
/// Reading such a line gives the same event again. Times are RFC 3339 in UTC, a latency has the fewest digits that
/// mean the same number, texts are escaped as `JSONText.escape` says, and the members of `extra` stand as they came.
///
/// No two members have a name that is ours: many readers take the last of them, and a line could say one address to the
/// detectors and another to whoever reads the export. If an unknown member of a line has the name of a field that is
/// written, or two have that of one that is not, all of its unknown members stand in an object `extra`.
package struct EventLineWriter: Sendable {
    /// Whether `source` and `source_offset` are written too, after the other fields and before `extra`.
    package var includesSource = false

    package init(includesSource: Bool = false) { self.includesSource = includesSource }

    /// Appends the line of a row. The batch must hold all columns.
    package func append(_ columns: EventColumns, row: Int, to out: inout [UInt8]) {
        out.append(Byte.openBrace)
        Self.key(.ts, &out)
        Self.time(columns.ts[row], &out)
        Self.key(.event, &out)
        Self.text(Self.kinds[Int(columns.event[row])], &out)
        var written = EventFields([.ts, .event])
        for field in Self.fields where Self.append(field, columns, row, &out) { written.insert(EventFields(field)) }
        if includesSource {
            if let source = columns[.source].bytes(at: row) {
                Self.key(.source, &out)
                Self.text(source, &out)
                written.insert(EventFields(.source))
            }
            Self.key(.sourceOffset, &out)
            out.append(contentsOf: String(columns.sourceOffset[row]).utf8)
            written.insert(EventFields(.sourceOffset))
        }
        if let extra = columns[.extra].bytes(at: row), extra.count > 2 {
            if Self.repeatsName(extra, written) {
                Self.key(.extra, &out)
                out.append(contentsOf: extra)
            } else {
                out.append(Byte.comma)
                out.append(contentsOf: extra.dropFirst().dropLast())
            }
        }
        out.append(Byte.closeBrace)
        out.append(Byte.newline)
    }

    /// All but `ts` and `event`, which every line has, and our own.
    private static let fields = Array(EventField.allCases.dropFirst(2).prefix(LineName.fieldCount - 2))
    private static let kinds = EventKind.allCases.map { ArraySlice($0.name.utf8) }
    private static let keys = EventField.allCases.map { Array(",\"\($0.name)\":".utf8) }

    /// Whether the row has a value there, which is written then.
    private static func append(_ field: EventField, _ columns: EventColumns, _ row: Int, _ out: inout [UInt8]) -> Bool {
        switch field {
        case .expiresAt:
            guard columns.expiresAt[row] != EventColumns.noTime else { return false }
            key(field, &out)
            time(columns.expiresAt[row], &out)
        case .latencyMS:
            guard columns.latencyMS[row].isFinite else { return false }
            key(field, &out)
            number(columns.latencyMS[row], &out)
        case .success:
            guard columns.success[row] < 2 else { return false }
            key(field, &out)
            out.append(contentsOf: columns.success[row] == 1 ? "true".utf8 : "false".utf8)
        case .scopes:
            let index = columns.scopes.indices[row]
            guard index != TextColumn.none else { return false }
            key(field, &out)
            list(columns.scopes.lists[Int(index)], columns.scopes.elements, &out)
        default:
            guard let value = columns[field].bytes(at: row) else { return false }
            key(field, &out)
            text(value, &out)
        }
        return true
    }

    /// Appends a key, with its comma unless it is the first.
    private static func key(_ field: EventField, _ out: inout [UInt8]) {
        let text = keys[Int(field.rawValue)]
        out.append(contentsOf: field == .ts ? text.dropFirst() : text[...])
    }

    /// Whether an unknown member has the name of a field that is written, or two have the name of one that is not,
    /// however they are escaped.
    private static func repeatsName(_ extra: ArraySlice<UInt8>, _ written: EventFields) -> Bool {
        var pieces = ExtraPieces()
        guard pieces.split(extra) else { return true }
        var met = written
        return pieces.names.contains { name in
            guard let field = fieldsByName[name] else { return false }
            return !met.insert(EventFields(field)).inserted
        }
    }

    private static let fieldsByName = Dictionary(
        uniqueKeysWithValues: (Array(EventField.allCases.prefix(LineName.fieldCount)) + [.source, .sourceOffset]).map {
            (Array($0.name.utf8), $0)
        })

    private static func text(_ value: ArraySlice<UInt8>, _ out: inout [UInt8]) { JSONText.escape(value, into: &out) }

    private static func time(_ value: Int64, _ out: inout [UInt8]) {
        out.append(Byte.quote)
        Timestamp.append(value, to: &out)
        out.append(Byte.quote)
    }

    /// Appends a number as Swift describes it, the shortest that reads back equal, without an empty fraction.
    private static func number(_ value: Double, _ out: inout [UInt8]) {
        let text = value.description
        out.append(contentsOf: text.hasSuffix(".0") ? text.dropLast(2).utf8 : text[...].utf8)
    }

    private static func list(_ list: [UInt32], _ elements: TextDictionary, _ out: inout [UInt8]) {
        out.append(Byte.openBracket)
        for (place, element) in list.enumerated() {
            if place > 0 { out.append(Byte.comma) }
            text(elements.slice(at: Int(element)), &out)
        }
        out.append(Byte.closeBracket)
    }
}
