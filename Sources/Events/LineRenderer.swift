import Columns

/// A row that cannot be written as a line: its columns and its shape do not belong together.
package enum LineRenderError: Error, Equatable, CustomStringConvertible {
    /// The row has a shape that is not among those given.
    case unknownShape(number: Int64, known: Int)
    /// `extra` has fewer members than the shape shows, or is no JSON object.
    case badExtra(shape: Int64)

    package var description: String {
        switch self {
        case .unknownShape(let number, let known): "cannot write a line: unexpected shape \(number); got \(known) shapes"
        case .badExtra(let number): "cannot write a line: its unknown fields do not fit shape \(number)"
        }
    }
}

/// Writes rows as the lines from which they were read, byte for byte.
///
/// A row has the number of a shape, or its line stands in `raw`. A row with neither was made by value and is written as
/// `EventLineWriter` does. A renderer is made once for many rows.
package struct LineRenderer: Sendable {
    /// The columns that rows must have.
    package static let fields = EventFields(EventField.allCases.filter { $0 != .source && $0 != .sourceOffset })

    private let templates: [LineTemplate]

    /// - Parameter shapes: by number, those of the rows: `EventColumns.shapes`, or read from where they were kept.
    package init(shapes: [LineShape]) { templates = shapes.map { LineTemplate($0) } }

    /// Appends the line of a row, without a newline. After an error, a part of the line may have been appended.
    package func append(_ columns: EventColumns, row: Int, to out: inout [UInt8]) throws(LineRenderError) {
        let number = columns.shape[row]
        if number == EventColumns.noShape {
            if let raw = columns[.raw].bytes(at: row) { return out.append(contentsOf: raw) }
            EventLineWriter().append(columns, row: row, to: &out)
            out.removeLast()
            return
        }
        guard templates.indices.contains(Int(truncatingIfNeeded: number)), number >= 0 else {
            throw .unknownShape(number: number, known: templates.count)
        }
        if !templates[Int(number)].append(columns, row, to: &out) { throw .badExtra(shape: number) }
    }
}

/// A shape made ready: the bytes between the values.
private struct LineTemplate: Sendable {
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
    private var parts: [Part] = []
    private var keys: [UInt8] = []
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
        case .text, .extra: appendText(part, columns.texts[Int(part.field.rawValue)], row, isFirst: isFirst, &out)
        }
    }

    @inline(__always)
    private func appendText(_ part: Part, _ column: TextColumn, _ row: Int, isFirst: Bool, _ out: inout [UInt8]) {
        let index = column.indices[row]
        guard index != TextColumn.none else { return null(part, isFirst: isFirst, &out) }
        let range = column.dictionary.range(of: Int(index))
        if part.value == .extra {
            // The object without its braces; an empty one shows nothing.
            guard range.count > 2 else { return }
            key(part, isFirst: isFirst, &out)
            out.append(column.dictionary.bytes.span.bytes, range.lowerBound + 1..<range.upperBound - 1)
        } else {
            key(part, isFirst: isFirst, &out)
            shape.escapes.append(column.dictionary.bytes.span.bytes.extracting(range), to: &out)
        }
    }

    @inline(__always)
    private func key(_ part: Part, isFirst: Bool, _ out: inout [UInt8]) {
        out.append(keys.span.bytes, part.start &+ (isFirst ? comma : 0)..<part.end)
    }

    private func null(_ part: Part, isFirst: Bool, _ out: inout [UInt8]) {
        guard part.showsNull else { return }
        key(part, isFirst: isFirst, &out)
        out.append(contentsOf: "null".utf8)
    }
}

/// The members of `extra`, for shapes that show them at several places.
private struct ExtraPieces {
    /// The object and a newline, which `JSONGrammar` needs at the end.
    private(set) var bytes: [UInt8] = []
    private var members: [Range<Int>] = []
    private var used = 0

    var isUsedUp: Bool { used == members.count }

    /// Finds the members; false if the text is no JSON object.
    mutating func split(_ extra: ArraySlice<UInt8>) -> Bool {
        let ended = Array(extra) + [Byte.newline]
        let text = ended.span.bytes
        bytes = ended
        guard text.byte(0) == Byte.openBrace else { return false }
        do throws(LineFault) {
            var at = 1
            while true {
                at = JSONGrammar.afterSpaces(text, at)
                let end = try JSONGrammar.member(text, at)
                members.append(at..<end)
                at = JSONGrammar.afterSpaces(text, end)
                if text.byte(at) == Byte.closeBrace { return at == ended.count - 2 }
                if text.byte(at) != Byte.comma { return false }
                at += 1
            }
        } catch { return false }
    }

    /// The next members and what stands between them; empty for none, nil if there are not so many. Without a number,
    /// those that are left when all other places, `total` members altogether, have theirs.
    mutating func next(_ count: Int?, total: Int) -> Range<Int>? {
        let count = count ?? members.count - total
        guard count >= 0, used + count <= members.count else { return nil }
        guard count > 0 else { return 0..<0 }
        defer { used += count }
        return members[used].lowerBound..<members[used + count - 1].upperBound
    }
}

extension ListStyles {
    /// Appends a list of texts as one of the styles writes it.
    func append(_ list: [UInt32], _ elements: TextDictionary, to out: inout [UInt8]) {
        out.append(Byte.openBracket)
        var isFirst = true
        for element in list {
            if !isFirst {
                out.append(Byte.comma)
                if !contains(.compact) { out.append(Byte.space) }
            }
            isFirst = false
            let range = elements.range(of: Int(element))
            EscapeStyle.minimal.append(elements.bytes.span.bytes.extracting(range), to: &out)
        }
        out.append(Byte.closeBracket)
    }
}
