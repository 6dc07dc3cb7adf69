/// The names under which requests and responses of OAuth carry credentials.
enum SecretName {
    /// A name in small letters without separators, so that `clientSecret` and `client-secret` are `client_secret`.
    static let types: [(name: StaticString, type: SecretType)] = [
        ("accesstoken", .accessToken), ("refreshtoken", .refreshToken), ("idtoken", .idToken), ("code", .code),
        ("devicecode", .code), ("codeverifier", .codeVerifier), ("clientsecret", .clientSecret),
        ("clientassertion", .clientAssertion), ("apikey", .apiKey), ("xapikey", .apiKey), ("password", .password),
        ("passwd", .password), ("authorization", .authorization), ("proxyauthorization", .authorization),
    ]

    /// The last letters of names, each before each of these characters.
    static func endings(_ letters: String, before next: String) -> [String] {
        (letters + letters.uppercased()).flatMap { last in next.map { "\(last)\($0)" } }
    }

    /// No name is longer, separators included.
    private static let longest = 24

    /// The name that ends at `end`, and where it starts. It is not a part of a longer one: `error_code` is no `code`.
    static func type(_ text: RawSpan, endingAt end: Int) -> (type: SecretType, start: Int)? {
        guard isEnding(text, end) else { return nil }
        var start = end
        while start > 0, end - start <= longest, ByteSet.base64URL.contains(text.byte(start - 1)) { start -= 1 }
        guard end - start <= longest else { return nil }
        // In `%3Fcode` the two digits belong to what stands before the name.
        if start > 0, text.byte(start - 1) == UInt8(ascii: "%") { start = min(start + 2, end) }
        return type(text.extracting(start..<end)).map { ($0, start) }
    }

    /// Whether two letters stand before `end` in which a name ends; most other words are told by that.
    private static func isEnding(_ text: RawSpan, _ end: Int) -> Bool {
        guard end >= 4 else { return false }
        switch (text.byte(end - 2).lowercased, text.byte(end - 1).lowercased) {
        case (UInt8(ascii: "e"), UInt8(ascii: "n")), (UInt8(ascii: "e"), UInt8(ascii: "r")),
            (UInt8(ascii: "e"), UInt8(ascii: "t")), (UInt8(ascii: "e"), UInt8(ascii: "y")),
            (UInt8(ascii: "o"), UInt8(ascii: "n")), (UInt8(ascii: "d"), UInt8(ascii: "e")),
            (UInt8(ascii: "r"), UInt8(ascii: "d")), (UInt8(ascii: "w"), UInt8(ascii: "d")):
            return true
        default: return false
        }
    }

    /// What a whole text names.
    static func type(_ text: RawSpan) -> SecretType? {
        guard text.byteCount <= longest, isEnding(text, text.byteCount) else { return nil }
        return types.first { name, _ in isSame(text, name) }?.type
    }

    private static func isSame(_ text: RawSpan, _ name: StaticString) -> Bool {
        var place = 0
        for at in 0..<text.byteCount where text.byte(at) != Byte.underscore && text.byte(at) != Byte.minus {
            guard place < name.utf8CodeUnitCount, text.byte(at).lowercased == name.utf8Start[place] else {
                return false
            }
            place += 1
        }
        return place == name.utf8CodeUnitCount
    }
}
