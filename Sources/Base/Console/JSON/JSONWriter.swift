/// Writes JSON (RFC 8259) as UTF-8 bytes into a buffer that grows.
///
/// The output is lossless and safe to show: control characters, line separators, bidirectional controls and other
/// invisible characters are written as `\uXXXX`, everything else as itself. Doubles are written with the fewest digits
/// that read back to the same value; a value that is not finite becomes `null`, because JSON has no word for it.
package struct JSONWriter: Sendable {
    /// How members and elements are set out.
    package enum Layout: Sendable {
        /// No white space at all.
        case compact
        /// One member or element a line, two spaces an indent, no newline at the end.
        case pretty
    }

    /// Everything written so far.
    package private(set) var bytes: [UInt8] = []
    private let layout: Layout

    package init(_ layout: Layout = .compact) { self.layout = layout }

    /// Adds one value.
    package mutating func write(_ value: JSONValue) { append(value, depth: 0) }

    /// Adds text that is JSON already, or the white space between values.
    package mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// Adds a string with its quotes.
    package mutating func string(_ text: String) { Self.append(text, to: &bytes) }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ value: JSONValue, depth: Int) {
        switch value {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .int(let value): raw(String(value))
        case .double(let value): raw(Self.text(value))
        case .string(let text): string(text)
        case .array(let elements):
            list(elements, open: "[", close: "]", depth: depth) { $0.append($1, depth: depth + 1) }
        case .object(let members):
            list(members, open: "{", close: "}", depth: depth) { writer, member in
                writer.string(member.key)
                writer.raw(writer.layout == .pretty ? ": " : ":")
                writer.append(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func list<Item>(
        _ items: [Item], open: String, close: String, depth: Int, each: (inout JSONWriter, Item) -> Void
    ) {
        raw(open)
        for (place, item) in items.enumerated() {
            if place > 0 { raw(",") }
            breakLine(depth + 1)
            each(&self, item)
        }
        if !items.isEmpty { breakLine(depth) }
        raw(close)
    }

    mutating func breakLine(_ depth: Int) {
        guard layout == .pretty else { return }
        bytes.append(0x0A)
        for _ in 0..<depth * 2 { bytes.append(0x20) }
    }

    /// A double as JSON: the shortest digits that read back to it, or `null`.
    package static func text(_ value: Double) -> String { value.isFinite ? value.description : "null" }

    /// Adds a quoted string to bytes that are built elsewhere, as for a line of NDJSON.
    package static func append(_ text: String, to out: inout [UInt8]) {
        out.append(0x22)
        UTF8Walk.copy(text, to: &out, stopping: { $0 == 0x22 || $0 == 0x5C }) { scalar, out in
            switch scalar {
            case 0x22, 0x5C: out.append(0x5C); out.append(UInt8(scalar))
            case 0x08: out.append(contentsOf: [0x5C, 0x62])
            case 0x09: out.append(contentsOf: [0x5C, 0x74])
            case 0x0A: out.append(contentsOf: [0x5C, 0x6E])
            case 0x0C: out.append(contentsOf: [0x5C, 0x66])
            case 0x0D: out.append(contentsOf: [0x5C, 0x72])
            default: appendEscape(scalar, to: &out)
            }
        }
        out.append(0x22)
    }

    /// JSON that somebody else wrote, as bytes that are safe to show: what `string` would have escaped is escaped, and
    /// white space between its values is blanks; newlines stay. It means what it meant.
    package static func shown(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 >= 0x7F || $0 < 0x20 && $0 != 0x0A }) else { return json }
        var out: [UInt8] = []
        out.reserveCapacity(json.count + json.count / 8)
        UTF8Walk.copy(String(decoding: json, as: UTF8.self), to: &out, stopping: { _ in false }) { scalar, out in
            switch scalar {
            case 0x0A: out.append(0x0A)
            case ..<0x20: out.append(0x20)
            default: appendEscape(scalar, to: &out)
            }
        }
        return out
    }

    private static func appendEscape(_ scalar: UInt32, to out: inout [UInt8]) {
        guard scalar > 0xFFFF else { return appendUnit(scalar, to: &out) }
        appendUnit(0xD800 + (scalar - 0x10000) >> 10, to: &out)
        appendUnit(0xDC00 + (scalar - 0x10000) & 0x3FF, to: &out)
    }

    private static func appendUnit(_ unit: UInt32, to out: inout [UInt8]) {
        out.append(0x5C)
        out.append(0x75)
        for shift in stride(from: 12, through: 0, by: -4) { out.append(hexDigit(unit >> UInt32(shift) & 15)) }
    }

    private static func hexDigit(_ value: UInt32) -> UInt8 { UInt8(value < 10 ? 0x30 + value : 0x57 + value) }
}

extension JSONValue {
    /// The value as JSON text.
    package func json(_ layout: JSONWriter.Layout = .compact) -> String {
        var writer = JSONWriter(layout)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
