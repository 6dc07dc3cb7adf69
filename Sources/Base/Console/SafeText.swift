/// Makes text that came from a log safe to show: one line, no terminal command, nothing invisible, no formula.
///
/// What may not be shown raw is written as a visible escape such as `\u{1b}`. This is for eyes; JSON is the output that
/// gives every text back exactly.
package enum SafeText {
    /// Marks that may follow one another on one letter; more are escaped, because they would paint over other lines.
    static let maximumMarks = 8

    /// The text on one line, for a terminal or a message.
    package static func visible(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + 16)
        UTF8Walk.copy(text, to: &out, stopping: { _ in false }) { scalar, out in
            out.append(contentsOf: escape(scalar).utf8)
        }
        return limitMarks(String(decoding: out, as: UTF8.self))
    }

    /// Bytes that may not be UTF-8 at all, on one line: a byte that belongs to no character is shown as `\x{ff}`.
    package static func visible(bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return visible(text) }
        var out = ""
        var run: [UInt8] = []
        var at = 0
        while at < bytes.count {
            let end = min(at + length(lead: bytes[at]), bytes.count)
            if String(validating: bytes[at..<end], as: UTF8.self) != nil {
                run.append(contentsOf: bytes[at..<end])
                at = end
            } else {
                out += visible(String(decoding: run, as: UTF8.self)) + "\\x{" + String(bytes[at], radix: 16) + "}"
                run.removeAll()
                at += 1
            }
        }
        return out + visible(String(decoding: run, as: UTF8.self))
    }

    /// One CSV field (RFC 4180), quoted where it must be: visible text, and nothing that a spreadsheet would run.
    ///
    /// A text that starts with `=`, `+`, `-`, `@`, a tab, a carriage return or a newline, also after blanks or in full
    /// width, gets a `'` in front. Numbers are not texts and never pass through here.
    package static func csvField(_ text: String) -> String {
        let safe = startsLikeFormula(text) ? "'" + visible(text) : visible(text)
        let quoted = safe.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ";")
        }
        guard quoted || safe.utf8.first == 0x20 || safe.utf8.last == 0x20 else { return safe }
        return "\"" + replacing(safe) { $0 == UInt8(ascii: "\"") ? "\"\"" : nil } + "\""
    }

    /// One cell of a Markdown table: visible text whose characters mean only themselves, and no link by itself.
    package static func markdownCell(_ text: String) -> String {
        var before: UInt8 = 0
        return replacing(visible(text)) { byte in
            defer { before = byte }
            switch byte {
            case UInt8(ascii: "|"), UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "&"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "*"), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "$"):
                return "\\" + String(Unicode.Scalar(byte))
            // Renderers make links of bare addresses: `http://…` and `www.…`.
            case UInt8(ascii: "/") where before == UInt8(ascii: ":"): return "\\/"
            case UInt8(ascii: ".") where before == UInt8(ascii: "w") || before == UInt8(ascii: "W"): return "\\."
            default: return nil
            }
        }
    }

    /// One item of a Markdown list, or a paragraph: as in a cell, and nothing at its beginning makes a heading, a list
    /// or code of it.
    package static func markdownItem(_ text: String) -> String {
        let cell = markdownCell(text)
        let trimmed = cell.drop { $0 == " " }
        let digits = trimmed.prefix { $0.isASCII && $0.isNumber }
        switch trimmed.dropFirst(digits.count).utf8.first {
        case UInt8(ascii: "#"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "!"):
            return digits.isEmpty ? "\\" + trimmed : String(trimmed)
        case UInt8(ascii: "."), UInt8(ascii: ")"):
            return digits.isEmpty ? String(trimmed) : digits + "\\" + trimmed.dropFirst(digits.count)
        default: return String(trimmed)
        }
    }

    /// True for a scalar that must not reach a terminal raw: controls (C0, DEL, C1), line and paragraph separators,
    /// bidirectional and other format controls, zero-width and default-ignorable characters, noncharacters.
    package static func isHidden(_ scalar: UInt32) -> Bool {
        if scalar < 0x7F { return scalar < 0x20 }
        if scalar < 0x300 { return scalar <= 0x9F || scalar == 0xAD }
        if scalar & 0xFFFE == 0xFFFE { return true }
        return hidden.contains { $0.contains(scalar) }
    }

    /// From Unicode 16: Default_Ignorable_Code_Point, general categories Zl, Zp and the invisible ones of Cf, and the
    /// noncharacters of the basic plane.
    private static let hidden: [ClosedRange<UInt32>] = [
        0x034F...0x034F, 0x061C...0x061C, 0x070F...0x070F, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
        0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164...0x3164, 0xFDD0...0xFDEF, 0xFE00...0xFE0F,
        0xFEFF...0xFEFF, 0xFFA0...0xFFA0, 0xFFF0...0xFFFB, 0x13430...0x1343F, 0x1BCA0...0x1BCA3,
        0x1D173...0x1D17A, 0xE0000...0xE0FFF,
    ]

    private static func escape(_ scalar: UInt32) -> String { "\\u{" + String(scalar, radix: 16) + "}" }

    private static func length(lead: UInt8) -> Int {
        switch lead {
        case ..<0xC0: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }

    private static func startsLikeFormula(_ text: String) -> Bool {
        let isBlank: (Unicode.Scalar) -> Bool = { $0.value > 0x20 ? $0.properties.isWhitespace : $0 == " " }
        guard let first = text.unicodeScalars.first(where: { !isBlank($0) }) else { return false }
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": return true
        default: return false
        }
    }

    private static func replacing(_ text: String, _ replacement: (UInt8) -> String?) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count + 8)
        for byte in text.utf8 {
            if let other = replacement(byte) { out.append(contentsOf: other.utf8) } else { out.append(byte) }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Escapes the marks of a letter beyond `maximumMarks`, and a mark that stands on no letter at all.
    private static func limitMarks(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { DisplayWidth.isMark($0) }) else { return text }
        var out = String.UnicodeScalarView()
        var marks = maximumMarks
        for scalar in text.unicodeScalars {
            marks = DisplayWidth.isMark(scalar) ? marks + 1 : 0
            if marks > maximumMarks {
                out.append(contentsOf: escape(scalar.value).unicodeScalars)
            } else {
                out.append(scalar)
            }
        }
        return String(out)
    }
}
