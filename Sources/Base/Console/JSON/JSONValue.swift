/// One JSON value. Objects keep the order of their members, and duplicate keys, exactly as they were written.
///
/// Literals make values: `["report": "failed-by-ip", "window_seconds": 3600, "since": nil]`.
/// Equality is exact: texts by their bytes (composed and decomposed letters differ), doubles by their bits,
/// objects by the order of their members.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A whole number without fraction or exponent.
    case int(Int64)
    /// Any other number. A value that is not finite is written as `null`.
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// One key of an object and what it holds.
    package struct Member: Sendable, Equatable {
        package var key: String
        package var value: JSONValue

        package init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }

        package static func == (left: Member, right: Member) -> Bool {
            left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
        }
    }
}

extension JSONValue {
    /// The value of the first member with this key, or nil if this is no object or has no such member.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The element at this place, or nil if this is no array or is too short.
    package subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The text, or nil if this is no string.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The whole number, or nil if this is none that fits 64 bits.
    package var integer: Int64? {
        switch self {
        case .int(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// The number as a double, or nil if this is no number. Whole numbers beyond 2^53 lose their last digits.
    package var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// The truth value, or nil if this is none.
    package var boolean: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements in order, or nil if this is no array.
    package var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members in order, or nil if this is no object.
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// True only for `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// An array of strings.
    package static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}

extension JSONValue: Equatable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left.bitPattern == right.bitPattern
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
