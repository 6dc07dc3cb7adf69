/// Values that are credentials because of the name before them: parameters of URLs and forms, members of JSON.
enum NamedValue {
    /// What may stand before the name of a parameter.
    private static let boundaries = ByteSet("?&#;,\"'`([{< \t\r\n")
    private static let ends = ByteSet("&;\"'`<> \t\r\n")
    /// What ends a sentence or a bracket, not a value.
    private static let punctuation = ByteSet(",.)]}\\")
    /// The digits of `?`, `&`, `#`, `;`, `,`, space and quotes where they are percent-encoded.
    private static let encodedBoundaries: Set<String> = ["3F", "26", "23", "3B", "2C", "20", "22", "27"]

    // MARK: name=value

    /// `name=value`, or `name%3Dvalue` inside of another URL. The pair is the last letter of the name and the `=`.
    @Sendable static func judgeParameter(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        let equals = pair + 1
        guard let (type, name) = SecretName.type(text, endingAt: equals), type != .authorization else {
            return .nothing
        }
        if text.byte(equals) == UInt8(ascii: "=") {
            guard isBoundary(text, name) else { return .nothing }
            return judge(text, type, equals + 1, isEncoded: false, isCut)
        }
        guard text.holds("%3D", at: equals) || text.holds("%3d", at: equals), isEncodedBoundary(text, name) else {
            return .nothing
        }
        return judge(text, type, equals + 3, isEncoded: true, isCut)
    }

    private static func judge(
        _ text: RawSpan, _ type: SecretType, _ start: Int, isEncoded: Bool, _ isCut: Bool
    ) -> SecretRule.Verdict {
        // In a URL `#` ends a value; people's passwords have it.
        let endsAtHash = type != .password && type != .clientSecret
        var end = start
        while end < text.byteCount, !ends.contains(text.byte(end)) {
            if endsAtHash, text.byte(end) == UInt8(ascii: "#") { break }
            if isEncoded, text.holds("%26", at: end) || text.holds("%23", at: end) { break }
            end += 1
        }
        let reachesEnd = end == text.byteCount
        while end > start, punctuation.contains(text.byte(end - 1)) { end -= 1 }
        guard end > start, isSecret(text, start..<end, type, isCut: isCut && reachesEnd) else { return .nothing }
        return .found(FoundSecret(type: type, range: start..<end))
    }

    private static func isBoundary(_ text: RawSpan, _ at: Int) -> Bool {
        at == 0 || boundaries.contains(text.byte(at - 1)) || isEncodedBoundary(text, at)
    }

    private static func isEncodedBoundary(_ text: RawSpan, _ at: Int) -> Bool {
        guard at >= 3, text.byte(at - 3) == UInt8(ascii: "%") else { return false }
        let digits = String(decoding: [text.byte(at - 2), text.byte(at - 1)], as: UTF8.self)
        return encodedBoundaries.contains(digits.uppercased())
    }

    // MARK: "name":"value"

    /// A member of JSON that a text holds, or the line itself. The pair is the last letter of the name and the quote,
    /// which may have a backslash.
    @Sendable static func judgeMember(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard let (type, name) = SecretName.type(text, endingAt: pair + 1), name > 0, isMember(type),
            text.byte(name - 1) == Byte.quote, let (start, isEscaped) = valueStart(text, pair + 1)
        else { return .nothing }
        var end = start
        while end < text.byteCount, text.byte(end) != Byte.quote {
            if isEscaped, text.holds("\\\"", at: end) { break }
            end += text.byte(end) == Byte.backslash ? 2 : 1
        }
        guard let range = secret(text, start..<min(end, text.byteCount), type) else { return .nothing }
        return .found(FoundSecret(type: type, range: range))
    }

    /// The place behind `":"`, with white space or not, and whether the quotes have backslashes before them.
    private static func valueStart(_ text: RawSpan, _ from: Int) -> (start: Int, isEscaped: Bool)? {
        let isEscaped = text.holds("\\\"", at: from)
        func afterQuote(_ at: Int) -> Int? {
            if isEscaped { return text.holds("\\\"", at: at) ? at + 2 : nil }
            return text.holds("\"", at: at) ? at + 1 : nil
        }
        guard let name = afterQuote(from) else { return nil }
        let colon = text.end(of: .space, from: name)
        guard text.holds(":", at: colon) else { return nil }
        return afterQuote(text.end(of: .colonOrSpace, from: colon)).map { ($0, isEscaped) }
    }

    /// Whether a member of this name holds a credential. `code` is one of errors more often than one of OAuth.
    static func isMember(_ type: SecretType) -> Bool { type != .code }

    /// The part of a member's value that is a credential, or nil.
    static func secret(_ text: RawSpan, _ value: Range<Int>, _ type: SecretType) -> Range<Int>? {
        guard type == .authorization else {
            let isWord = isToken(type) && value.count < 16 && text.composition(value).isWords
            return !isWord && isSecret(text, value, type, isCut: false) ? value : nil
        }
        // A parameter in it was replaced before, and then the rest was left.
        guard !value.contains(where: { SecretMark.stands(in: text, at: $0) }) else { return nil }
        let scheme = text.extracting(..<value.upperBound).end(of: .base64URL, from: value.lowerBound)
        let rest = text.extracting(..<value.upperBound).end(of: .space, from: scheme)
        if rest > scheme, scheme > value.lowerBound {
            let credential = rest..<value.upperBound
            return credential.count >= 8 && !isHarmless(text, credential) && !isPhrase(text, credential)
                ? credential : nil
        }
        return value.count >= 16 && !isHarmless(text, value) && !text.composition(value).isWords ? value : nil
    }

    // MARK: Values

    private static func isToken(_ type: SecretType) -> Bool {
        type == .accessToken || type == .refreshToken || type == .idToken
    }

    private static func isSecret(_ text: RawSpan, _ value: Range<Int>, _ type: SecretType, isCut: Bool) -> Bool {
        guard !value.isEmpty, !isHarmless(text, value) else { return false }
        if isCut { return true }
        if type == .code { return !isWordOrNumber(text, value) }
        return !isToken(type) || !isID(text, value)
    }

    /// Words, and codes of errors: `invalid_grant`, `ECONNREFUSED`, `404`, `E11000`, `42P01`.
    private static func isWordOrNumber(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let kinds = text.composition(value)
        if kinds.isWords { return true }
        return value.count <= 6 && kinds.isSubset(of: [.upper, .digit, .separator])
            && !(value.count == 6 && kinds == .digit)
    }

    /// Sentences: words with spaces between them, without a digit.
    private static func isPhrase(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        var hasSpace = false
        for at in value {
            let byte = text.byte(at)
            if byte.isDigit { return false }
            if byte == Byte.space { hasSpace = true }
        }
        return hasSpace || text.composition(value).isWords
    }

    /// An id rather than the token itself: a word, `_`, and at most 26 letters and digits (`at_77`, `tok_0K514M7Z`); a
    /// ULID; a fingerprint (`fp` or `sha256:` and hex digits).
    private static func isID(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let inside = text.extracting(..<value.upperBound)
        func isAll(_ set: ByteSet, from: Int) -> Bool { inside.end(of: set, from: from) == value.upperBound }
        if value.count == 26, text.byte(value.lowerBound) <= UInt8(ascii: "7"), isAll(ulid, from: value.lowerBound) {
            return true
        }
        if text.holds("sha256:", at: value.lowerBound) { return isAll(hex, from: value.lowerBound + 7) }
        if text.holds("fp", at: value.lowerBound) { return isAll(hex, from: value.lowerBound + 2) }
        let word = inside.end(of: lower, from: value.lowerBound)
        guard word > value.lowerBound, word + 1 < value.upperBound, text.byte(word) == Byte.underscore else {
            return false
        }
        return value.upperBound - word - 1 <= 26 && isAll(.alphanumeric, from: word + 1)
    }

    private static let lower = ByteSet(ByteSet.lower)
    private static let hex = ByteSet("0123456789abcdefABCDEF")
    /// Crockford's digits.
    private static let ulid = ByteSet("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    /// Nothing, or what a producer puts in place of a credential; our own marks too.
    private static func isHarmless(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        if SecretMark.stands(in: text, at: value.lowerBound) { return true }
        var word: [UInt8] = []
        for at in value where !covers.contains(text.byte(at)) {
            word.append(text.byte(at).lowercased)
            if word.count > 12 { return false }
        }
        return word.isEmpty || placeholders.contains(String(decoding: word, as: UTF8.self))
    }

    private static let covers = ByteSet("*.[]<>(){}$•")
    private static let placeholders: Set<String> = [
        "redacted", "filtered", "hidden", "masked", "removed", "null", "none", "nil", "undefined", "true", "false",
        "xxx", "xxxx", "xxxxx", "xxxxxx", "xxxxxxxx",
    ]
}
