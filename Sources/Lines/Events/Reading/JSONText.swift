/// The texts of JSON strings: what their escapes mean, and how a text is written.
package enum JSONText {
    /// The value of a hexadecimal digit, or nil.
    static func hexDigit(_ byte: UInt8) -> UInt32? {
        if byte.isDigit { return UInt32(byte - Byte.zero) }
        let letter = byte.lowercased
        return (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter) ? UInt32(letter - UInt8(ascii: "a")) + 10 : nil
    }

    /// Appends what a string means. The range is what stands between the quotes and has been checked by `JSONGrammar`.
    package static func unescape(_ bytes: RawSpan, _ range: Range<Int>, into out: inout [UInt8]) {
        var at = range.lowerBound
        while at < range.upperBound {
            var next = at
            while next < range.upperBound, bytes.byte(next) != Byte.backslash { next += 1 }
            out.append(bytes, at..<next)
            at = next
            if at < range.upperBound { at = unescapeOne(bytes, at, into: &out) }
        }
    }

    private static func unescapeOne(_ bytes: RawSpan, _ at: Int, into out: inout [UInt8]) -> Int {
        switch bytes.byte(at + 1) {
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            let unit = hex(bytes, at + 2)
            guard unit & 0xFC00 == 0xD800 else {
                append(scalar: unit, to: &out)
                return at + 6
            }
            append(scalar: 0x10000 + (unit & 0x3FF) << 10 + hex(bytes, at + 8) & 0x3FF, to: &out)
            return at + 12
        case let byte: out.append(byte)
        }
        return at + 2
    }

    private static func hex(_ bytes: RawSpan, _ at: Int) -> UInt32 {
        (at..<at + 4).reduce(0) { $0 << 4 | (hexDigit(bytes.byte($1)) ?? 0) }
    }

    private static func append(scalar: UInt32, to out: inout [UInt8]) {
        let low = { (shift: UInt32) in UInt8(0x80 | scalar >> shift & 0x3F) }
        switch scalar {
        case ..<0x80: out.append(UInt8(scalar))
        case ..<0x800: out += [UInt8(0xC0 | scalar >> 6), low(0)]
        case ..<0x10000: out += [UInt8(0xE0 | scalar >> 12), low(6), low(0)]
        default: out += [UInt8(0xF0 | scalar >> 18 & 7), low(12), low(6), low(0)]
        }
    }

    /// Appends a text as a JSON string, with its quotes.
    ///
    /// Escaped are what JSON demands and, so that no reader or terminal sees a second line or a command in it,
    /// DEL, the C1 controls (next line among them) and the separators U+2028 and U+2029. The rest stays as it is.
    package static func escape(_ text: ArraySlice<UInt8>, into out: inout [UInt8]) {
        out.append(Byte.quote)
        var start = text.startIndex
        var at = start
        while at < text.endIndex {
            let byte = text[at]
            if byte >= 0x20, byte < 0x7F, byte != Byte.quote, byte != Byte.backslash {
                at += 1
                continue
            }
            let (unit, length) = mustEscape(text, at)
            if length > 0 {
                out.append(contentsOf: text[start..<at])
                appendEscape(unit, to: &out)
                start = at + length
            }
            at += max(1, length)
        }
        out.append(contentsOf: text[start...])
        out.append(Byte.quote)
    }

    /// The UTF-16 unit that must be escaped at `at` and its length in bytes, or a length of 0.
    private static func mustEscape(_ text: ArraySlice<UInt8>, _ at: Int) -> (unit: UInt16, length: Int) {
        let byte = text[at]
        if byte < 0x80 { return (UInt16(byte), 1) }
        if byte == 0xC2, at + 1 < text.endIndex, 0x80...0x9F ~= text[at + 1] { return (UInt16(text[at + 1]), 2) }
        if byte == 0xE2, at + 2 < text.endIndex, text[at + 1] == 0x80, text[at + 2] & 0xFE == 0xA8 {
            return (0x2000 | UInt16(text[at + 2] & 0x3F), 3)
        }
        return (0, 0)
    }

    /// Appends the escape of a UTF-16 unit: a short one where JSON has it, `\/` for a slash.
    static func appendEscape(_ unit: UInt16, to out: inout [UInt8]) {
        out.append(Byte.backslash)
        switch unit {
        case 0x08: out.append(UInt8(ascii: "b"))
        case 0x09: out.append(UInt8(ascii: "t"))
        case 0x0A: out.append(UInt8(ascii: "n"))
        case 0x0C: out.append(UInt8(ascii: "f"))
        case 0x0D: out.append(UInt8(ascii: "r"))
        case 0x22, 0x2F, 0x5C: out.append(UInt8(unit))
        default:
            out.append(UInt8(ascii: "u"))
            for shift in [12, 8, 4, 0] {
                let digit = UInt8(unit >> UInt16(shift) & 0xF)
                out.append(digit < 10 ? Byte.zero + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
    }
}
