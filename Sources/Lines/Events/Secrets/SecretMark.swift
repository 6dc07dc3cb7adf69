/// What stands in place of a credential: `⟨jwt:hmac:0123456789abcdef⟩`.
///
/// The digits are the first eight bytes of an HMAC-SHA256 over the credential with the trail's key: the same credential
/// has the same digits wherever it was found, and nobody without the key can try credentials against them. The mark
/// has no character that JSON escapes, and nothing in it looks like a credential.
package enum SecretMark {
    private static let open = Array("⟨".utf8)
    private static let close = Array("⟩".utf8)
    private static let letters = ByteSet(ByteSet.lower + "_")
    private static let hex = ByteSet("0123456789abcdef")

    static func append(_ type: SecretType, _ digest: UInt64, to out: inout [UInt8]) {
        out += open
        out += type.rawValue.utf8
        out += ":hmac:".utf8
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            let digit = UInt8(digest >> shift & 15)
            out.append(digit < 10 ? Byte.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
        out += close
    }

    /// How many bytes stand behind the type: `:hmac:`, the digits, and the bracket.
    static let endCount = 6 + 16 + close.count

    /// Whether a text holds a mark with these digits, of any type.
    static func stands(_ digest: UInt64, in text: RawSpan) -> Bool {
        var wanted: [UInt8] = []
        append(.jwt, digest, to: &wanted)
        wanted.removeFirst(open.count + SecretType.jwt.rawValue.utf8.count)
        for at in 0..<text.byteCount {
            guard let end = end(in: text, at: at) else { continue }
            if text.equal(end - wanted.count..<end, wanted) { return true }
        }
        return false
    }

    /// The marks of a type that a text holds.
    package static func marks(of type: String, in text: ArraySlice<UInt8>) -> [String] {
        let start = open + "\(type):hmac:".utf8
        var marks: [String] = []
        var at = text.startIndex
        while at + start.count + 16 + close.count <= text.endIndex {
            let end = at + start.count + 16 + close.count
            if text[at] == start[0], text[at..<end].starts(with: start),
                text[at..<end].suffix(close.count) == close[...]
            {
                marks.append(String(decoding: text[at..<end], as: UTF8.self))
                at = end
            } else {
                at += 1
            }
        }
        return marks
    }

    /// Whether a mark begins here: what was replaced once is not replaced again.
    static func stands(in text: RawSpan, at start: Int) -> Bool { end(in: text, at: start) != nil }

    /// Where the mark that begins here ends, or nil if none begins.
    static func end(in text: RawSpan, at start: Int) -> Int? {
        guard text.holds("⟨", at: start) else { return nil }
        let type = start + open.count
        let word = text.extracting(..<min(text.byteCount, type + 32)).end(of: letters, from: type)
        guard word > type, text.holds(":hmac:", at: word) else { return nil }
        let digits = word + 6
        guard text.holds("⟩", at: digits + 16),
            text.extracting(..<(digits + 16)).end(of: hex, from: digits) == digits + 16
        else { return nil }
        return digits + 16 + close.count
    }
}
