/// Follows the members of an object of cookies, so that each value is judged by the name of its cookie:
/// `"cookies":{"session":"…"}`, `"cookies":{"session":{"value":"…"}}`, `"cookies":[{"name":"session","value":"…"}]`.
struct CookieMembers {
    /// How deep the members of the object lie, or nil outside of one.
    private var depth: Int?
    /// The last name was `cookies`: an object of them may begin.
    private var isAnnounced = false
    /// The string that follows is the name of a cookie.
    private var isNameNext = false
    private var isTelling = false

    var isInside: Bool { depth != nil }

    /// Notes the name of a member; returns what its value must look like, if that is the value of a cookie.
    mutating func note(name: RawSpan, depth: Int) -> SecretName? {
        isAnnounced = Self.isOfCookies(name)
        isNameNext = false
        guard let outer = self.depth else { return nil }
        let name = Cookies.lowercased(name)
        if depth > outer || depth == outer && name == "value" {
            isNameNext = name == "name" || name == "key"
            guard name == "value" else { return nil }
        } else {
            isTelling = Cookies.isTelling(name)
            guard !Cookies.attributes.contains(name) else { return nil }
        }
        return SecretName(type: .cookie, demand: isTelling ? .cookieValue : .token)
    }

    mutating func note(value: RawSpan) {
        if isNameNext { isTelling = Cookies.isTelling(Cookies.lowercased(value)) }
        isNameNext = false
    }

    /// Notes what stands between two strings, and how deep it ends.
    mutating func note(between: RawSpan, depth: Int) {
        if let outer = self.depth, depth < outer { self.depth = nil }
        defer { isAnnounced = false }
        guard isAnnounced, self.depth == nil else { return }
        var at = between.end(of: .colonOrSpace, from: 0)
        let isList = between.holds("[", at: at)
        if isList { at = between.end(of: .space, from: at + 1) }
        guard between.holds("{", at: at), between.end(of: .space, from: at + 1) == between.byteCount else { return }
        // Of a list each object is a cookie, with its name among the members.
        self.depth = isList ? depth - 1 : depth
        isTelling = false
    }

    /// `cookie`, `cookies`, `request.cookies`, with a capital or without.
    private static func isOfCookies(_ name: RawSpan) -> Bool {
        var start = name.byteCount
        while start > 0, name.byteCount - start < 8, name.byte(start - 1) != Byte.dot { start -= 1 }
        let count = name.byteCount - start
        return name.holdsInAnyCase("cookie", at: start)
            && (count == 6 || count == 7 && name.byte(start + 6).lowercased == UInt8(ascii: "s"))
    }

    /// The cookies of an object in a text that holds JSON. The pair is the `ki` of `cookies`.
    @Sendable static func judge(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard pair >= 4, text.holdsInAnyCase("cookie", at: pair - 3) else { return .nothing }
        var end = pair + 3
        if end < text.byteCount, text.byte(end).lowercased == UInt8(ascii: "s") { end += 1 }
        let isEscaped = text.holds("\\\"", at: end)
        guard isEscaped || text.holds("\"", at: end) else { return .nothing }
        var object = text.end(of: .colonOrSpace, from: end + (isEscaped ? 2 : 1))
        if text.holds("[", at: object) { object = text.end(of: .space, from: object + 1) }
        guard text.holds("{", at: object) else { return .nothing }
        let first = text.end(of: .space, from: object + 1)
        guard isEscaped ? text.holds("\\\"", at: first) : text.holds("\"", at: first) else { return .nothing }
        let start = pair - 3
        guard isEscaped else { return secrets(text.extracting(start...), at: start) }
        let plain = withoutEscapes(text, from: start)
        return secrets(plain.span.bytes, at: start)
    }

    /// The object with a quote and a blank in place of each `\"`: what stands inside of the quotes keeps its place.
    private static func withoutEscapes(_ text: RawSpan, from start: Int) -> [UInt8] {
        var copy: [UInt8] = []
        var at = start, depth = 0
        var isInside = true
        while at < text.byteCount {
            if text.holds("\\\"", at: at) {
                copy += isInside ? [Byte.quote, Byte.space] : [Byte.space, Byte.quote]
                isInside.toggle()
                at += 2
                continue
            }
            let byte = text.byte(at)
            copy.append(byte)
            at += 1
            if byte == Byte.openBrace || byte == Byte.openBracket { depth += 1 }
            if byte == Byte.closeBrace || byte == Byte.closeBracket { depth -= 1 }
            if depth < 0 || depth == 0 && byte == Byte.closeBrace { break }
        }
        return copy
    }

    /// - Parameter start: where the text stands in the whole one.
    private static func secrets(_ text: RawSpan, at start: Int) -> SecretRule.Verdict {
        var pieces = LinePieces(insideString: true)
        var found: [FoundSecret] = []
        var hasBegun = false
        while let piece = pieces.next(text) {
            let range = piece.range
            if hasBegun, !pieces.isInCookies { return .several(found, before: start + range.lowerBound) }
            hasBegun = hasBegun || pieces.isInCookies
            guard hasBegun || range.lowerBound < 64 else { return .nothing }
            guard let demand = piece.name, demand.type == .cookie, !piece.isName else { continue }
            if SecretValue.isSecret(text, range, demand) {
                found.append(FoundSecret(type: .cookie, range: start + range.lowerBound..<start + range.upperBound))
            }
        }
        return .several(found, before: start + text.byteCount)
    }
}
