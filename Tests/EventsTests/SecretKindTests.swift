import Events
import Testing
import TestSupport

private let marker = SecretMarker(digest: fnv)

private func fnv(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

private func mark(_ type: SecretType, _ secret: String) -> String {
    let digits = String(fnv(Array(secret.utf8)), radix: 16)
    return "⟨\(type.rawValue):hmac:" + String(repeating: "0", count: 16 - digits.count) + digits + "⟩"
}

private func replaced(text: String) -> String? {
    marker.redacted(text: Array(text.utf8).span.bytes).map { String(decoding: $0.bytes, as: UTF8.self) }
}

private func replaced(line: String) -> String? {
    marker.redacted(line: Array(line.utf8).span.bytes).map { String(decoding: $0.bytes, as: UTF8.self) }
}

/// Each kind of credential, drawn from its issuer's definition, and its near misses.
struct SecretKindTests {
    @Test(arguments: SecretKind.byLook + SecretKind.byName)
    func `a credential of the kind is replaced, and nothing beside it`(_ kind: SecretKind) {
        var draw = Draw(seed: 6)
        for _ in 0..<60 {
            let secret = kind.make(&draw)
            let expected = kind.before + mark(kind.type, secret) + kind.after
            #expect(replaced(text: kind.before + secret + kind.after) == expected, "\(secret)")
            let line = "{\"x\":{\"y\":\"\(Place.plain(kind.before + secret + kind.after))\"}}"
            #expect(replaced(line: line) == "{\"x\":{\"y\":\"\(Place.plain(expected))\"}}", "\(secret)")
            #expect(replaced(text: expected) == nil)
        }
    }

    @Test(arguments: SecretKind.byLook + SecretKind.byName)
    func `what looks like the kind and is none stays`(_ kind: SecretKind) {
        for text in kind.stays {
            #expect(replaced(text: text) == nil)
            #expect(replaced(line: "{\"x\":[\"\(Place.plain(text))\"]}") == nil, "\(text)")
        }
    }

    @Test(arguments: SecretKind.byLook)
    func `a key is known in the middle of a sentence and at the end of one`(_ kind: SecretKind) {
        guard kind.before.isEmpty, kind.after.isEmpty else { return }
        var draw = Draw(seed: 7)
        for (before, after) in [("denied: ", " is unknown"), ("(", ")"), ("key=", "&n=1"), ("'", "',"), ("<", ">")] {
            let secret = kind.make(&draw)
            #expect(replaced(text: before + secret + after) == before + mark(kind.type, secret) + after)
        }
    }

    @Test func `members hold credentials under names that say so, if they look like it`() {
        var draw = Draw(seed: 8)
        let key = draw.mixed(Draw.base64, 40), token = draw.mixed(Draw.alphanumeric, 24),
            hex = draw.text(Draw.hex, 38) + "a1"
        let found: [(String, String, SecretType)] = [
            ("aws_secret_access_key", key, .aws), ("secretAccessKey", key, .aws), ("SecretAccessKey", key, .aws),
            ("secretKey", key, .secret), ("token", token, .token), ("authToken", token, .token), ("token", hex, .token),
            ("github_token", token, .token), ("X-Amz-Security-Token", token, .token), ("secret", hex, .secret),
            ("secret", draw.uuid(), .secret), ("webhook_secret", token, .secret), ("pwd", "hunter2", .password),
            ("db_password", "s3cret", .password), ("passphrase", "correct horse", .password),
            ("user.password", "hunter2", .password), ("accountKey", key + key, .secret),
            ("stripeApiKey", token, .apiKey),
            ("PHPSESSID", token.lowercased(), .cookie), ("privateKey", key, .secret),
        ]
        for (name, value, type) in found {
            #expect(
                replaced(line: #"{"\#(name)":"\#(value)","n":1}"#) == #"{"\#(name)":"\#(mark(type, value))","n":1}"#)
            #expect(
                replaced(line: #"{"a":{"\#(name)":["\#(value)"]}}"#) == #"{"a":{"\#(name)":["\#(mark(type, value))"]}}"#
            )
        }
        let harmless: [(String, String)] = [
            ("token", "tok_0K514M7Z"), ("token", draw.uuid()), ("token", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            ("token", "rotated"),
            ("token_id", token), ("refresh_token_id", hex), ("presented", hex), ("code_id", hex), ("page_token", token),
            ("hashed_token", token), ("nextToken", token), ("next_page_token", key), ("syncToken", token),
            ("idempotency_token", token),
            ("secret", "db-credentials"), ("secret_name", token),
            ("secret", "arn:aws:secretsmanager:eu-1:123456789012:secret:db"),
            ("pwd", "/var/www/html"), ("has_password", "yes"), ("access_key", "AKIAIOSFODNN7EXAMPLE"),
            ("aws_access_key_id", "ASIAIOSFODNN7EXAMPLE"),
            ("api_key", "missing"), ("refresh_token", "not_found"), ("access_token", "TokenExpired"), ("token", ""),
            ("token_count", "4096"), ("csrf", token), ("key", token), ("session_id", token), ("password", "required"),
            ("client_secret", "expired"), ("cookie", "absent"), ("cookie", "theme=dark; lang=en"), ("tokenizer", token),
        ]
        for (name, value) in harmless {
            #expect(replaced(line: #"{"\#(name)":"\#(value)"}"#) == nil, "\(name): \(value)")
        }
    }

    @Test func `words stay where a code, a key or a token is named`() {
        for text in [
            "code=NotFound", "code=AccessDenied", "code=NoSuchKey", "code=InvalidAccessKeyId", "code=Throttling.Rate",
            "code=ORA-01017",
            "code=AADSTS50011", "code=ERR_BAD_REQUEST", "api_key=missing", "apikey=invalid", "api_key=not-provided",
            "api_key=NotFound",
            "refresh_token=not_found", "access_token=TokenExpired", "id_token=malformed", "password=incorrect",
            "client_secret=invalid",
            "client_secret=NotFound", "password=unset",
        ] { #expect(replaced(text: text) == nil, "\(text)") }
        #expect(replaced(text: "code=Spl" + "xlOBeZQQYbYS6WxSbIA")?.hasPrefix("code=⟨code:") == true)
        #expect(replaced(text: "api_key=9d1c" + "7b") == "api_key=" + mark(.apiKey, "9d1c7b"))
        #expect(replaced(text: "password=correcthorse") == "password=" + mark(.password, "correcthorse"))
    }

    @Test func `each cookie of a list is judged by itself, also where headers are lists`() {
        var draw = Draw(seed: 9)
        let one = draw.mixed(Draw.alphanumeric, 32), two = draw.mixed(Draw.alphanumeric, 22)
        let header = "a=1; session=\(one); theme=dark; remember_token=\(two)"
        let expected = "a=1; session=\(mark(.cookie, one)); theme=dark; remember_token=\(mark(.cookie, two))"
        #expect(replaced(text: "Cookie: " + header) == "Cookie: " + expected)
        #expect(replaced(line: #"{"headers":{"cookie":"\#(header)"}}"#) == #"{"headers":{"cookie":"\#(expected)"}}"#)
        #expect(
            replaced(line: #"{"set-cookie":["a=1; Path=/","sid=\#(one); Path=/","t=\#(two)"]}"#)
                == #"{"set-cookie":["a=1; Path=/","sid=\#(mark(.cookie, one)); Path=/","t=\#(mark(.cookie, two))"]}"#)
        // What has a look of its own is called so.
        let key = "np" + "m_" + draw.text(Draw.alphanumeric, 36)
        #expect(replaced(text: "Cookie: x=\(key); y=2") == "Cookie: x=\(mark(.npm, key)); y=2")
    }

    @Test func `a secret access key is known wherever its line has the id of one`() {
        var draw = Draw(seed: 10)
        let key = draw.mixed(Draw.base64, 40), id = "AK" + "IA" + "IOSFODNN7EXAMPLE"
        #expect(
            replaced(line: #"{"a":"\#(key)","b":{"c":"\#(id)"}}"#) == #"{"a":"\#(mark(.aws, key))","b":{"c":"\#(id)"}}"#
        )
        #expect(replaced(line: #"{"a":"\#(key)","b":{"c":"AK"}}"#) == nil)
        let escaped = key.replacing("/", with: #"\/"#)
        #expect(replaced(line: #"{"a":"\#(escaped)","b":"\#(id)"}"#) == #"{"a":"\#(mark(.aws, key))","b":"\#(id)"}"#)
    }

    @Test(arguments: [false, true], [false, true])
    func `a copy in Base64 has the digits of what it is a copy of`(url: Bool, padded: Bool) {
        var draw = Draw(seed: 11)
        for kind in SecretKind.byLook where kind.type != .sas && kind.type != .signature {
            for prefix in ["", "a", "ab", #"{"k":"?~>"#] {
                let secret = kind.make(&draw)
                let copy = Draw.base64(
                    prefix + (prefix.isEmpty ? "" : " ") + kind.before + secret, url: url, padded: padded)
                let marked = mark(kind.type, secret)
                #expect(replaced(text: copy) == marked, "\(kind.name), \(copy)")
                #expect(replaced(text: "blob: \(copy), 1") == "blob: \(marked), 1", "\(kind.name)")
                #expect(replaced(line: #"{"b":"\#(copy)"}"#) == #"{"b":"\#(marked)"}"#, "\(kind.name)")
                #expect(
                    replaced(text: "data/\(Draw.base64(kind.before + secret, url: true))") == "data/\(marked)",
                    "\(kind.name)")
            }
        }
        let harmless = Draw.base64(#"{"offset":20,"id":"tok_0K514M7Z","name":"Grüße"}"#, url: url, padded: padded)
        #expect(replaced(text: harmless) == nil)
    }

    @Test(arguments: UInt64(1)...4)
    func `nothing harmless is replaced, whatever it is put together from`(seed: UInt64) {
        var made = HarmlessTexts(seed: seed)
        for _ in 0..<25_000 {
            let text = made.text()
            #expect(replaced(text: text) == nil)
            let name = made.name(), value = made.id()
            let line = #"{"\#(name)":"\#(value)","o":{"\#(name)":["\#(value)"]},"m":"\#(name)=\#(value)&n=1"}"#
            #expect(replaced(line: line) == nil)
        }
    }
}

/// Questions about what was replaced.
struct SecretQuestionTests {
    private let key = "np" + "m_" + SecretKind.a35 + "x"

    @Test func `a line is known again by its marks, whichever rules replaced it`() {
        let id = "AK" + "IA" + "IOSFODNN7EXAMPLE"
        func isStored(_ line: String, as stored: String) -> Bool {
            marker.isStored(Array(line.utf8).span.bytes, as: Array(stored.utf8))
        }
        // Up to 0.2.0 ids of access keys were replaced.
        let old = #"{"k":"\#(mark(.aws, id))","n":"a \#(mark(.aws, id)) b","e":1}"#
        #expect(isStored(#"{"k":"\#(id)","n":"a \#(id) b","e":1}"#, as: old))
        #expect(!isStored(#"{"k":"\#(id)","n":"a \#(id) c","e":1}"#, as: old))
        #expect(!isStored(#"{"k":"\#(id)","n":"a \#(id.lowercased()) b","e":1}"#, as: old))
        #expect(!isStored(#"{"k":"\#(id)","n":"a \#(id) b","e":1} "#, as: old))
        #expect(isStored(#"{"k":"\u0041\#(id.dropFirst())","n":1}"#, as: #"{"k":"\#(mark(.aws, id))","n":1}"#))
        // As today, a mark in the log, and a credential at the end.
        #expect(isStored("x \(key) y", as: "x \(mark(.npm, key)) y"))
        #expect(isStored("x \(mark(.jwt, "a")) \(id)", as: "x \(mark(.jwt, "a")) \(mark(.aws, id))"))
        #expect(!isStored("x \(mark(.jwt, "a"))", as: "x \(mark(.jwt, "b"))"))
        #expect(!isStored("", as: mark(.aws, id)))
    }

    @Test func `who asks for a credential asks for its mark, as which it may be stored in any field`() {
        #expect(SecretMarker.replaces(key) && SecretMarker.replaces("Bearer 0123456789abcdef"))
        #expect(!SecretMarker.replaces("tok_0K514M7Z") && !SecretMarker.replaces("AKIAIOSFODNN7EXAMPLE"))
        #expect(
            SecretMarker.isAccessKeyID("AKIAIOSFODNN7EXAMPLE") && !SecretMarker.isAccessKeyID("AKIAIOSFODNN7EXAMPLEX"))
        #expect(marker.stored(key) == mark(.npm, key) && marker.stored("tok_7") == "tok_7")
        #expect(marker.spellings(of: key).first == mark(.npm, key))
        let spellings = marker.spellings(of: "opaque-0123456789")
        #expect(spellings.first == "opaque-0123456789")
        #expect(spellings.contains("Bearer " + mark(.bearer, "opaque-0123456789")))
        #expect(spellings.contains(mark(.accessToken, "opaque-0123456789")))
        #expect(Set(spellings).count == spellings.count)
    }

    @Test func `a text that is shown has the type of a credential in its place`() {
        #expect(SecretMarker.covered("no finding \(key) here") == "no finding ⟨npm⟩ here")
        #expect(SecretMarker.covered("no finding 3f9a2c11") == "no finding 3f9a2c11")
    }

    @Test func `a text holds the mark of a credential whatever it was recognized as`() {
        #expect(marker.holdsMark(of: "hunter2", in: "password=\(mark(.password, "hunter2"))&x"))
        #expect(marker.holdsMark(of: "hunter2", in: mark(.bearer, "other") + mark(.urlPassword, "hunter2")))
        #expect(!marker.holdsMark(of: "hunter3", in: "password=\(mark(.password, "hunter2"))&x"))
        #expect(!marker.holdsMark(of: "hunter2", in: "hunter2"))
        #expect(marker.holdsMark(of: Draw.base64(key), in: "blob \(mark(.npm, key))"))
    }
}

/// Ids, words and texts of logs, drawn anew.
struct HarmlessTexts {
    private var draw: Draw

    init(seed: UInt64) { draw = Draw(seed: seed) }

    private static let words = [
        "orders", "status", "token", "secret", "password", "not", "found", "invalid", "grant", "expired", "missing",
        "refresh", "access",
        "denied", "user", "sync", "partner", "acme", "inventory", "read", "write", "session", "cookie", "signature",
        "key", "api", "code",
    ]
    /// Names that sound like a credential's and hold ids.
    private static let names = [
        "token_id", "refresh_token_id", "old_token_id", "presented", "code_id", "event_id", "session_id", "trace_id",
        "client_id",
        "family_id", "request_id", "token_hash", "page_token", "next_token", "nextPageToken", "continuation_token",
        "api_key_id",
        "access_key_id", "secret_name", "password_id", "cursor", "key", "etag", "digest", "sha256", "cookie_id", "x",
    ]
    private static let crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    mutating func name() -> String { draw.one(of: Self.names) }

    private mutating func word() -> String { draw.one(of: Self.words) }

    /// A word before a value; any word behind `password` may be one.
    private mutating func label() -> String { draw.one(of: Self.words.filter { $0 != "password" }) }

    private mutating func words(_ separator: String) -> String {
        (0..<2 + draw.random.below(4)).map { _ in word() }.joined(separator: separator)
    }

    mutating func id() -> String {
        switch draw.random.below(13) {
        case 0: draw.uuid()
        case 1: "01" + draw.text(Self.crockford, 24)
        case 2: draw.text(Draw.hex, [10, 16, 20, 32, 40, 64][draw.random.below(6)])
        case 3: word().prefix(4) + "_" + draw.text(Draw.alphanumeric, 8 + draw.random.below(17))
        case 4: draw.text(Draw.alphanumeric, 22)
        case 5: draw.text(Draw.alphanumeric, 27)
        case 6: draw.text(Draw.digits, 6 + draw.random.below(14))
        case 7: draw.text(Draw.hex.uppercased(), 16) + "-" + draw.text(Draw.upper, 3)
        case 8: "00-" + draw.text(Draw.hex, 32) + "-" + draw.text(Draw.hex, 16) + "-01"
        case 9: "sha256:" + draw.text(Draw.hex, 64)
        case 10: draw.one(of: ["AKIA", "ASIA", "AROA"]) + draw.text(Draw.upper + "234567", 16)
        case 11: Draw.base64(words(" "), url: true, padded: false)
        default: words("-")
        }
    }

    mutating func text() -> String {
        switch draw.random.below(10) {
        case 0: id()
        case 1: words(" ")
        case 2: words(".") + ":" + words("_")
        case 3: "https://\(words("-")).example.com/\(words("/"))?\(name())=\(id())&page=2"
        case 4: "\(words("-"))/\(draw.text(Draw.digits, 1)).\(draw.text(Draw.digits, 2)) (\(words("; ")))"
        case 5: "\(words(" ")) \(label()): \(name()) \(id()) of \(words(" "))"
        case 6: Draw.base64("\(words(" ")) \(name()) \(id())")
        case 7: "arn:aws:iam::\(draw.text(Draw.digits, 12)):\(words("/"))"
        case 8: "\(label())=\(words("_"))&\(word()):\(word())"
        default: "\(words("-"))@\(word()).example.com"
        }
    }
}
