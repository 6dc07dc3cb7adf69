/// The credentials of an `Authorization` header, wherever the header stands.
enum AuthorizationHeader {
    private static let padding = ByteSet("=")

    /// `Bearer` in any case, white space, and 16 or more characters of a token. Words with separators
    /// (`Bearer authentication_failed`) are none. The word before the token stays.
    @Sendable static func judgeBearer(_ text: RawSpan, _ start: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard text.holdsInAnyCase("bearer", at: start), !text.isInsideWord(start),
            let token = afterSpace(text, start + 6)
        else { return .nothing }
        var end = text.end(of: .token, from: token)
        let isCutToken = isCut && end == text.byteCount && end > token
        let kinds = text.composition(token..<end)
        let isPhrase = kinds.contains(.separator) && kinds.isWords
        end = text.end(of: padding, from: end)
        guard end - token >= 16 && !isPhrase || isCutToken else { return .nothing }
        return .found(FoundSecret(type: .bearer, range: token..<end))
    }

    /// `Basic`, white space, and Base64 that means `user:password`.
    @Sendable static func judgeBasic(_ text: RawSpan, _ start: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard text.holdsInAnyCase("basic", at: start), !text.isInsideWord(start),
            let token = afterSpace(text, start + 5)
        else { return .nothing }
        let digits = text.end(of: .base64, from: token)
        let end = text.end(of: padding, from: digits)
        guard digits - token >= 4, hasColon(text, token..<digits) || isCut && end == text.byteCount else {
            return .nothing
        }
        return .found(FoundSecret(type: .basic, range: token..<end))
    }

    /// The place behind the white space that must stand here, `%20` and `+` among it.
    private static func afterSpace(_ text: RawSpan, _ from: Int) -> Int? {
        var at = text.end(of: .space, from: from)
        if text.holds("%20", at: at) { at += 3 } else if at == from, text.holds("+", at: at) { at += 1 }
        return at > from ? at : nil
    }

    /// Whether Base64 means text with a colon in it.
    private static func hasColon(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        var bits: UInt32 = 0, count: UInt32 = 0
        var found = false
        for at in range {
            bits = bits << 6 | UInt32(Base64Digits.shared.values[Int(text.byte(at))])
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> count)
            if byte < 0x20 || byte == 0x7F { return false }
            if byte == Byte.colon { found = true }
        }
        return found
    }
}
