/// Text as YAML (1.1 and 1.2): the one place that quotes for it.
///
/// A scalar is always between double quotes, so that it is a text whatever it looks like (`null`, `no`, `1e3`, `---`,
/// `# x`). What ends a line, commands a terminal or hides itself is an escape: whoever reads the file sees all of it.
package enum YAMLText {
    /// A key that is longer than this stands behind a `?`: without it, YAML takes no key of more than 1,024 characters.
    private static let longestKey = 200

    /// Whether a text reads back as it was. Foundation, with which Yams makes strings, drops a byte order mark at the
    /// beginning of any text: a name with one would come back as another name.
    package static func canHold(_ text: String) -> Bool { text.unicodeScalars.first != "\u{FEFF}" }

    /// A text as a double-quoted scalar; if `canHold` says so, it reads back as exactly this text.
    package static func quoted(_ text: String) -> String {
        var out: [UInt8] = [0x22]
        out.reserveCapacity(text.utf8.count + 2)
        UTF8Walk.copy(text, to: &out, stopping: { $0 == 0x22 || $0 == 0x5C }) { scalar, out in
            out.append(contentsOf: escape(scalar).utf8)
        }
        out.append(0x22)
        return String(decoding: out, as: UTF8.self)
    }

    /// Texts as a list in one line.
    package static func list(_ texts: [String]) -> String { "[" + texts.map(quoted).joined(separator: ", ") + "]" }

    /// A member of a mapping, on one line or two. `value` is YAML already.
    package static func member(_ key: String, _ value: String, indent: String) -> [String] {
        let quoted = quoted(key)
        guard quoted.utf8.count > longestKey else { return ["\(indent)\(quoted): \(value)"] }
        return ["\(indent)? \(quoted)", "\(indent): \(value)"]
    }

    /// A text as a line of comment, and never more than one.
    package static func comment(_ text: String) -> String { text.isEmpty ? "#" : "# " + SafeText.visible(text) }

    private static func escape(_ scalar: UInt32) -> String {
        switch scalar {
        case 0x22: "\\\""
        case 0x5C: "\\\\"
        case 0x09: "\\t"
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case ..<0x100: "\\x" + hex(scalar, digits: 2)
        case ..<0x10000: "\\u" + hex(scalar, digits: 4)
        default: "\\U" + hex(scalar, digits: 8)
        }
    }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}
