/// What stands in place of a credential: `⟨jwt:hmac:0123456789abcdef⟩`.
///
/// The digits are the first eight bytes of an HMAC-SHA256 over the credential with the trail's key: the same credential
/// has the same digits wherever it was found, and nobody without the key can try credentials against them. The mark
/// has no character that JSON escapes, and nothing in it looks like a credential.
package enum SecretMark {
    private static let open = Array("⟨".utf8)
    private static let close = Array("⟩".utf8)

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

    /// The marks of a type that a text holds.
    package static func marks(of type: String, in text: ArraySlice<UInt8>) -> [String] {
        let start = open + "\(type):hmac:".utf8
        var marks: [String] = []
        var at = text.startIndex
        while at + start.count + 16 + close.count <= text.endIndex {
            let end = at + start.count + 16 + close.count
            if text[at] == start[0], text[at..<end].starts(with: start), text[at..<end].suffix(close.count) == close[...] {
                marks.append(String(decoding: text[at..<end], as: UTF8.self))
                at = end
            } else {
                at += 1
            }
        }
        return marks
    }

    /// Whether a mark begins here: what was replaced once is not replaced again.
    static func stands(in text: RawSpan, at start: Int) -> Bool {
        guard start + open.count <= text.byteCount else { return false }
        return (0..<open.count).allSatisfy { text.byte(start + $0) == open[$0] }
    }
}
