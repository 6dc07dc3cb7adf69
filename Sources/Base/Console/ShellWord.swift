/// Text as words of a shell's command line, for commands that are printed to be pasted: the one place that quotes for
/// it.
package enum ShellWord {
    /// One word: as it is where a shell changes nothing in it, else between single quotes. What holds a newline or
    /// anything that hides itself is written as `$'…'` with escapes, which bash, zsh, ksh and POSIX of 2024 know. So a
    /// command is one line, and what is seen is what is pasted.
    package static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.utf8.allSatisfy { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || "._:/-".utf8.contains(byte)
            }
        if isPlain { return text }
        if SafeText.visible(text) != text { return escaped(text) }
        // Byte by byte: a quote with an accent on it is a quote to a shell.
        var out = Array("'".utf8)
        for byte in text.utf8 {
            if byte == UInt8(ascii: "'") { out.append(contentsOf: "'\\''".utf8) } else { out.append(byte) }
        }
        return String(decoding: out, as: UTF8.self) + "'"
    }

    /// An option with its value. A value that begins with a dash would be taken for an option itself.
    package static func option(_ name: String, _ value: String) -> String {
        value.utf8.first == UInt8(ascii: "-") ? "\(name)=\(quoted(value))" : "\(name) \(quoted(value))"
    }

    /// A command with its words: what comes first, then options, then what it is about. The last word is never taken
    /// for an option. All but that word are of the shell already.
    package static func command(_ head: String, _ options: [String], about last: String) -> String {
        let isDashed = last.utf8.first == UInt8(ascii: "-")
        let options = options.filter { !$0.isEmpty }
        let words = isDashed ? [head] + options + ["--", quoted(last)] : [head, quoted(last)] + options
        return words.joined(separator: " ")
    }

    /// What is not printable ASCII as bytes of three octal digits, which no shell reads on beyond.
    private static func escaped(_ text: String) -> String {
        var out = "$'"
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "'"): out += "\\" + String(Unicode.Scalar(byte))
            case 0x20..<0x7F: out += String(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 8)
                out += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }
        }
        return out + "'"
    }
}
