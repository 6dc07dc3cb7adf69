import Events
import Testing
import TestSupport

/// Draws characters of an alphabet.
struct Draw {
    var random: SeededRandom

    static let digits = "0123456789", hex = "0123456789abcdef", upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    static let letters = upper + upper.lowercased()
    static let alphanumeric = digits + letters
    static let base64 = alphanumeric + "+/", base64URL = alphanumeric + "-_"

    init(seed: UInt64) { random = SeededRandom(seed) }

    mutating func text(_ alphabet: String, _ count: Int) -> String {
        let all = Array(alphabet.utf8)
        return String(decoding: (0..<count).map { _ in all[Int(random.next() % UInt64(all.count))] }, as: UTF8.self)
    }

    mutating func one(of texts: [String]) -> String { texts[Int(random.next() % UInt64(texts.count))] }

    mutating func uuid() -> String { [8, 4, 4, 4, 12].map { text(Self.hex, $0) }.joined(separator: "-") }

    /// Letters and digits with some of each kind, as nearly all keys have them.
    mutating func mixed(_ alphabet: String, _ count: Int) -> String {
        while true {
            let text = text(alphabet, count)
            if text.contains(where: \.isNumber), text.contains(where: \.isLowercase),
                text.contains(where: \.isUppercase)
            {
                return text
            }
        }
    }

    static func base64(_ text: String, url: Bool = false, padded: Bool = true) -> String {
        let digits = Array((alphanumericInOrder + (url ? "-_" : "+/")).utf8)
        var out: [UInt8] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
            for place in 0...part.count { out.append(digits[Int(bits >> UInt32(18 - 6 * place) & 63)]) }
            if padded { out += [UInt8](repeating: 0x3D, count: 3 - part.count) }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let alphanumericInOrder = upper + upper.lowercased() + digits
}

/// A kind of credential as its issuer defines it, and what looks like one and must stay.
struct SecretKind: Sendable, CustomTestStringConvertible {
    var name: String
    var type: SecretType
    var before = ""
    var after = ""
    var make: @Sendable (inout Draw) -> String
    var stays: [String]

    var testDescription: String { name }

    init(
        _ name: String, _ type: SecretType, before: String = "", after: String = "", stays: [String],
        _ make: @escaping @Sendable (inout Draw) -> String
    ) {
        self.name = name
        self.type = type
        self.before = before
        self.after = after
        self.stays = stays
        self.make = make
    }

    private static let accessKeyID = "AS" + "IA" + "IOSFODNN7EXAMPLE"

    /// Known by their first characters. No value stands here as a whole, so that no scanner takes them for leaks.
    static let byLook: [SecretKind] = [
        SecretKind(
            "an API key of Google", .google, before: "key=", after: "&q=1",
            stays: ["AIzaShort", "xAIza" + a35, "AI za"]
        ) {
            "AI" + "za" + $0.text(Draw.base64URL, 35)
        },
        SecretKind(
            "an access token of Google", .google, stays: ["ya29.short", "yacht", "maya29.0123456789abcdef01234"]
        ) {
            "ya" + "29." + $0.text(Draw.base64URL, 60)
        },
        SecretKind("a refresh token of Google", .google, stays: ["1//0", "1//2", "HTTP/1.1//0"]) {
            "1/" + "/0" + $0.text(Draw.base64URL, 50)
        },
        SecretKind("a client secret of Google", .google, stays: ["GOCSPX-short", "X-Forwarded-For"]) {
            "GOC" + "SPX-" + $0.text(Draw.base64URL, 28)
        },
        SecretKind(
            "a token of npm", .npm, before: "//registry.npmjs.org/:_authToken=",
            stays: [
                "npm_config_registry_of_a_company", "npm_0123456789abcdef01234567", "xnpm_" + a35 + "x",
            ]
        ) { "np" + "m_" + $0.text(Draw.alphanumeric, 36) },
        SecretKind("a token of PyPI", .pypi, stays: ["pypi-server", "pypi-AgEIcHlw", "api-Ag"]) {
            "py" + "pi-AgEIcHlwaS5vcmc" + $0.text(Draw.base64URL, 120)
        },
        SecretKind(
            "a key of SendGrid", .sendgrid, stays: ["SG.", "SG.US.east.1", "MSG.0123456789abcdef0123.0123456789abcdef"]
        ) {
            "S" + "G." + $0.text(Draw.base64URL, 22) + "." + $0.text(Draw.base64URL, 43)
        },
        SecretKind("an app's token of Slack", .slack, stays: ["xapp-", "my-xapp-1", "web-app-1-A0-2"]) {
            "xa" + "pp-1-A" + $0.text(Draw.upper + Draw.digits, 10) + "-" + $0.text(Draw.digits, 13) + "-"
                + $0.text(Draw.hex, 64)
        },
        SecretKind("a browser's token of Slack", .slack, stays: ["xoxc-", "xoxo-yours-truly"]) {
            "xo" + "xc-" + $0.text(Draw.digits, 12) + "-" + $0.text(Draw.hex, 64)
        },
        SecretKind(
            "a webhook's secret of Stripe", .stripe,
            stays: ["whsec_", "whsec_missing", "exec_0123456789abcdef01234567"]
        ) {
            "wh" + "sec_" + $0.text(Draw.alphanumeric, 32)
        },
        SecretKind("a service token of Vault", .vault, stays: ["hvs.", "hvs.short", "hvs.x.y.z"]) {
            "hv" + "s." + $0.text(Draw.base64URL, 92)
        },
        SecretKind(
            "a short service token of Vault", .vault, before: "X-Vault-Token: ",
            stays: ["ahvs.0123456789abcdef01234567"]
        ) {
            "hv" + "s." + $0.text(Draw.alphanumeric, 24)
        },
        SecretKind("a batch token of Vault", .vault, stays: ["hvb.short"]) {
            "hv" + "b." + $0.text(Draw.base64URL, 150)
        },
        SecretKind("a token of Hugging Face", .huggingface, stays: ["hf_hub_download", "hf_0123456789abcdef0123"]) {
            "h" + "f_" + $0.text(Draw.letters, 34)
        },
        SecretKind("a session token of AWS", .aws, stays: ["FwoGZXIvYXdz", "IQoJb3JpZ2lu"]) {
            $0.one(of: ["FwoGZXIvYX" + "dzE", "IQoJb3JpZ2" + "luX2Vj"]) + $0.text(Draw.alphanumeric, 300)
        },
        SecretKind(
            "a job's token of GitLab", .gitlab, stays: ["glcbt-64", "gloss-0123456789abcdefghij", "glpat-words"]
        ) {
            "gl" + "cbt-64_" + $0.text(Draw.alphanumeric, 20)
        },
        SecretKind("a runner's token of GitLab", .gitlab, stays: ["glrt-short"]) {
            "gl" + "rt-" + $0.text(Draw.base64URL, 20)
        },
        SecretKind(
            "a bot's token of Telegram", .vendor, before: "https://api.telegram.org/bot", after: "/getMe",
            stays: [
                "12345678:AAA", "user:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "12:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0",
            ]
        ) { $0.text("123456789", 10) + ":A" + "A" + $0.text(Draw.base64URL, 33) },
        SecretKind("a client secret of Entra", .azure, stays: ["a8Q~", "abc8Q~short"]) {
            $0.text(Draw.alphanumeric, 3) + "8" + "Q~" + $0.text(Draw.alphanumeric + "_-~", 33) + "x"
        },
        SecretKind("a key of an Azure service", .azure, stays: ["JQQJ99", "xJQQJ99BAAAAAAAAAAAAAAAAAAAAAA"]) {
            $0.text(Draw.alphanumeric, 52) + "JQ" + "QJ99" + $0.text(Draw.alphanumeric, 26)
        },
        SecretKind("a token of Terraform", .vendor, stays: [".atlasv1.", "abc.atlasv1.def", "/v1.atlasv1/x"]) {
            $0.text(Draw.alphanumeric, 14) + ".atl" + "asv1." + $0.text(Draw.base64URL, 67)
        },
        SecretKind("a token of Shopify", .vendor, stays: ["shpat_", "shpat_0123456789abcdef", "php"]) {
            "sh" + "pat_" + $0.text(Draw.hex, 32)
        },
        SecretKind("a token of DigitalOcean", .vendor, stays: ["dop_v1_", "api_v1_0123456789"]) {
            "do" + "p_v1_" + $0.text(Draw.hex, 64)
        },
        SecretKind(
            "a token of Databricks", .vendor,
            stays: ["dapi", "data0123456789abcdef0123456789abcdef", "dapi0123456789abcdef"]
        ) {
            "da" + "pi" + $0.text(Draw.hex, 32)
        },
        SecretKind("a token of Docker", .vendor, stays: ["dckr_pat_", "dckr_pat_short"]) {
            "dc" + "kr_pat_" + $0.text(Draw.base64URL, 27)
        },
        SecretKind("a token of Grafana", .vendor, stays: ["glsa_short", "glc_"]) {
            "gl" + "sa_" + $0.text(Draw.alphanumeric, 32) + "_" + $0.text(Draw.hex, 8)
        },
        SecretKind("a key of New Relic", .vendor, stays: ["NRAK-", "NRAK-SHORT"]) {
            "NR" + "AK-" + $0.text(Draw.upper + Draw.digits, 27)
        },
        SecretKind("a key of Linear", .vendor, stays: ["lin_api_", "lin_api_key_of_a_user"]) {
            "li" + "n_api_" + $0.text(Draw.alphanumeric, 40)
        },
        SecretKind("a token of Notion", .vendor, stays: ["ntn_", "ntn_012345678901"]) {
            "nt" + "n_" + $0.text(Draw.alphanumeric, 46)
        },
        SecretKind("a token of Figma", .vendor, stays: ["figd_", "figd_short"]) {
            "fi" + "gd_" + $0.text(Draw.base64URL, 40)
        },
        SecretKind("a token of Atlassian", .vendor, stays: ["ATATT3xFfGF0", "3x faster"]) {
            "AT" + "ATT3xFfGF0" + $0.text(Draw.base64URL, 170) + "=" + $0.text(Draw.hex.uppercased(), 8)
        },
        SecretKind("a token of RubyGems", .vendor, stays: ["rubygems_", "rubygems_mirror"]) {
            "ru" + "bygems_" + $0.text(Draw.hex, 48)
        },
        SecretKind("a token of Pulumi", .vendor, stays: ["pul-", "pul-0123456789abcdef"]) {
            "pu" + "l-" + $0.text(Draw.hex, 40)
        },
        SecretKind("a key of Groq", .vendor, stays: ["gsk_", "gsk_0123456789abcdefghijABCD"]) {
            "gs" + "k_" + $0.text(Draw.alphanumeric, 52)
        },
        SecretKind("a token of Replicate", .vendor, stays: ["r8_", "r8_0123456789"]) {
            "r" + "8_" + $0.text(Draw.alphanumeric, 37)
        },
        SecretKind("a key of Postman", .vendor, stays: ["PMAK-", "PMAK-0123"]) {
            "PM" + "AK-" + $0.text(Draw.hex, 24) + "-" + $0.text(Draw.hex, 34)
        },
        SecretKind("a key of Mailgun", .vendor, stays: ["key-value", "monkey-0123456789abcdef0123456789abcdef"]) {
            "ke" + "y-" + $0.text(Draw.hex, 32)
        },
        SecretKind("a key of Tailscale", .vendor, stays: ["tskey-auth"]) {
            "ts" + "key-auth-" + $0.text(Draw.alphanumeric, 12) + "-" + $0.text(Draw.alphanumeric, 32)
        },
        SecretKind("a token of Square", .vendor, stays: ["sq0atp-", "sq0idp-0123456789abcdefghijkl"]) {
            "sq" + "0atp-" + $0.text(Draw.base64URL, 22)
        },
        SecretKind("a key of age", .vendor, stays: ["AGE-SECRET-KEY-", "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgp"]) {
            "AGE-SEC" + "RET-KEY-1" + $0.text("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)
        },
        SecretKind(
            "a webhook of Slack", .webhook, before: "https://hooks.slack.com/services/T01ABCDEFGH/B01ABCDEFGH/",
            stays: [
                "https://hooks.slack.com/", "https://hooks.slack.com/services/T01ABCDEFGH/B01ABCDEFGH",
                "https://slack.com/services/T0/B0/0123456789abcdef01234567",
            ]
        ) { $0.text(Draw.alphanumeric, 24) },
        SecretKind(
            "a webhook of Slack in another URL", .webhook,
            before: "to=https%3A%2F%2Fhooks.slack.com%2Fservices%2FT01ABCDEF%2FB01ABCDEF%2F", after: "&x=1", stays: []
        ) {
            $0.text(Draw.alphanumeric, 24)
        },
        SecretKind(
            "a webhook of Discord", .webhook, before: "https://discord.com/api/webhooks/123456789012345678/",
            stays: [
                "https://discord.com/api/webhooks/123456789012345678", "https://h/webhooks/123456789012345678/tests",
            ]
        ) { $0.text(Draw.base64URL, 68) },
        SecretKind(
            "a shared access signature of Azure", .sas,
            before: "https://a.blob.core.windows.net/c/b?sv=2021-06-08&se=2026-05-01T00%3A00%3A00Z&sr=b&sp=r&sig=",
            after: "&x=1",
            stays: [
                "https://h/x?sig=0123456789abcdef0123456789abcdef01234567890&a=1", "sig=words&se=1",
                "https://h/?se=1&sig=short", "config=1&sv=2",
            ]
        ) { $0.mixed(Draw.alphanumeric, 41) + "%2B" + $0.text("048AEIMQUYcgkosw", 1) + "%3D" },
        SecretKind(
            "a shared access signature of a bus", .sas,
            before: "SharedAccessSignature sr=https%3a%2f%2fa.servicebus.windows.net&sig=",
            after: "&se=1777161600&skn=Root", stays: []
        ) {
            $0.mixed(Draw.alphanumeric, 42) + $0.text("048AEIMQUYcgkosw", 1) + "%3d"
        },
        SecretKind(
            "a presigned URL of Amazon", .signature,
            before: "https://b.s3.amazonaws.com/k?X-Amz-Credential=\(accessKeyID)%2F20260426&X-Amz-Signature=",
            stays: [
                "https://b.s3.amazonaws.com/k?X-Amz-SignedHeaders=host", "X-Amz-Signature=",
                "x-hub-signature=9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015",
            ]
        ) { $0.text(Draw.hex, 64) },
    ]

    /// Known by what stands before them.
    static let byName: [SecretKind] = [
        SecretKind(
            "a secret access key of AWS by its name", .aws, before: "AWS_SECRET_ACCESS_KEY=",
            stays: ["AWS_SECRET_ACCESS_KEY=", "AWS_ACCESS_KEY_ID=" + accessKeyID, "aws_secret_access_key=***"]
        ) {
            $0.mixed(Draw.base64, 40)
        },
        SecretKind(
            "the same in a file of settings", .aws, before: "aws_secret_access_key = ", after: "\nregion = eu-1",
            stays: ["aws_secret_access_key = missing"]
        ) {
            $0.mixed(Draw.base64, 40)
        },
        SecretKind(
            "the same in JSON in a text", .aws, before: #"{"SecretAccessKey": ""#, after: #""}"#,
            stays: [#"{"AccessKeyId":"\#(accessKeyID)"}"#]
        ) {
            $0.mixed(Draw.base64, 40)
        },
        SecretKind(
            "the same beside an id", .aws, before: accessKeyID + ",", after: ",eu-1",
            stays: [
                accessKeyID + ",7c4a8d09ca3762af61e59520943dc26494f8941b",
                accessKeyID + " /Users/Maria/Documents/Reports2026/Summary",
                accessKeyID + " 0123456789012345678901234567890123456789",
            ]
        ) { $0.mixed(Draw.alphanumeric, 40) },
        SecretKind(
            "token=", .token, before: "GET /x?token=", after: "&a=1",
            stays: [
                "token=tok_0K514M7Z", "token=550e8400-e29b-41d4-a716-446655440000", "token=01ARZ3NDEKTSV4RRFFQ69G5FAV",
                "token=expired", "token=refresh-token-missing",
                "token=123456789", "token=sha256:9f86d081884c7d659a2feaa0c55ad015", "token=fp_9f2c51e07a",
                "token_id=" + a35, "token=us-east-1-orders-2026", "next_token=" + a35,
                "page_token=" + a35, "continuationToken=" + a35, "token_type=bearer", "max_tokens=4096",
                "token=access_token_hash_mismatch_for_user",
            ]
        ) { $0.mixed(Draw.alphanumeric, 24) },
        SecretKind(
            "token= of hex digits", .token, before: "token=",
            stays: ["token=8a0d1c287ae26ecf", "trace_token_id=9f86d081884c7d659a2feaa0c55ad015"]
        ) { $0.text(Draw.hex, 40) + "a1" },
        SecretKind(
            "a token with a longer name", .token, before: "X-Auth-Token: ", after: "\r\nAccept: */*",
            stays: ["X-Auth-Token: missing", "the token: none of yours"]
        ) { $0.mixed(Draw.base64URL, 40) },
        SecretKind(
            "secret=", .secret, before: "secret=",
            stays: [
                "secret=db-credentials", "secret=db-credentials-5d9f7", "secret=projects/p-1/secrets/s-2/versions/3",
                "secret=true", "secret_name=" + a35, "secretary=" + a35,
                "secret=default", "secret=12",
            ]
        ) { $0.mixed(Draw.alphanumeric, 16) },
        SecretKind(
            "a short secret", .secret, before: "signing_secret: '", after: "'",
            stays: ["secret: keep it", "secret: yes"]
        ) { "s3" + "cr" + $0.text(Draw.digits, 2) + "t" + $0.text(Draw.digits, 1) },
        SecretKind(
            "pwd=", .password, before: "uid=sa;pwd=", after: ";db=1",
            stays: [
                "pwd=/var/www/html", "PWD=/home/app2/current", "pwd=~/x1", #"pwd=C:\Users\maria1"#, "pwd=missing",
                "pwd=",
            ]
        ) {
            "h" + $0.text(Draw.digits, 2) + "nter" + $0.text("!$%", 1)
        },
        SecretKind(
            "pass= and a password", .password, before: "pass=",
            stays: ["pass=12", "pass=true", "pass=12/12", "bypass=a1b2c3", "compass=n0rth", "pass=3s"]
        ) { "b" + $0.text(Draw.digits, 1) + "tter" + $0.text(Draw.digits, 1) },
        SecretKind(
            "a password with a longer name", .password, before: "PGPASSWORD=",
            stays: [
                "has_password=true", "password_reset=a1b2c3", "wrong_password=3", "min_password=8",
                "reset_password=2026-04-26",
            ]
        ) { "hunter" + $0.text(Draw.digits, 1) },
        SecretKind(
            "a password in a sentence", .password, before: "login failed, password: ", after: ", user: maria",
            stays: ["password: required", "password: too short", "the password: it was wrong"]
        ) { "hunter" + $0.text(Draw.digits, 1) },
        SecretKind(
            "a password in quotes", .password, before: #"user="maria" password=""#, after: #"" host="db""#,
            stays: [#"password="""#, #"password="***""#]
        ) { "correct horse " + $0.text(Draw.digits, 2) },
        SecretKind(
            "a password as Ruby prints it", .password, before: #"{"password"=>""#, after: #""}"#,
            stays: [#"{"password"=>"[FILTERED]"}"#, #"{"password"=>nil}"#]
        ) { "hunter" + $0.text(Draw.digits, 1) },
        SecretKind(
            "a token as Python prints it", .token, before: "{'token': '", after: "', 'n': 1}",
            stays: ["{'token': None}", "{'token': 'rotated'}", "{'token_id': '" + a35 + "'}"]
        ) { $0.mixed(Draw.alphanumeric, 24) },
        SecretKind(
            "a setting of Java", .password, before: "spring.datasource.password=",
            stays: ["error.code=InternalFailure", "spring.datasource.username=app1"]
        ) { "hunter" + $0.text(Draw.digits, 1) },
        SecretKind(
            "a storage key of Azure", .secret, before: "DefaultEndpointsProtocol=https;AccountName=a1;AccountKey=",
            after: ";EndpointSuffix=core.windows.net", stays: ["AccountName=abc123def456ghi7"]
        ) { $0.mixed(Draw.base64, 86) + "==" },
        SecretKind(
            "a header of another scheme", .authorization, before: "Authorization: SSWS ",
            stays: ["Authorization: granted for user42", "authorization: none", "authorization: Digest username=maria"]
        ) { "00" + $0.mixed(Draw.base64URL, 40) },
        SecretKind(
            "a session of a cookie", .cookie, before: "Cookie: theme=dark; lang=en-US; sessionid=",
            after: "; _ga=GA1.2.1234567890.1777161600",
            stays: [
                "Cookie: theme=dark; _ga=GA1.2.1234567890.1777161600", "Cookie: session=active",
                "Set-Cookie: lang=en; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly", "cookie: none",
                "cookies=" + a35,
            ]
        ) { $0.mixed(Draw.alphanumeric, 32) },
        SecretKind(
            "a session that is set", .cookie, before: "Set-Cookie: sid=", after: "; Path=/; HttpOnly; SameSite=Lax",
            stays: []
        ) { "s%3A" + $0.mixed(Draw.alphanumeric, 32) + "." + $0.mixed(Draw.base64, 43) },
        SecretKind(
            "a cookie under a name that says nothing", .cookie, before: "cookie: a=",
            stays: ["cookie: a=0123456789; b=words-and-words"]
        ) { $0.mixed(Draw.alphanumeric, 40) },
    ]

    static let a35 = "Zk3mQ9xT7bW2nR5vY8cL1pF6hD4jS0gK9uE"
}
