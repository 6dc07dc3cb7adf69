/// Text as one word of a shell's command line, for commands that are printed to be pasted.
package enum ShellWord {
    /// As it is where a shell changes nothing in it, else between single quotes.
    package static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || "._:/-".utf8.contains(byte)
        }
        return isPlain ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
    }
}
