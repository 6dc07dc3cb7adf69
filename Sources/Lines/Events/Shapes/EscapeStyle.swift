/// What a producer escapes in texts besides quotes, backslashes and control characters. The escapes themselves are
/// `\b \f \n \r \t` and else `\u` with hexadecimal digits in lower case.
struct EscapeStyle: OptionSet, Sendable, BitwiseCopyable {
    let rawValue: UInt8

    /// What JSON demands, as most producers have it.
    static var minimal: EscapeStyle { [] }
    /// All that is not ASCII, and DEL: Python.
    static var ascii: EscapeStyle { EscapeStyle(rawValue: 1) }
    /// `\/`, together with all that is not ASCII: PHP.
    static var asciiAndSlash: EscapeStyle { EscapeStyle(rawValue: 3) }
    /// `<`, `>`, `&` and the separators U+2028 and U+2029: Go.
    static var html: EscapeStyle { EscapeStyle(rawValue: 4) }

    /// All, in the order in which they are tried; with the names that a shape's text uses.
    static let known: [(name: String, style: EscapeStyle)] = [
        ("minimal", .minimal), ("ascii", .ascii), ("ascii_slash", .asciiAndSlash), ("html", .html),
    ]

    /// Appends a text as a JSON string, with its quotes.
    @inline(__always)
    func append(_ text: RawSpan, to out: inout [UInt8]) {
        out.append(Byte.quote)
        if self == .minimal, Self.isPlain(text) {
            text.withUnsafeBytes { out.append(contentsOf: $0) }
        } else {
            appendEscaped(text, to: &out)
        }
        out.append(Byte.quote)
    }

    /// Whether a text has nothing that JSON demands to be escaped.
    @inline(__always)
    private static func isPlain(_ text: RawSpan) -> Bool {
        let count = text.byteCount
        var at = 0
        while at &+ 8 <= count {
            if marks(text.word(at)) != 0 { return false }
            at &+= 8
        }
        if at == count { return true }
        if count >= 8 { return marks(text.word(count &- 8)) == 0 }
        // What is missing is filled up with the digit 0.
        var word: UInt64 = 0x3030_3030_3030_3030
        while at < count {
            word = word << 8 | UInt64(text.byte(at))
            at &+= 1
        }
        return marks(word) == 0
    }

    /// Not 0 if one of eight bytes is a quote, a backslash or a control character.
    @inline(__always)
    private static func marks(_ word: UInt64) -> UInt64 {
        let quotes = word ^ 0x2222_2222_2222_2222
        let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
        return
            ((quotes &- 0x0101_0101_0101_0101) & ~quotes
            | (backslashes &- 0x0101_0101_0101_0101) & ~backslashes
            | (word &- 0x2020_2020_2020_2020) & ~word) & 0x8080_8080_8080_8080
    }

    @inline(never)
    private func appendEscaped(_ text: RawSpan, to out: inout [UInt8]) {
        var at = 0
        while at < text.byteCount {
            let byte = text.byte(at)
            if byte < 0x80 {
                append(ascii: byte, to: &out)
                at += 1
            } else if let end = SecretMark.end(in: text, at: at) {
                // No producer wrote it: it stands in every line as it is.
                out.append(text, at..<end)
                at = end
            } else {
                let length = max(1, UTF8Check.length(text, at))
                append(other: text, at..<at + length, to: &out)
                at += length
            }
        }
    }

    private func append(ascii byte: UInt8, to out: inout [UInt8]) {
        let isEscaped =
            switch byte {
            case ..<0x20, Byte.quote, Byte.backslash: true
            case Byte.slash: contains(EscapeStyle(rawValue: 2))
            case 0x7F: self == .ascii
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"): contains(.html)
            default: false
            }
        if isEscaped { JSONText.appendEscape(UInt16(byte), to: &out) } else { out.append(byte) }
    }

    /// Appends one character that is not ASCII.
    private func append(other text: RawSpan, _ range: Range<Int>, to out: inout [UInt8]) {
        let lead = text.byte(range.lowerBound)
        let bits: UInt32 =
            switch range.count {
            case 2: UInt32(lead & 0x1F)
            case 3: UInt32(lead & 0x0F)
            default: UInt32(lead & 0x07)
            }
        let scalar = range.dropFirst().reduce(bits) { $0 << 6 | UInt32(text.byte($1) & 0x3F) }
        let isSeparator = scalar == 0x2028 || scalar == 0x2029
        guard range.count > 1, contains(.ascii) || contains(.html) && isSeparator else {
            return out.append(text, range)
        }
        if scalar < 0x10000 { return JSONText.appendEscape(UInt16(scalar), to: &out) }
        JSONText.appendEscape(UInt16(0xD7C0 + scalar >> 10), to: &out)
        JSONText.appendEscape(UInt16(0xDC00 | scalar & 0x3FF), to: &out)
    }
}
