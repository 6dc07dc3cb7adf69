/// Reads JSON text (RFC 8259) strictly: no trailing comma, no comment, no byte order mark, no second value, no raw
/// control character, no lone surrogate, no invalid UTF-8, no number beyond the range of a double, and no more than
/// `maximumDepth` arrays and objects inside one another.
///
/// Whole numbers that fit are `.int`, all others `.double`; duplicate keys are kept in order.
package struct JSONParser {
    /// Arrays and objects inside one another; deeper text is refused, so that no input can exhaust the stack.
    package static let maximumDepth = 64

    private let bytes: [UInt8]
    private var at = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one value that the text holds.
    package static func parse(_ text: String) throws(ConsoleError) -> JSONValue { try parse(bytes: Array(text.utf8)) }

    /// The one value that the bytes hold.
    package static func parse(bytes: [UInt8]) throws(ConsoleError) -> JSONValue {
        var parser = JSONParser(bytes)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.at == bytes.count else {
            throw parser.failure("unexpected \(parser.found) after the value; want the end of the text")
        }
        return value
    }

    private mutating func value() throws(ConsoleError) -> JSONValue {
        switch peek ?? 0 {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): .string(try string())
        case UInt8(ascii: "t"): try word("true", .bool(true))
        case UInt8(ascii: "f"): try word("false", .bool(false))
        case UInt8(ascii: "n"): try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw failure("unexpected \(found); want a value")
        }
    }

    // MARK: Arrays and objects

    private mutating func array() throws(ConsoleError) -> JSONValue {
        var elements: [JSONValue] = []
        try enter()
        if take("]") { return leave(.array([])) }
        repeat {
            skipSpace()
            elements.append(try value())
            skipSpace()
        } while take(",")
        guard take("]") else { throw failure("unexpected \(found) in an array; want `,` or `]`") }
        return leave(.array(elements))
    }

    private mutating func object() throws(ConsoleError) -> JSONValue {
        var members: [JSONValue.Member] = []
        try enter()
        if take("}") { return leave(.object([])) }
        repeat {
            skipSpace()
            members.append(try member())
            skipSpace()
        } while take(",")
        guard take("}") else { throw failure("unexpected \(found) in an object; want `,` or `}`") }
        return leave(.object(members))
    }

    private mutating func member() throws(ConsoleError) -> JSONValue.Member {
        guard peek == UInt8(ascii: "\"") else { throw failure("unexpected \(found) in an object; want a quoted key") }
        let key = try string()
        skipSpace()
        guard take(":") else { throw failure("unexpected \(found) after a key; want `:`") }
        skipSpace()
        return JSONValue.Member(key, try value())
    }

    private mutating func enter() throws(ConsoleError) {
        guard depth < Self.maximumDepth else {
            throw failure("arrays and objects lie more than \(Self.maximumDepth) deep; want fewer levels")
        }
        depth += 1
        at += 1
        skipSpace()
    }

    private mutating func leave(_ value: JSONValue) -> JSONValue {
        depth -= 1
        return value
    }

    // MARK: Strings

    private mutating func string() throws(ConsoleError) -> String {
        let start = at
        var text: [UInt8] = []
        at += 1
        var run = at
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw failure("unexpected \(found) inside a string; want it escaped") }
            guard byte == UInt8(ascii: "\\") else {
                at += 1
                continue
            }
            text.append(contentsOf: bytes[run..<at])
            try escape(to: &text)
            run = at
        }
        guard peek != nil else { throw failure("a string has no end; want a closing quote", at: start) }
        text.append(contentsOf: bytes[run..<at])
        at += 1
        guard let string = String(validating: text, as: UTF8.self) else {
            throw failure("a string is not valid UTF-8; want UTF-8 throughout", at: start)
        }
        return string
    }

    private mutating func escape(to text: inout [UInt8]) throws(ConsoleError) {
        let start = at
        at += 1
        let byte = peek
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[at - 1])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape(from: start, to: &text)
        default: throw failure(#"an unknown escape in a string; want one of \" \\ \/ \b \f \n \r \t \u"#, at: start)
        }
    }

    private mutating func unicodeEscape(from start: Int, to text: inout [UInt8]) throws(ConsoleError) {
        var scalar = try fourDigits(from: start)
        if (0xD800...0xDBFF).contains(scalar), peek == UInt8(ascii: "\\"), at + 1 < bytes.count,
            bytes[at + 1] == UInt8(ascii: "u")
        {
            at += 2
            let low = try fourDigits(from: start)
            guard (0xDC00...0xDFFF).contains(low) else { throw loneSurrogate(at: start) }
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let valid = Unicode.Scalar(scalar) else { throw loneSurrogate(at: start) }
        text.append(contentsOf: String(Character(valid)).utf8)
    }

    private mutating func fourDigits(from start: Int) throws(ConsoleError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw failure("an escape \\u is cut short; want four hexadecimal digits", at: start)
            }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }

    private func loneSurrogate(at start: Int) -> ConsoleError {
        failure("half of a surrogate pair stands alone; want both halves", at: start)
    }

    // MARK: Numbers and words

    private mutating func number() throws(ConsoleError) -> JSONValue {
        let start = at
        let negative = take("-")
        if !take("0") { try digits() }
        var whole = true
        if take(".") {
            whole = false
            try digits()
        }
        if take("e") || take("E") {
            whole = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        // -0 is a double: an integer has no negative zero, and the sign would be lost.
        if whole, let integer = Int64(text), !(negative && integer == 0) { return .int(integer) }
        guard let double = Double(text), double.isFinite else {
            throw failure("a number is beyond the range of a double; want it below 1.8e308", at: start)
        }
        return .double(double)
    }

    private mutating func digits() throws(ConsoleError) {
        let start = at
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        guard at > start else { throw failure("unexpected \(found) in a number; want a digit") }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(ConsoleError) -> JSONValue {
        let start = at
        for wanted in word.utf8 {
            guard peek == wanted else {
                throw failure("an unknown word; want true, false or null", at: start)
            }
            at += 1
        }
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard let byte = peek, UInt32(byte) == wanted.value else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    /// The byte that stands here, as a message may show it.
    private var found: String {
        guard let byte = peek else { return "end of the text" }
        return byte > 0x20 && byte < 0x7F ? "`\(Unicode.Scalar(byte))`" : "byte 0x" + String(byte, radix: 16)
    }

    private func failure(_ reason: String, at place: Int? = nil) -> ConsoleError {
        let before = bytes[..<min(place ?? at, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        return .notJSON(line: line, column: column, reason: reason)
    }
}
