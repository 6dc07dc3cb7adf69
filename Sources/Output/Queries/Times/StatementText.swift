/// A statement as a person wrote it.
enum StatementText {
    /// The statement with another text in place of a string literal; nil unless it has that literal exactly once.
    static func replacing(_ literal: String, with other: String, in sql: String) -> String? {
        let bytes = Array(sql.utf8), wanted = Array("'\(literal)'".utf8)
        let places = strings(bytes).filter { bytes[$0].elementsEqual(wanted) }
        guard places.count == 1, let place = places.first else { return nil }
        let replaced = bytes[..<place.lowerBound] + Array("'\(other)'".utf8) + bytes[place.upperBound...]
        return String(decoding: replaced, as: UTF8.self)
    }

    /// Where string literals stand, with their quotes.
    private static func strings(_ bytes: [UInt8]) -> [Range<Int>] {
        var strings: [Range<Int>] = []
        var at = 0
        while at < bytes.count {
            let next = at + 1 < bytes.count ? bytes[at + 1] : 0
            switch bytes[at] {
            case UInt8(ascii: "'"):
                let end = endOfQuoted(bytes, at, UInt8(ascii: "'"))
                strings.append(at..<end)
                at = end
            case UInt8(ascii: "\""), UInt8(ascii: "`"): at = endOfQuoted(bytes, at, bytes[at])
            case UInt8(ascii: "["): at = (bytes[at...].firstIndex(of: UInt8(ascii: "]")) ?? bytes.count - 1) + 1
            case UInt8(ascii: "-") where next == UInt8(ascii: "-"):
                at = (bytes[at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count - 1) + 1
            case UInt8(ascii: "/") where next == UInt8(ascii: "*"):
                at += 2
                while at < bytes.count, bytes[at - 1] != 0x2A || bytes[at] != 0x2F { at += 1 }
                at += 1
            default: at += 1
            }
        }
        return strings
    }

    /// Behind the quote that ends what begins at a place; a quote that stands twice is one of the text.
    private static func endOfQuoted(_ bytes: [UInt8], _ start: Int, _ quote: UInt8) -> Int {
        var at = start + 1
        while at < bytes.count {
            if bytes[at] == quote {
                guard at + 1 < bytes.count, bytes[at + 1] == quote else { return at + 1 }
                at += 1
            }
            at += 1
        }
        return bytes.count
    }
}
