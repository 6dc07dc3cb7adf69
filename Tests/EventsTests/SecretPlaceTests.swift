import Events
import Testing

private let marker = SecretMarker { bytes in
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

private func replaced(text: String) -> String {
    marker.redacted(text: Array(text.utf8).span.bytes).map { String(decoding: $0.bytes, as: UTF8.self) } ?? text
}

private func replaced(line: String) -> String {
    marker.redacted(line: Array(line.utf8).span.bytes).map { String(decoding: $0.bytes, as: UTF8.self) } ?? line
}

/// Credentials that are known by where they stand: in an object of cookies, in a package manager's configuration, on a
/// command line. And what only names where one lies.
struct SecretPlaceTests {
    private static let session = "zz8" + "Qk2Wm7Rt4Yp9Bn3Xc6Vd1Lf5Gh"
    private static let uuid = "3f2504e0" + "-4f89-41d3-9a0c-0305e82c3301"

    private func mark(_ secret: String, _ type: SecretType) -> String { marker.mark(of: secret, as: type) }

    // MARK: Cookies

    @Test(arguments: [
        #"{"cookies":{"session":"@"}}"#, #"{"Cookies":{"theme":"dark","sid":"@","lang":"en-US"}}"#,
        #"{"a":1,"request":{"headers":{"x":"y"},"cookie":{ "JSESSIONID" : "@" }},"b":"c"}"#,
        #"{"cookies":{"session":{"value":"@","path":"/","secure":true}}}"#,
        #"{"cookies":[{"name":"theme","value":"dark"},{"name":"session","value":"@"}]}"#,
        #"{"request.cookies":{"remember_token":["@"]}}"#, #"{"cookies":{"a":"@"}}"#,
        #"{"\u0063ookies":{"se\u0073sion":"@"}}"#,
    ])
    func `the value of a session's cookie is replaced as the member of an object, and nothing beside it`(_ line: String)
    {
        let secret = Self.session
        let expected = line.replacing("@", with: mark(secret, .cookie))
        #expect(replaced(line: line.replacing("@", with: secret)) == expected)
        // The same in a text that holds JSON.
        guard !line.contains("\\") else { return }
        #expect(replaced(text: "got " + line.replacing("@", with: secret)) == "got " + expected)
        let inside = #"{"body":""# + line.replacing("\"", with: "\\\"") + #"","n":1}"#
        #expect(
            replaced(line: inside.replacing("@", with: secret))
                == inside.replacing("@", with: mark(secret, .cookie)))
    }

    @Test func `short values of telling cookies are replaced in an object as in a header`() {
        #expect(
            replaced(line: #"{"cookies":{"session":"abc123","n":"abc123"}}"#)
                == #"{"cookies":{"session":"\#(mark("abc123", .cookie))","n":"abc123"}}"#)
        #expect(
            replaced(line: #"{"cookies":{"session_token":"abc123"}}"#)
                == #"{"cookies":{"session_token":"\#(mark("abc123", .cookie))"}}"#)
    }

    @Test(arguments: [
        #"{"cookies":{"theme":"dark","lang":"en-US","_ga":"GA1.2.1234567890.1777161600"}}"#,
        #"{"cookies":{"session":"active","expires":"2026-04-26T00:00:00Z"}}"#,
        #"{"cookies":{},"session":"abc123"}"#, #"{"cookies":{"theme":"dark"},"session":"abc123"}"#,
        #"{"cookies":["session","theme"],"sid":"abc123"}"#, #"{"cookies":2,"o":{"session":"abc123"}}"#,
        #"{"cookie_jar":{"session":"abc123"}}"#, #"{"cookies":[{"name":"theme","value":"abc123"}],"value":"abc123"}"#,
        #"{"rookie":{"session":"abc123"}}"#,
    ])
    func `other members, and what stands behind the object, stay`(_ line: String) {
        #expect(replaced(line: line) == line)
        #expect(replaced(text: line) == line)
    }

    // MARK: Configuration

    @Test(arguments: [
        "//registry.npmjs.org/:_authToken=@", "//npm.example.com/a/:_authToken = @\nalways-auth=true",
        "//registry.npmjs.org/:_auth=@", #"{"_authToken":"@"}"#, #"{"authToken":"@"}"#, "npmAuthToken: @",
    ])
    func `what npm is configured with is a credential, also as a UUID`(_ text: String) {
        for secret in [Self.uuid, "Ym9iOnMzY3JldFpaOQ"] {
            #expect(
                replaced(text: text.replacing("@", with: secret)) == text.replacing("@", with: mark(secret, .token)))
        }
    }

    @Test func `the password of npm's configuration is replaced, and a UUID under other names of tokens stays`() {
        #expect(replaced(text: "//r/:_password=czNjcmV0") == "//r/:_password=" + mark("czNjcmV0", .password))
        for text in [
            "token=\(Self.uuid)", #"{"token":"\#(Self.uuid)"}"#, "auth_token_id=\(Self.uuid)",
            "x-auth-token: \(Self.uuid)",
            "//registry.npmjs.org/:_authToken=${NPM_TOKEN}", "//registry.npmjs.org/:_authToken=", "auth=\(Self.uuid)",
            "_auth=basic", "/oauth/path=\(Self.uuid)",
        ] { #expect(replaced(text: text) == text) }
    }

    // MARK: Command lines

    @Test(arguments: [
        "curl -u bob:@ https://a", "/usr/bin/curl -s --user bob:@ https://a/x", "wget --auth bob:@ u",
        "http -a bob:@ example.com", "ran: curl -X POST -u 'bob:@' https://a", "curl --proxy-user=bob:@ https://a",
        "mysql --password @ -h db", "mysql --host db --password '@'", "tool --db-password @", "Passwort: @",
        "Kennwort=@", "mot_de_passe: @", "DB_PASSWORT=@",
    ])
    func `a password of a command line or in German is replaced`(_ text: String) {
        for secret in ["s3cretZZ9", "Zk81s3cretQ9", "Gh7sklQ2"] {
            let expected = text.replacing("@", with: mark(secret, .password))
            #expect(replaced(text: text.replacing("@", with: secret)) == expected)
            let line = #"{"argv":["x"],"cmd":"@"}"#
            #expect(
                replaced(line: line.replacing("@", with: text.replacing("@", with: secret)))
                    == line.replacing("@", with: expected))
        }
    }

    @Test func `keys and tokens behind their options are replaced`() {
        let key = Self.session
        for (option, type) in [
            ("--token", SecretType.token), ("--api-key", .apiKey), ("--secret", .secret),
            ("--access-token", .accessToken),
            ("--client-secret", .clientSecret),
        ] {
            #expect(replaced(text: "run \(option) \(key) --yes") == "run \(option) \(mark(key, type)) --yes")
        }
    }

    @Test(arguments: [
        "mysql --password -h db1", "use --password to log in", "--password required", "--token expired, try again",
        "docker run -u 1000:1000 image", "docker run --user app:group9 curl", "ls -u a:b1c2d3",
        "curl -u bob https://a:8080",
        "curl https://a:8080 -A agent:1.2", "--token-id 4fzyo82mvyr 1", "git log --author bob:x1y2z3",
        "kubectl --token $TOKEN get pods", "ssh -p 2222 host", "curl --url http://a:8080/b", "Passwort: falsch",
        "der Port: 8080", "Export: Gh7sklQ2", "curl -u ${USER}:${PASS} https://a", "x --secret db-credentials",
    ])
    func `what stands behind other options, and words, stay`(_ text: String) {
        #expect(replaced(text: text) == text)
    }

    // MARK: References

    @Test(arguments: [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf", "arn:aws:ssm:eu-1:1:parameter/prod/x9Yz",
        "projects/p/secrets/s/versions/3", "//secretmanager.googleapis.com/projects/p1/secrets/db/versions/latest",
        "https://myvault.vault.azure.net/secrets/name/0f2d8102c1a205440f2d8102c1a20544",
        "vault:secret/data/x#key", "op://vault/item/field", "ssm:/prod/db/password", "env:DB_PASSWORD", "${SECRET}",
        "${env.DB_PASSWORD}", "{{ secret }}", "{{ vault.db_password }}", "$DB_PASSWORD", "sops:secrets/prod.yaml",
        "%DB_PASSWORD%", "$(DB_PASSWORD)", "{{resolve:secretsmanager:prod/db:SecretString:password}}",
    ])
    func `what names where a secret lies stays`(_ reference: String) {
        for name in ["secret", "password", "client_secret", "api_key", "token", "db_password", "refresh_token"] {
            for line in [
                #"{"\#(name)":"\#(reference)"}"#, #"{"o":{"\#(name)":["\#(reference)"]},"resource":"\#(reference)"}"#,
            ] {
                #expect(replaced(line: line) == line)
            }
            let text = #"\#(name)="\#(reference)""#
            #expect(replaced(text: text) == text)
        }
        #expect(replaced(text: reference) == reference)
        #expect(replaced(text: "secret=\(reference)") == "secret=\(reference)")
    }

    @Test(arguments: [
        "vault:" + session, "env:" + session, "${DB_PASSWORD:-hunter22}", "op://" + session, "arn:" + session,
        "$ecr3tPassw0rd", "file:" + session, "projects/" + session, "https://a.example/?k=" + session,
    ])
    func `a credential behind the beginning of a reference is one`(_ value: String) {
        let line = #"{"client_secret":"\#(value)"}"#
        #expect(replaced(line: line) == #"{"client_secret":"\#(mark(value, .clientSecret))"}"#)
    }
}
