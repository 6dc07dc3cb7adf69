/// The values of cookies that let somebody in: of those whose names say so, and of others that look drawn at random.
/// Names and attributes stay.
enum Cookies {
    /// What ends a header in a text; a backslash begins `\r\n` there.
    static let headerEnds = ByteSet("\"'\\\r\n")
    private static let space = ByteSet(" \t")
    static let attributes: Set<String> = [
        "path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority", "partitioned", "version",
    ]
    private static let telling = [
        "sess", "sid", "auth", "token", "jwt", "login", "remember", "sso", "saml", "secret", "credential", "identity",
        "csrf", "xsrf", "clearance",
    ]
    private static let longestName = 64

    static func secrets(_ text: RawSpan, _ range: Range<Int>, isCut: Bool) -> [FoundSecret] {
        var found: [FoundSecret] = []
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            while end < range.upperBound, text.byte(end) != UInt8(ascii: ";") { end += 1 }
            let isOpen = isCut && end == range.upperBound
            if let value = value(text, start..<end, isCut: isOpen) {
                found.append(FoundSecret(type: .cookie, range: value))
            }
            start = end + 1
        }
        return found
    }

    /// The value of a cookie if it is a credential.
    private static func value(_ text: RawSpan, _ cookie: Range<Int>, isCut: Bool) -> Range<Int>? {
        let start = text.end(of: space, from: cookie.lowerBound)
        guard
            let equals = (start..<max(start, cookie.upperBound)).first(where: {
                text.byte($0) == UInt8(ascii: "=")
            }), equals > start, equals - start <= longestName
        else { return nil }
        let name = String(decoding: Array(text, start..<equals), as: UTF8.self).lowercased()
        var value = equals + 1..<cookie.upperBound
        while let last = value.last, space.contains(text.byte(last)) || text.byte(last) == Byte.comma {
            value = value.lowerBound..<last
        }
        guard !attributes.contains(name), !value.isEmpty, !SecretValue.isHarmless(text, value) else { return nil }
        let demand = SecretName(type: .cookie, demand: isTelling(name) ? .cookieValue : .token)
        return SecretValue.isSecret(text, value, demand, isCut: isCut) ? value : nil
    }

    static func lowercased(_ name: RawSpan) -> String {
        String(decoding: Array(name, 0..<min(name.byteCount, longestName)), as: UTF8.self).lowercased()
    }

    /// Whether a cookie of that name, in small letters, belongs to a session.
    static func isTelling(_ name: String) -> Bool { telling.contains { name.contains($0) } }

    /// Whether a value is a credential, of a cookie whose name says so.
    static func isCredential(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        let kinds = text.composition(value)
        if kinds == .digit { return value.count >= 10 }
        return value.count >= 6 && kinds.contains(.digit) && !ValueLook.isNumber(text, value)
            || value.count >= 16 && !ValueLook.isWords(text, value)
    }
}
