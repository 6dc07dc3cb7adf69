import Columns

/// A shape made ready: the bytes between the values.
final class LineTemplate: Sendable {
    private struct Part: Sendable {
        enum Value { case ts, event, expiresAt, latency, success, scopes, text, extra }
        var value: Value
        var field: EventField
        /// In `keys`: comma, key and colon.
        var start: Int
        var end: Int
        var showsNull = false
        /// Of members of `extra`, how many; nil for the rest.
        var count: Int?
    }

    private let shape: LineShape
    private let parts: [Part]
    private let keys: [UInt8]
    private let comma: Int
    private let open: [UInt8]
    private let close: [UInt8]
    private let splitsExtra: Bool
    private static let kinds = EventKind.allCases.map { Array("\"\($0.name)\"".utf8) }

    init(_ shape: LineShape) {
        self.shape = shape
        let inside = shape.spacing.contains(.insideBraces) ? " " : ""
        let comma = shape.spacing.contains(.afterComma) ? ", " : ","
        let colon = shape.spacing.contains(.afterColon) ? ": " : ":"
        self.comma = comma.utf8.count
        open = Array(("{" + inside).utf8)
        close = Array((inside + "}" + (shape.endsInReturn ? "\r" : "")).utf8)
        splitsExtra = shape.splitsExtra
        var keys: [UInt8] = []
        var parts: [Part] = []
        for member in shape.members {
            let start = keys.count
            keys += Array(comma.utf8)
            switch member {
            case .named(let name, let showsNull):
                keys += Array("\"\(LineName.texts[Int(name)])\"\(colon)".utf8)
                let field = EventField.allCases[LineName.field(of: Int(name))]
                parts.append(
                    Part(value: Self.value(field), field: field, start: start, end: keys.count, showsNull: showsNull))
            case .extra(let count):
                parts.append(Part(value: .extra, field: .extra, start: start, end: keys.count, count: count))
            }
        }
        self.keys = keys
        self.parts = parts
    }

    private static func value(_ field: EventField) -> Part.Value {
        switch field {
        case .ts: .ts
        case .event: .event
        case .expiresAt: .expiresAt
        case .latencyMS: .latency
        case .success: .success
        case .scopes: .scopes
        default: .text
        }
    }

    /// Appends a row; false if `extra` does not fit.
    func append(_ columns: EventColumns, _ row: Int, to out: inout [UInt8]) -> Bool {
        out.append(contentsOf: open)
        let start = out.count
        var pieces = ExtraPieces()
        if splitsExtra, let extra = columns[.extra].bytes(at: row), !pieces.split(extra) { return false }
        for part in parts {
            if part.value == .extra, splitsExtra {
                guard let range = pieces.next(part.count, total: extraCount) else { return false }
                if !range.isEmpty {
                    key(part, isFirst: out.count == start, &out)
                    out.append(contentsOf: pieces.bytes[range])
                }
            } else {
                append(part, columns, row, isFirst: out.count == start, &out)
            }
        }
        out.append(contentsOf: close)
        return pieces.isUsedUp
    }

    /// How many members of `extra` the parts show that always show the same number.
    private var extraCount: Int { parts.reduce(0) { $0 + ($1.count ?? 0) } }

    @inline(__always)
    private func append(_ part: Part, _ columns: EventColumns, _ row: Int, isFirst: Bool, _ out: inout [UInt8]) {
        switch part.value {
        case .ts:
            key(part, isFirst: isFirst, &out)
            shape.ts.append(columns.ts[row], to: &out)
        case .event:
            key(part, isFirst: isFirst, &out)
            out.append(contentsOf: Self.kinds[Int(columns.event[row])])
        case .expiresAt:
            guard columns.expiresAt[row] != EventColumns.noTime else { return null(part, isFirst: isFirst, &out) }
            key(part, isFirst: isFirst, &out)
            shape.expiresAt.append(columns.expiresAt[row], to: &out)
        case .latency:
            guard columns.latencyMS[row].isFinite else { return null(part, isFirst: isFirst, &out) }
            key(part, isFirst: isFirst, &out)
            shape.latency.append(columns.latencyMS[row], to: &out)
        case .success:
            guard columns.success[row] < 2 else { return null(part, isFirst: isFirst, &out) }
            key(part, isFirst: isFirst, &out)
            out.append(contentsOf: columns.success[row] == 1 ? "true".utf8 : "false".utf8)
        case .scopes:
            let list = columns.scopes.indices[row]
            guard list != TextColumn.none else { return null(part, isFirst: isFirst, &out) }
            key(part, isFirst: isFirst, &out)
            shape.scopes.append(columns.scopes.lists[Int(list)], columns.scopes.elements, to: &out)
        case .text:
            let place = Int(part.field.rawValue)
            let index = columns.texts[place].indices[row]
            guard index != TextColumn.none else { return null(part, isFirst: isFirst, &out) }
            key(part, isFirst: isFirst, &out)
            let bytes = columns.texts[place].dictionary.bytes
            shape.escapes.append(bytes.span.bytes.extracting(Self.range(index, columns, place)), to: &out)
        case .extra:
            let place = Int(EventField.extra.rawValue)
            let index = columns.texts[place].indices[row]
            guard index != TextColumn.none else { return }
            // The object without its braces; an empty one shows nothing.
            let range = Self.range(index, columns, place)
            guard range.count > 2 else { return }
            key(part, isFirst: isFirst, &out)
            let bytes = columns.texts[place].dictionary.bytes
            out.append(bytes.span.bytes, range.lowerBound &+ 1..<range.upperBound &- 1)
        }
    }

    /// Where an entry lies in a dictionary. Asked in this way the column is not copied, which costs more than a text.
    @inline(__always)
    private static func range(_ index: UInt32, _ columns: EventColumns, _ place: Int) -> Range<Int> {
        let start = index == 0 ? 0 : Int(columns.texts[place].dictionary.ends[Int(index) &- 1])
        return start..<Int(columns.texts[place].dictionary.ends[Int(index)])
    }

    @inline(__always)
    private func key(_ part: Part, isFirst: Bool, _ out: inout [UInt8]) {
        let range = part.start &+ (isFirst ? comma : 0)..<part.end
        keys.withUnsafeBufferPointer { out.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
    }

    private func null(_ part: Part, isFirst: Bool, _ out: inout [UInt8]) {
        guard part.showsNull else { return }
        key(part, isFirst: isFirst, &out)
        out.append(contentsOf: "null".utf8)
    }
}
