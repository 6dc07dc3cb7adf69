/// One value of a table. What it means (a count, bytes, a span of time) is said by its column.
///
/// Literals make cells: `["203.0.113.9", 1234, 0.5, nil, ["expired", "unknown"]]`.
package enum Cell: Sendable, Equatable {
    case null
    /// Text as it was logged; formats make it safe. Also times, as RFC 3339.
    case text(String)
    case integer(Int64)
    case decimal(Double)
    case bool(Bool)
    /// Several texts in one cell: an array in JSON, joined elsewhere.
    case texts([String])
    /// Anything nested: itself in JSON, compact JSON text elsewhere.
    case json(JSONValue)

    /// A text or nothing.
    package init(_ text: String?) { self = text.map { .text($0) } ?? .null }

    /// A whole number or nothing.
    package init(_ value: Int64?) { self = value.map { .integer($0) } ?? .null }

    /// A whole number or nothing.
    package init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }

    /// A number or nothing.
    package init(_ value: Double?) { self = value.map { .decimal($0) } ?? .null }

    /// A truth value or nothing.
    package init(_ value: Bool?) { self = value.map { .bool($0) } ?? .null }

    /// The cell as a JSON value; text and numbers exactly as they are.
    package var json: JSONValue {
        switch self {
        case .null: .null
        case .text(let text): .string(text)
        case .integer(let value): .int(value)
        case .decimal(let value): value.isFinite ? .double(value) : .null
        case .bool(let value): .bool(value)
        case .texts(let texts): .strings(texts)
        case .json(let value): value
        }
    }
}

extension Cell: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .decimal(value) }
    package init(stringLiteral value: String) { self = .text(value) }
    package init(arrayLiteral elements: String...) { self = .texts(elements) }
}

extension Cell {
    /// The cell as text without loss: numbers in full, texts raw. Several texts are joined by `separator`.
    func exactText(separator: String) -> String {
        switch self {
        case .null: ""
        case .text(let text): text
        case .integer(let value): String(value)
        case .decimal(let value): value.isFinite ? value.description : ""
        case .bool(let value): value ? "true" : "false"
        case .texts(let texts): texts.joined(separator: separator)
        case .json(let value): value.json()
        }
    }

    /// Numbers in full, but decimals with the digits of their column: for aligned text in a pipe, and for Markdown.
    func alignedText(_ kind: Table.Kind) -> String {
        guard case .decimal(let digits) = kind, let number, number.isFinite else { return exactText(separator: ", ") }
        return Human.decimal(number, digits: digits, separators: false)
    }

    /// The cell for eyes: thousands separators, units, times without their zone.
    func humanText(_ kind: Table.Kind) -> String {
        switch (kind, self) {
        case (.time, .text(let text)): Self.clockText(text)
        case (.bytes, .integer(let value)): Human.bytes(value)
        case (.duration(let unit), .integer(let value)): unit.text(value)
        case (.duration(let unit), .decimal(let value)): unit.text(value)
        case (.decimal(let digits), _) where number?.isFinite == true: Human.decimal(number ?? 0, digits: digits)
        case (_, .integer(let value)) where kind.isNumber: Human.count(value)
        default: exactText(separator: ", ")
        }
    }

    private var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .decimal(let value): value
        default: nil
        }
    }

    /// `2026-04-26T00:11:41.212Z` becomes `2026-04-26 00:11:41`; anything that is not RFC 3339 in UTC stays as it is.
    private static func clockText(_ text: String) -> String {
        var bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z"),
            bytes[19] == UInt8(ascii: ".") || bytes.count == 20,
            bytes[20...].dropLast().allSatisfy({ (0x30...0x39).contains($0) })
        else { return text }
        bytes[10] = 0x20
        return String(decoding: bytes[..<19], as: UTF8.self)
    }
}
