import Events
import Testing

/// A text with a credential in it. All are made up, and put together from parts here, so that no scanner takes this
/// repository for one that leaks.
struct SecretSample: Sendable, CustomTestStringConvertible {
    var type: SecretType
    var before: String
    var secret: String
    var after: String

    init(_ type: SecretType, _ secret: String, before: String = "", after: String = "") {
        self.type = type
        self.before = before
        self.secret = secret
        self.after = after
    }

    var text: String { before + secret + after }
    var testDescription: String { "\(type.rawValue): \(before)…\(after)" }

    /// The one that Amazon's documentation has in its examples.
    static let secretAccessKey = "wJalrXUtnFEMI/" + "K7MDENG/bPxRfi" + "CYEXAMPLEKEY"
    private static let letters = "aB3dE5fG7hI9kL1mN0pQ2rS4tU6vW8xY0zA1bC2"
    static let jwt =
        "ey" + "JhbGciOiJIUzI1NiJ9" + "." + "ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0" + "." + "dozjgNryP4J3jVmNHl0w5N"

    /// Credentials that stand in a text.
    static let inTexts: [SecretSample] = [
        SecretSample(.jwt, jwt),
        SecretSample(.jwt, jwt, before: "token=", after: ", try again."),
        SecretSample(.jwt, jwt, before: "Authorization: Bearer "),
        SecretSample(
            .jwt, "ey" + "JhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0" + ".." + "c2FsdHNhbHQ.Y2lwaGVy.dGFndGFn",
            before: "jwe "),
        SecretSample(.bearer, "mF_9.B5f-4.1JqM" + "mF_9.B5f", before: "Bearer "),
        SecretSample(.bearer, "0123456789abcdef", before: "authorization: bearer  ", after: " denied"),
        SecretSample(.bearer, "dGhlIHRva2VuIGlzIGhlcmU" + "==", before: "h=BEARER%20", after: "&x=1"),
        SecretSample(.basic, "dXNlcjpwYXNz" + "d29yZA==", before: "Basic "),
        SecretSample(.github, "gh" + "p_" + letters.prefix(36)),
        SecretSample(
            .github, "gh" + "s_" + letters.prefix(36), before: "https://x-access-token:", after: "@github.com/a/b"),
        SecretSample(.github, "github" + "_pat_" + letters.prefix(22) + "_" + letters, before: "key "),
        SecretSample(.gitlab, "gl" + "pat-" + letters.prefix(20), before: "PRIVATE-TOKEN: "),
        SecretSample(.sk, "s" + "k-" + letters.prefix(32) + letters.prefix(16)),
        SecretSample(.sk, "s" + "k-ant-api03-" + letters + "-" + letters + "_AA", before: "x-api-key: "),
        SecretSample(.sk, "s" + "k-proj-" + letters.prefix(12) + "_" + letters.prefix(20), before: "(", after: ")"),
        SecretSample(.sk, "s" + "k-" + "abcdefghijklmnopqrstuvwxyz", before: "key="),
        SecretSample(.jwt, "ey" + "JhbGciOiJIUzI1NiJ9" + ".e30.c2ln", before: "short: "),
        SecretSample(.slack, "xo" + "xb-" + "abcdefghijkl", before: "'", after: "'"),
        SecretSample(.stripe, "s" + "k_live_" + letters.prefix(24)),
        SecretSample(.stripe, "r" + "k_test_" + letters.prefix(24), before: "key:"),
        SecretSample(.slack, "xo" + "xb-" + "123456789012-" + letters.prefix(24)),
        SecretSample(.slack, "xo" + "xp-" + "1234-" + letters.prefix(12), before: "token: "),
        SecretSample(.aws, secretAccessKey, before: "AK" + "IA" + "IOSFODNN7" + "EXAMPLE:"),
        SecretSample(
            .privateKey, "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA " + "PRIVATE KEY-----",
            before: "key: ", after: "\n"),
        SecretSample(.privateKey, "-----BEGIN " + "PRIVATE KEY-----\\nMIIEpAIBAAKC\\nAQEA and so on"),
        SecretSample(.accessToken, "2YotnFZFEjr1zCsicMWpAA", before: "https://h/cb#access_token=", after: "&state=xyz"),
        SecretSample(.refreshToken, "tGzv3JOkF0XG5Qx2TlKWIA", before: "grant_type=refresh_token&refresh_token="),
        SecretSample(.code, "SplxlOBeZQQYbYS6WxSbIA", before: "GET /cb?code=", after: "&state=xyz HTTP/1.1"),
        SecretSample(
            .code, "4/P7q7W91a-oMsCeLvIaQm6bTrgtp7", before: "https://a/in?next=https%3A%2F%2Fb%2Fcb%3Fcode%3D",
            after: "%26state%3D1"),
        SecretSample(.code, "550e8400-e29b-41d4-a716-446655440000", before: "code="),
        SecretSample(.codeVerifier, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", before: "a=1&code_verifier="),
        SecretSample(.clientSecret, "7Fjfp0ZBr1KtDRbnfVdmIw", before: "client_id=s6&client_secret=", after: ";x"),
        SecretSample(.password, "hunter2", before: "username=a&password="),
        SecretSample(.password, "p@ss,word!", before: "Server=db;User Id=sa;Password=", after: ";Encrypt=true"),
        SecretSample(.apiKey, "9d1c7b", before: "/v1/x?api_key="),
        SecretSample(.urlPassword, "s3cr3t", before: "postgres://app:", after: "@db.internal:5432/main"),
        SecretSample(.urlPassword, "p@ss:word", before: "see https://user:", after: "@example.com/x?y=1"),
        SecretSample(.password, "pw1", before: "{\"user\":\"a\",\"password\":\"", after: "\"}"),
    ]

    /// Credentials that are the value of a member: its name, and what is harmless in the value.
    static let members: [(name: String, sample: SecretSample)] = [
        ("access_token", SecretSample(.accessToken, "2YotnFZFEjr1zCsicMWpAA")),
        ("accessToken", SecretSample(.accessToken, "0f3a9c0f3a9c0f3a9c0f3a9c0f3a9c00")),
        ("refresh_token", SecretSample(.refreshToken, "550e8400-e29b-41d4-a716-446655440000")),
        ("authorization", SecretSample(.authorization, "0123456789abcdef01", before: "ApiKey ")),
        ("Authorization", SecretSample(.bearer, "mF_9.B5f-4.1JqMmF_9.B5f", before: "Bearer ")),
        ("proxy-authorization", SecretSample(.basic, "dXNlcjpwYXNz" + "d29yZA==", before: "Basic ")),
        ("code_verifier", SecretSample(.codeVerifier, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
        ("client_secret", SecretSample(.clientSecret, "short")),
        ("client-secret", SecretSample(.clientSecret, "with \"quotes\" and \\")),
        ("password", SecretSample(.password, "correct horse battery staple")),
        ("Password", SecretSample(.password, "pässwörd")),
        ("x-api-key", SecretSample(.apiKey, "abc123")),
        ("access_token", SecretSample(.jwt, jwt)),
    ]
}

/// Texts that look a little like credentials, or are ids, and must stay as they are.
let harmlessTexts: [String] = [
    // Ids.
    "550e8400-e29b-41d4-a716-446655440000", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "01JGFJR02R4785RA9N0NVP9234",
    "7c4a8d09ca3762af61e59520943dc26494f8941b", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7",
    "8a1b2c3d4e5f6789-FRA", "fp_9f2c51e07a", "fp:9f2c51e07a", "9f2c51e07a", "sha256:9f86d081884c7d659a2feaa0c55ad015",
    "tok_0K514M7Z", "at_77", "rt_12", "fam_144J56J1", "8a0d1c287ae26ecf", "req_011CSHoEeqs5C35K2UUqR7Fy",
    "cus_NffrFeUfNV2Hib", "pi_3MtwBwLkdIwHu7ix28a3tqPa", "acct_1032D82eZvKYlo2C", "pk_live_" + "51H8abcDEFghiJKLmnop",
    "arn:aws:iam::123456789012:user/maria", "projects/p-1/secrets/s-2/versions/3",
    "urn:uuid:550e8400-e29b-41d4-a716-4466",
    "AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLEX", "XAKIAIOSFODNN7EXAMPLE", "01AKIAIOSFODNN7EXAMPLE000",
    "akiaiosfodnn7example",
    "AKIA", "AKIA is a prefix", "MAKIAVELLI", "AKIAIOSFODNN7EXAMPLE", "Credential=ASIAIOSFODNN7EXAMPLE/20260426",
    "W/\"33a64df551425fcc55e4d42a148795d9f25f89d4\"",
    // Words and sentences.
    "sk-learn", "sk-learn-something-rather-long-name", "sk-SK", "task-12345678901234567890",
    "desk-aB3dE5fG7hI9kL1mN0pQ",
    "risk-aB3dE5fG7hI9kL1mN0pQ2rS4t", "disk-0123456789abcdef01234567", "mask_live_0123456789abcdef01", "ask_test_drive",
    "Bearer of news", "bearer token missing", "Bearer authentication_failed_for_user", "Bearer realm=\"example\"",
    "Bearer error=\"invalid_token\"", "bearer-token-required-but-missing", "forbearer 0123456789abcdef01", "Bearer",
    "Bearer ",
    "Bearer short", "Basic plan", "Basic authentication", "basic Zm9vYmFy", "ghp", "ghp_short", "gh_actions_runner",
    "high_priority_queue_for_everything_long", "github_patterns", "github_pat_", "glpat-short",
    "glpattern-of-a-long-name-x",
    "xoxo", "xoxo-gossip-girl", "xoxb-", "eyJ", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGci...", "eyJhbGciOiJIUzI1NiJ9.",
    "keyJump.a.b",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----",
    "-- PRIVATE KEY --", "-----", "the password was wrong", "password: required", "your code is expired",
    // Parameters.
    "error_code=E11000aXy", "status_code=404", "promo_code=SUMMER2026x", "zip_code=94107-1234", "barcode=4006381333931",
    "country_code=DE12ab", "?code=404", "code=E11000", "code=42P01", "code=ECONNREFUSED", "code=invalid_grant",
    "failed with code=1", "exit code=137 after 3 s", "?code=&state=xyz", "code=", "password=", "password=&user=a",
    "password=***", "password=[REDACTED]", "client_secret=<hidden>", "access_token=at_77", "refresh_token=rt_12&x=1",
    "access_token=01ARZ3NDEKTSV4RRFFQ69G5FAV", "grant_type=authorization_code",
    "response_type=code&client_id=s6BhdRkqt3",
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method=S256", "token_type=bearer",
    "password_reset=true&next=/home", "has_password=true", "state=af0ifjsldkj&nonce=n-0S6_WzA2Mj", "passwordless=1",
    "access_token_hash=77QmUPtjPfzWtF2AnpK9RQ", "a=b&c=d==", "x=1;y=2",
    // URLs and addresses.
    "https://example.com/path?x=1&y=2", "https://user@example.com/", "https://example.com:8443/a@b",
    "http://[::1]:8080/",
    "git+ssh://git@github.com/a/b.git", "mailto:maria@example.com", "maria@example.com", "https://h/a:b@c",
    "//cdn.example.com/x",
    "https://user:@example.com/", "s3://bucket/key@2x.png", "redis://localhost:6379/0", "file:///etc/passwd",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "python-requests/2.32",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36",
    "erp-connector/1.17 (windows)", "orders.status", "inventory:read", "partner:acme", "2001:db8:4cbd:1c3::42fb",
    "203.0.113.7",
    // Marks of ours.
    "⟨jwt:hmac:0123456789abcdef⟩", "Bearer ⟨bearer:hmac:0123456789abcdef⟩", "code=⟨code:hmac:0123456789abcdef⟩&x=1",
    "https://u:⟨url_password:hmac:0123456789abcdef⟩@h/",
]

/// Members that are harmless although their names sound otherwise.
let harmlessMembers: [(name: String, value: String)] = [
    ("token_id", "tok_0K514M7Z"), ("refresh_token_id", "rt_12"), ("presented", "9f2c51e07a"),
    ("code_id", "8a0d1c287ae26ecf"),
    ("token_hash", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ("access_token_id", "550e8400-e29b-41d4"),
    ("access_token", "at_77"), ("refresh_token", "rotated"), ("access_token", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ("access_token", ""), ("access_token", "fp9f2c51e07a"), ("authorization", "granted"), ("authorization", "Bearer"),
    ("authorization", "not required for this tool"), ("authorization", "Bearer ***"), ("password", ""),
    ("password", "***"),
    ("password", "[REDACTED]"), ("password", "⟨password:hmac:0123456789abcdef⟩"),
    ("password_changed", "2026-04-26T00:00:00Z"),
    ("code", "SplxlOBeZQQYbYS6WxSbIA"), ("error_code", "invalid_grant"), ("client_secret", "null"),
    ("api_key_id", "k1a2b3c4d5e6f7"),
]
