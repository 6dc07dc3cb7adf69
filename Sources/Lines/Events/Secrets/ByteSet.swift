/// A set of bytes.
struct ByteSet: Sendable {
    private var bits = InlineArray<4, UInt64>(repeating: 0)

    init(_ characters: String) { for byte in characters.utf8 { insert(byte) } }

    mutating func insert(_ byte: UInt8) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    func contains(_ byte: UInt8) -> Bool { bits[Int(byte >> 6)] & 1 << UInt64(byte & 63) != 0 }

    static let lower = "abcdefghijklmnopqrstuvwxyz"
    static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static let digits = "0123456789"

    static let alphanumeric = ByteSet(lower + upper + digits)
    static let upperAlphanumeric = ByteSet(upper + digits)
    static let hex = ByteSet("0123456789abcdefABCDEF")
    static let word = ByteSet(lower + upper + digits + "_")
    /// Base64 as URLs have it.
    static let base64URL = ByteSet(lower + upper + digits + "_-")
    /// The characters of names of members and settings.
    static let name = ByteSet(lower + upper + digits + "_-.")
    static let base64 = ByteSet(lower + upper + digits + "+/")
    /// The characters of a bearer token (RFC 6750), `=` at its end apart.
    static let token = ByteSet(lower + upper + digits + "-._~+/")
    static let space = ByteSet(" \t\r\n")
    /// What stands between a name and its value, also where somebody typed too much of it.
    static let colonOrSpace = ByteSet(": \t\r\n")
}

extension RawSpan {
    /// The first place at or after `from` whose byte is not in the set.
    func end(of set: ByteSet, from: Int) -> Int {
        var at = from
        while at < byteCount, set.contains(byte(at)) { at &+= 1 }
        return at
    }

    /// Whether these bytes stand at a place.
    func holds(_ text: StaticString, at start: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard start >= 0, start + count <= byteCount else { return false }
        for index in 0..<count where byte(start + index) != text.utf8Start[index] { return false }
        return true
    }

    /// The same for letters in lower case, which stand for both cases.
    func holdsInAnyCase(_ text: StaticString, at start: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard start >= 0, start + count <= byteCount else { return false }
        for index in 0..<count where byte(start + index).lowercased != text.utf8Start[index] { return false }
        return true
    }

    /// Whether a letter or digit stands just before a place.
    func isInsideWord(_ at: Int) -> Bool { at > 0 && ByteSet.alphanumeric.contains(byte(at - 1)) }

    /// Which kinds of characters a range has.
    func composition(_ range: Range<Int>) -> Composition {
        var all = Composition()
        for at in range {
            switch byte(at) {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): all.insert(.lower)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): all.insert(.upper)
            case Byte.zero...Byte.nine: all.insert(.digit)
            case UInt8(ascii: "_"), Byte.minus, Byte.dot: all.insert(.separator)
            default: all.insert(.other)
            }
        }
        return all
    }
}

/// The kinds of characters of a text.
struct Composition: OptionSet {
    let rawValue: UInt8
    static let lower = Composition(rawValue: 1)
    static let upper = Composition(rawValue: 2)
    static let digit = Composition(rawValue: 4)
    /// `_`, `-` and `.`
    static let separator = Composition(rawValue: 8)
    static let other = Composition(rawValue: 16)

    /// Letters of one case with separators between them: `invalid_grant`, `ECONNREFUSED`.
    var isWords: Bool { isSubset(of: [.lower, .separator]) || isSubset(of: [.upper, .separator]) }
}
