/// Values that are credentials because of the name before them: parameters of URLs and forms, settings, headers.
enum NamedValue {
    /// What may stand before the name of a parameter.
    private static let boundaries = ByteSet("?&#;,\"'`([{< \t\r\n")
    private static let ends = ByteSet("&;\"'`<> \t\r\n")
    /// No token has these, and another name may follow.
    private static let tokenEnds = ByteSet("&;\"'`<> \t\r\n,?([{")
    /// What ends a sentence or a bracket, not a value.
    private static let punctuation = ByteSet(",.)]}\\")
    private static let quotes = ByteSet("\"'")
    private static let blanks = ByteSet(" \t")
    /// The digits of `?`, `&`, `#`, `;`, `,`, space and quotes where they are percent-encoded.
    private static let encodedBoundaries: Set<String> = ["3F", "26", "23", "3B", "2C", "20", "22", "27"]

    // MARK: name=value

    /// `name=value`, or `name%3Dvalue` inside of another URL. The pair is the last letter of the name and the `=`.
    @Sendable static func judgeParameter(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        let equals = pair + 1
        guard let (name, start) = SecretName.name(text, endingAt: equals), isParameter(name) else { return .nothing }
        if text.byte(equals) == UInt8(ascii: "=") {
            guard isBoundary(text, start, name) else { return .nothing }
            return judge(text, name, equals + 1, isEncoded: false, isCut)
        }
        guard text.holds("%3D", at: equals) || text.holds("%3d", at: equals), isEncodedBoundary(text, start) else {
            return .nothing
        }
        return judge(text, name, equals + 3, isEncoded: true, isCut)
    }

    private static func isParameter(_ name: SecretName) -> Bool {
        name.demand != .authorization && name.demand != .cookies
    }

    private static func judge(
        _ text: RawSpan, _ name: SecretName, _ start: Int, isEncoded: Bool, _ isCut: Bool
    ) -> SecretRule.Verdict {
        if !isEncoded, let inside = quoted(text, start) {
            let isOpen = isCut && inside.upperBound == text.byteCount
            return SecretValue.isSecret(text, inside, name, isCut: isOpen)
                ? .found(FoundSecret(type: name.type, range: inside)) : .nothing
        }
        // In a URL `#` ends a value; people's passwords have it.
        let endsAtHash = name.demand != .anything && name.demand != .typed && name.demand != .secret
        let ends = name.demand == .token ? tokenEnds : ends
        func end(from: Int, atMost last: Int) -> Int {
            var end = from
            while end < last, !ends.contains(text.byte(end)) {
                if endsAtHash, text.byte(end) == UInt8(ascii: "#") { break }
                if isEncoded, text.holds("%26", at: end) || text.holds("%23", at: end) { break }
                end += 1
            }
            return end
        }
        let judged = end(from: start, atMost: min(text.byteCount, start + longestJudged))
        let isOpen = isCut && judged == text.byteCount
        guard SecretValue.isSecret(text, trimmed(text, start..<judged), name, isCut: isOpen) else { return .nothing }
        let whole = trimmed(text, start..<end(from: judged, atMost: text.byteCount))
        return .found(FoundSecret(type: name.type, range: whole))
    }

    /// So much of a value says whether it is a credential. Without a limit a text of names would be gone through again
    /// from each of them on.
    private static let longestJudged = 128

    private static func trimmed(_ text: RawSpan, _ range: Range<Int>) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, punctuation.contains(text.byte(end - 1)) { end -= 1 }
        return range.lowerBound..<end
    }

    /// What stands in quotes, if they begin here: to the same quote, or to the end.
    private static func quoted(_ text: RawSpan, _ start: Int) -> Range<Int>? {
        let isEscaped = text.holds("\\", at: start)
        let quote = start + (isEscaped ? 1 : 0)
        guard quote < text.byteCount, quotes.contains(text.byte(quote)) else { return nil }
        return quote + 1..<QuotedValue.end(text, quote + 1, quote: text.byte(quote), isEscaped: isEscaped)
    }

    private static func isBoundary(_ text: RawSpan, _ at: Int, _ name: SecretName) -> Bool {
        if at == 0 || boundaries.contains(text.byte(at - 1)) || isEncodedBoundary(text, at) { return true }
        // Settings have longer names: `spring.datasource.password=…`, `//registry/:_authToken=…`.
        return name.demand != .code && (text.byte(at - 1) == Byte.dot || text.byte(at - 1) == Byte.colon)
    }

    private static func isEncodedBoundary(_ text: RawSpan, _ at: Int) -> Bool {
        guard at >= 3, text.byte(at - 3) == UInt8(ascii: "%") else { return false }
        let digits = String(decoding: [text.byte(at - 2), text.byte(at - 1)], as: UTF8.self)
        return encodedBoundaries.contains(digits.uppercased())
    }

    // MARK: name: value

    /// A header or a setting in a text: `X-Api-Key: …`, `token: "…"`. The pair is the last letter of the name and the
    /// colon. A sentence may look like one, so the value must look like a credential.
    @Sendable static func judgeHeader(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard let (name, start) = SecretName.name(text, endingAt: pair + 1), isBoundary(text, start, name) else {
            return .nothing
        }
        let value = text.end(of: blanks, from: pair + 2)
        // `arn:aws:…:secret:name` and the like are names.
        if start > 0, value == pair + 2, text.byte(start - 1) == Byte.colon { return .nothing }
        return judgeValue(text, name, value, isCut)
    }

    /// A value that stands apart from its name, which says little by itself.
    static func judgeValue(_ text: RawSpan, _ name: SecretName, _ value: Int, _ isCut: Bool) -> SecretRule.Verdict {
        switch name.demand {
        case .cookies: cookies(text, value, isCut)
        case .authorization: authorization(text, value, isCut)
        default: judgeInSentence(text, name, value, isCut)
        }
    }

    /// A setting with spaces around its `=`. The pair is the first of them.
    @Sendable static func judgeSetting(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        var end = pair
        while end > 0, pair - end < 8, blanks.contains(text.byte(end - 1)) { end -= 1 }
        guard let (name, start) = SecretName.name(text, endingAt: end), isParameter(name),
            isBoundary(text, start, name)
        else { return .nothing }
        return judgeInSentence(text, name, text.end(of: blanks, from: pair + 2), isCut)
    }

    private static func judgeInSentence(
        _ text: RawSpan, _ name: SecretName, _ start: Int, _ isCut: Bool
    ) -> SecretRule.Verdict {
        if let inside = quoted(text, start) {
            let isOpen = isCut && inside.upperBound == text.byteCount
            guard SecretValue.isSecretInSentence(text, inside, name, isCut: isOpen) else { return .nothing }
            return .found(FoundSecret(type: name.type, range: inside))
        }
        func end(from: Int, atMost last: Int) -> Int {
            var end = from
            while end < last, !ends.contains(text.byte(end)) { end += 1 }
            return end
        }
        let judged = end(from: start, atMost: min(text.byteCount, start + longestJudged))
        let isOpen = isCut && judged == text.byteCount
        guard SecretValue.isSecretInSentence(text, trimmed(text, start..<judged), name, isCut: isOpen) else {
            return .nothing
        }
        let whole = trimmed(text, start..<end(from: judged, atMost: text.byteCount))
        return .found(FoundSecret(type: name.type, range: whole))
    }

    /// The name that a text ends with, if a value is to follow in quotes: `password=`, `token: `.
    static func openSetting(_ text: RawSpan) -> (name: SecretName, isInSentence: Bool)? {
        var end = text.byteCount
        while end > 0, blanks.contains(text.byte(end - 1)) { end -= 1 }
        guard end > 1, text.byte(end - 1) == UInt8(ascii: "=") || text.byte(end - 1) == Byte.colon else { return nil }
        let isInSentence = end < text.byteCount || text.byte(end - 1) == Byte.colon
        end -= 1
        while isInSentence, end > 0, blanks.contains(text.byte(end - 1)) { end -= 1 }
        guard let (name, start) = SecretName.name(text, endingAt: end), isParameter(name), isBoundary(text, start, name)
        else { return nil }
        return (name, isInSentence)
    }

    /// The cookies of a header to the end of its line.
    private static func cookies(_ text: RawSpan, _ start: Int, _ isCut: Bool) -> SecretRule.Verdict {
        var end = start
        while end < text.byteCount, !Cookies.headerEnds.contains(text.byte(end)) { end += 1 }
        return .several(Cookies.secrets(text, start..<end, isCut: isCut && end == text.byteCount), before: end)
    }

    /// A scheme and what looks like a credential: `Authorization: SSWS 00…`.
    private static func authorization(_ text: RawSpan, _ start: Int, _ isCut: Bool) -> SecretRule.Verdict {
        let scheme = text.end(of: .base64URL, from: start)
        let rest = text.end(of: blanks, from: scheme)
        let credential = rest > scheme ? rest : start
        var end = text.end(of: .token, from: credential)
        end = text.end(of: ByteSet("="), from: end)
        let name = SecretName(type: .authorization, demand: .token)
        let isOpen = isCut && end == text.byteCount
        // Parameters follow, as in `AWS4-HMAC-SHA256 Credential=…`.
        guard credential < end, isOpen || end == text.byteCount || !ByteSet.alphanumeric.contains(text.byte(end)),
            text.byte(end - 1) != UInt8(ascii: "=") || text.end(of: .token, from: end) == end,
            SecretValue.isSecretInSentence(text, credential..<end, name, isCut: isOpen)
        else { return .nothing }
        return .found(FoundSecret(type: .authorization, range: credential..<end))
    }
}
