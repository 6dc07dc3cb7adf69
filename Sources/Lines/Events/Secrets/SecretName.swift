/// The names under which requests, responses and settings carry credentials, and what a value must look like to be one.
struct SecretName: Equatable {
    /// How much a name says by itself.
    enum Demand {
        /// Everything is a credential that is no placeholder.
        case anything
        /// Everything but words and ids.
        case issued
        /// Everything but words.
        case noWords
        /// What people type: no words, numbers, paths.
        case typed
        /// What is not made of words and numbers alone.
        case secret
        /// What looks drawn at random.
        case token
        case code, cookies, authorization
        /// What the name of a cookie says to be one of a session.
        case cookieValue
        /// The signature of a URL.
        case signature
    }

    var type: SecretType
    var demand: Demand
    /// The whole name is known, not only its last words.
    var isWhole = true

    /// Names in small letters without separators, so that `clientSecret` and `client-secret` are `client_secret`.
    private static let whole: [(name: StaticString, type: SecretType, demand: Demand)] = [
        ("accesstoken", .accessToken, .issued), ("refreshtoken", .refreshToken, .issued),
        ("idtoken", .idToken, .issued), ("code", .code, .code), ("devicecode", .code, .code),
        ("authcode", .code, .code), ("authorizationcode", .code, .code),
        ("codeverifier", .codeVerifier, .anything), ("clientsecret", .clientSecret, .anything),
        ("clientassertion", .clientAssertion, .anything), ("apikey", .apiKey, .noWords),
        ("xapikey", .apiKey, .noWords), ("password", .password, .anything), ("passwd", .password, .anything),
        ("passphrase", .password, .anything), ("passwort", .password, .anything),
        ("kennwort", .password, .anything), ("wachtwoord", .password, .anything),
        ("motdepasse", .password, .anything), ("pwd", .password, .typed), ("pass", .password, .typed),
        ("authorization", .authorization, .authorization), ("proxyauthorization", .authorization, .authorization),
        ("cookie", .cookie, .cookies), ("setcookie", .cookie, .cookies), ("sig", .sas, .signature),
        ("xamzsignature", .signature, .signature), ("xgoogsignature", .signature, .signature),
        ("phpsessid", .cookie, .secret), ("jsessionid", .cookie, .secret),
    ]

    /// What longer names end in: `DB_PASSWORD`, `githubToken`, `stripe_signing_secret`.
    private static let endings: [(name: StaticString, type: SecretType, demand: Demand)] = [
        ("accesstoken", .accessToken, .issued), ("refreshtoken", .refreshToken, .issued),
        ("clientsecret", .clientSecret, .secret), ("secretaccesskey", .aws, .secret), ("token", .token, .token),
        ("secret", .secret, .secret), ("password", .password, .typed), ("passwd", .password, .typed),
        ("passphrase", .password, .typed), ("passwort", .password, .typed), ("kennwort", .password, .typed),
        ("pwd", .password, .typed), ("apikey", .apiKey, .secret),
        ("secretkey", .secret, .secret), ("privatekey", .secret, .secret), ("signingkey", .secret, .secret),
        ("encryptionkey", .secret, .secret), ("masterkey", .secret, .secret), ("accountkey", .secret, .secret),
        ("accesskey", .secret, .secret), ("authkey", .secret, .secret),
    ]

    /// Names in npm's and Yarn's configuration, in exactly this spelling: the value may be a UUID, or Base64.
    private static let exact: [StaticString] = ["_authToken", "authToken", "npmAuthToken", "_auth"]

    /// What before `token` makes the name one of a place in a list, of a request that must not be done twice, or of a
    /// hash, by which GitHub names tokens.
    private static let cursors: [StaticString] = [
        "hashed", "hashof",
        "page", "next", "nextpage", "prevpage", "previouspage", "continuation", "nextcontinuation", "sync", "nextsync",
        "start", "starting", "cursor", "scroll", "resume", "resumption", "pagination", "paging", "idempotency",
        "clientrequest",
    ]

    /// The last letters of names, each before each of these characters.
    static func endings(_ letters: String, before next: String) -> [String] {
        (letters + letters.uppercased()).flatMap { last in next.map { "\(last)\($0)" } }
    }

    /// No name is longer, separators included.
    static let longest = 48

    /// The name that ends at `end`, and where it starts. It is not a part of a longer one: `error_code` is no `code`.
    static func name(_ text: RawSpan, endingAt end: Int) -> (name: SecretName, start: Int)? {
        guard isEnding(text, end) else { return nil }
        var start = end
        while start > 0, end - start <= longest, ByteSet.base64URL.contains(text.byte(start - 1)) { start -= 1 }
        guard end - start <= longest else { return nil }
        // In `%3Fcode` the two digits belong to what stands before the name.
        if start > 0, text.byte(start - 1) == UInt8(ascii: "%") { start = min(start + 2, end) }
        return name(text, start..<end).map { ($0, start) }
    }

    /// Whether letters stand before `end` in which a name ends; nearly all other words are told by that.
    private static func isEnding(_ text: RawSpan, _ end: Int) -> Bool {
        guard end >= 3 else { return false }
        let last =
            UInt32(text.byte(end - 3).lowercased) << 16 | UInt32(text.byte(end - 2).lowercased) << 8
            | UInt32(text.byte(end - 1).lowercased)
        switch last {
        case ending("ken"), ending("ret"), ending("key"), ending("ord"), ending("pwd"), ending("swd"), ending("ass"),
            ending("ode"), ending("ier"), ending("kie"), ending("sig"):
            return true
        // `region`, `database`, `picture` and `client_id` are frequent.
        case ending("ion"): return end > 3 && text.byte(end - 4).lowercased == UInt8(ascii: "t")
        case ending("ase"): return end > 3 && text.byte(end - 4).lowercased == UInt8(ascii: "r")
        case ending("ure"): return end > 3 && text.byte(end - 4).lowercased == UInt8(ascii: "t")
        case ending("sse"): return end > 3 && text.byte(end - 4).lowercased == UInt8(ascii: "a")
        case ending("ort"): return end > 3 && text.byte(end - 4).lowercased == UInt8(ascii: "w")
        case ending("uth"): return end > 4 && text.byte(end - 5) == Byte.underscore
        case ending("sid"), ending("nid"): return true
        default: return false
        }
    }

    @inline(__always)
    private static func ending(_ letters: StaticString) -> UInt32 {
        UInt32(letters.utf8Start[0]) << 16 | UInt32(letters.utf8Start[1]) << 8 | UInt32(letters.utf8Start[2])
    }

    /// What a whole text names. Of `spring.datasource.password` the last word is asked.
    static func name(_ text: RawSpan) -> SecretName? {
        let end = text.byteCount
        guard end <= longest, isEnding(text, end), text.end(of: .name, from: 0) == end else { return nil }
        var start = end
        while start > 0, text.byte(start - 1) != Byte.dot { start -= 1 }
        return name(text, start..<end)
    }

    private static func name(_ text: RawSpan, _ range: Range<Int>) -> SecretName? {
        guard range.count >= 3 else { return nil }
        if exact.contains(where: { $0.utf8CodeUnitCount == range.count && text.holds($0, at: range.lowerBound) }) {
            return SecretName(type: .token, demand: .secret)
        }
        let last = text.byte(range.upperBound - 1).lowercased
        for known in known where known.last == last {
            guard let start = start(of: known.name, text, range) else { continue }
            if start == range.lowerBound {
                return SecretName(type: known.type, demand: known.demand, isWhole: known.isWhole)
            }
            guard !known.isWhole else { continue }
            let before = range.lowerBound..<start
            let isCursor =
                known.demand == .token
                && cursors.contains { Self.start(of: $0, text, before) == range.lowerBound }
            if isCursor { return nil }
            return SecretName(type: known.type, demand: known.demand, isWhole: false)
        }
        return nil
    }

    private struct Known {
        var name: StaticString
        var last: UInt8
        var type: SecretType
        var demand: Demand
        /// It is the whole of a name, not the end of a longer one.
        var isWhole: Bool

        init(_ name: StaticString, _ type: SecretType, _ demand: Demand, isWhole: Bool) {
            self.name = name
            last = name.utf8Start[name.utf8CodeUnitCount - 1]
            self.type = type
            self.demand = demand
            self.isWhole = isWhole
        }
    }

    private static let known =
        whole.map { Known($0.name, $0.type, $0.demand, isWhole: true) }
        + endings.map { Known($0.name, $0.type, $0.demand, isWhole: false) }

    /// Where a range begins to end in a name, separators passed over, or nil. Separators before it are its own.
    private static func start(of name: StaticString, _ text: RawSpan, _ range: Range<Int>) -> Int? {
        var at = range.upperBound
        var place = name.utf8CodeUnitCount
        while place > 0 {
            guard at > range.lowerBound else { return nil }
            at -= 1
            let byte = text.byte(at)
            if byte == Byte.underscore || byte == Byte.minus { continue }
            place -= 1
            guard byte.lowercased == name.utf8Start[place] else { return nil }
        }
        while at > range.lowerBound, text.byte(at - 1) == Byte.underscore || text.byte(at - 1) == Byte.minus { at -= 1 }
        return at
    }
}
