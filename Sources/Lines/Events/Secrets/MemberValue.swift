/// Values that are credentials because of the member of JSON that they are, of the line itself or of a text in it.
/// Members as Ruby and Python print them are ones, too: `"password"=>"…"`, `'token': '…'`.
enum MemberValue {
    /// The pair is the last letter of the name and the quote, which may have a backslash.
    @Sendable static func judge(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        let end = pair + 1
        guard let (name, start) = name(text, endingAt: end), isMember(name), start > 0 else { return .nothing }
        let isEscaped = text.byte(end) == Byte.backslash
        let quote = isEscaped ? (end + 1 < text.byteCount ? text.byte(end + 1) : 0) : text.byte(end)
        guard quote == Byte.quote || quote == UInt8(ascii: "'"), text.byte(start - 1) == quote else { return .nothing }
        var value = QuotedValue(quote: quote, isEscaped: isEscaped)
        var found: [FoundSecret] = []
        var at = end + (isEscaped ? 2 : 1)
        while let range = value.next(text, &at) { found += secrets(text, range, name) }
        // A list is gone through once, however many names it has in it.
        return .several(found, before: value.isList ? at : pair + 1)
    }

    private static func name(_ text: RawSpan, endingAt end: Int) -> (SecretName, Int)? {
        guard let (name, start) = SecretName.name(text, endingAt: end) else { return nil }
        var first = start
        while first > 0, end - first <= SecretName.longest, ByteSet.name.contains(text.byte(first - 1)) { first -= 1 }
        return (name, first)
    }

    /// Whether a member of this name holds a credential. `code` is one of errors more often than one of OAuth, and
    /// `sig` says nothing without the rest of its URL.
    static func isMember(_ name: SecretName) -> Bool { name.demand != .code && name.type != .sas }

    /// The parts of a member's value that are credentials.
    static func secrets(_ text: RawSpan, _ value: Range<Int>, _ name: SecretName) -> [FoundSecret] {
        switch name.demand {
        case .cookies: return Cookies.secrets(text, value, isCut: false)
        case .authorization:
            return authorization(text, value).map { [FoundSecret(type: name.type, range: $0)] } ?? []
        default:
            return SecretValue.isSecret(text, value, name) ? [FoundSecret(type: name.type, range: value)] : []
        }
    }

    private static func authorization(_ text: RawSpan, _ value: Range<Int>) -> Range<Int>? {
        // A parameter in it was replaced before, and then the rest was left.
        guard !value.contains(where: { SecretMark.stands(in: text, at: $0) }) else { return nil }
        let scheme = text.extracting(..<value.upperBound).end(of: .base64URL, from: value.lowerBound)
        let rest = text.extracting(..<value.upperBound).end(of: .space, from: scheme)
        if rest > scheme, scheme > value.lowerBound {
            let credential = rest..<value.upperBound
            return credential.count >= 8 && !SecretValue.isHarmless(text, credential) && !isPhrase(text, credential)
                ? credential : nil
        }
        return value.count >= 16 && !SecretValue.isHarmless(text, value) && !text.composition(value).isWords
            ? value : nil
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
}

/// The value of a member from the end of its name on, or the values if it is a list of them.
struct QuotedValue {
    let quote: UInt8
    /// The quotes have backslashes before them.
    let isEscaped: Bool
    private(set) var isList = false
    private var isOver = false

    init(quote: UInt8, isEscaped: Bool) {
        self.quote = quote
        self.isEscaped = isEscaped
    }

    /// The next value, or nil. `at` stands behind the quote of the name at first, then behind the value.
    mutating func next(_ text: RawSpan, _ at: inout Int) -> Range<Int>? {
        guard !isOver, let start = isList ? nextElement(text, at) : firstValue(text, at) else { return nil }
        let end = Self.end(text, start, quote: quote, isEscaped: isEscaped)
        at = min(end + (isEscaped ? 2 : 1), text.byteCount)
        if !isList { isOver = true }
        return start..<end
    }

    private mutating func firstValue(_ text: RawSpan, _ from: Int) -> Int? {
        let colon = text.end(of: .space, from: from)
        guard text.holds(":", at: colon) || text.holds("=>", at: colon) else { return nil }
        var at = text.end(of: .colonOrSpace, from: text.holds("=>", at: colon) ? colon + 2 : colon)
        if text.holds("[", at: at) {
            isList = true
            at = text.end(of: .space, from: at + 1)
        }
        return afterQuote(text, at)
    }

    private func nextElement(_ text: RawSpan, _ from: Int) -> Int? {
        let comma = text.end(of: .space, from: from)
        guard text.holds(",", at: comma) else { return nil }
        return afterQuote(text, text.end(of: .space, from: comma + 1))
    }

    private func afterQuote(_ text: RawSpan, _ at: Int) -> Int? {
        let place = at + (isEscaped ? 1 : 0)
        guard !isEscaped || text.holds("\\", at: at), place < text.byteCount, text.byte(place) == quote else {
            return nil
        }
        return place + 1
    }

    /// Where a value ends: before the quote, or before its backslash if the quotes have one, or with the text.
    static func end(_ text: RawSpan, _ start: Int, quote: UInt8, isEscaped: Bool) -> Int {
        var end = start
        while end < text.byteCount, text.byte(end) != quote {
            if text.byte(end) == Byte.backslash {
                if isEscaped, end + 1 < text.byteCount, text.byte(end + 1) == quote { break }
                end += 1
            }
            end += 1
        }
        return min(end, text.byteCount)
    }
}
