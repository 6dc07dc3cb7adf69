import Console
import Foundation
import Testing

/// Credentials in a log: none reaches the trail, in any of its files, and the rest of the log comes back.
struct SecretCommandTests {
    private static let github = "gh" + "p_" + String(repeating: "aB3", count: 12)
    private static let jwt =
        "ey" + "JhbGciOiJIUzI1NiJ9" + "." + "ey" + "JzdWIiOiIxMjM0NTY3ODkwIn0" + "." + "dozjgNryP4J3jVmNHl0w5N"
    private static let start = #"{"ts":"2026-04-26T00:11:41.212Z","event":"used","token_id":"t1""#
    /// A line and what of it must not be found anywhere.
    private static let leaks: [(line: String, secret: String)] = [
        (start + #","user_agent":"curl \#(github)"}"#, github),
        (#"{"ts":"2026-04-26T01:11:41Z","event":"used","token_id":"\#(jwt)","ip":"203.0.113.7"}"#, jwt),
        (
            #"{"ts":"2026-04-26T01:11:41Z","event":"failed","reason":"r","presented":"hunter-2-hunter","principal":"Bearer opaque0123456789"}"#,
            "opaque0123456789"
        ),
        (start + #","headers":{"authorization":"Bearer \#(jwt)"}}"#, jwt),
        (" " + start + #" , "url" : "https:\/\/u:pa55word@h\/?code=4%2F0AX4XfWh"}"#, "pa55word"),
        (start + #","scopes":["a","\#(github)"],"success":true}"#, github),
        (start + #","\#(github)":1,"x":"client_secret=sEcReTvAlUe"}"#, "sEcReTvAlUe"),
        ("not json at all: password=pLaInPw1", "pLaInPw1"),
        (#"{"event":"used","refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA"}"#, "tGzv3JOkF0XG5Qx2TlKWIA"),
        (start + #","x":"\#(jwt.prefix(50))"#, String(jwt.prefix(50))),
    ]
    private static let clean: [String] = [
        #"{"ts":"2026-04-26T00:11:42.212Z","event":"used","token_id":"t2","tool":"orders.status","latency_ms":7.7}"#,
        #"{"ts": 1777161600, "event": "failed", "reason": "expired", "latency_ms": 1.50}"#, "nothing", "", "  \t", "\r",
    ]

    /// Lines with credentials among lines without; the last one has no newline.
    private func log(_ seed: UInt64, lines: Int) -> [(line: String, leaks: Bool)] {
        var state = seed
        return (0..<lines).map { number in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let place = Int(state >> 33)
            let leaks = number == lines - 1 || place % 3 == 0
            return (leaks ? Self.leaks[place / 3 % 7 + (number % 4 == 0 ? 3 : 0)].line : Self.clean[place % 6], leaks)
        }
    }

    /// The files of the trail that hold a text.
    private func files(_ program: Program, holding text: String) throws -> String {
        try program.shell("grep -rlaF -- '\(text)' trail").output
    }

    @Test func `no file of the trail holds a credential, stored or quarantined`() throws {
        let program = Program()
        let lines = Self.leaks.map(\.line).joined(separator: "\n") + "\n"
        #expect(try program.run("ingest", "-q", program.write("leaks.ndjson", lines)).status == 0)
        for (_, secret) in Self.leaks { #expect(try files(program, holding: secret).isEmpty, "\(secret.prefix(6))…") }
        let status = try program.json("status")
        #expect(status["lines_redacted"]?.integer == 10)
        #expect(status["lines_stored"]?.integer == 7)
        #expect(status["sources"]?[0]?["redacted"]?.integer == 10)
        #expect(try program.run("verify").status == 0)
        for command in [
            ["export"], ["export", "--lines"], ["report", "quarantine"], ["detect", "--format", "json"], ["status"],
        ] {
            let output = try program.run(command).output
            for (_, secret) in Self.leaks { #expect(!output.contains(secret)) }
        }
    }

    @Test func `the pages of segments hold none either: pyarrow's view of every column is asked`() throws {
        let program = Program()
        try program.run(
            "ingest", "-q", program.write("leaks.ndjson", Self.leaks.map(\.line).joined(separator: "\n") + "\n"))
        // Pages are compressed, so bytes of the file say nothing: every column is printed.
        let all = try program.run("query", "SELECT * FROM events", "--format", "json").output
        #expect(all.contains("⟨github:hmac:"))
        for (_, secret) in Self.leaks { #expect(!all.contains(secret)) }
        let raw = try program.run("query", "SELECT raw FROM events WHERE raw IS NOT NULL").output
        #expect(raw.contains("⟨url_password:hmac:"))
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `a log with credentials comes back with marks in their places and every other byte in its own`(seed: UInt64)
        throws
    {
        let program = Program()
        let lines = log(seed, lines: 1500)
        // In two parts, so that the second run begins behind a checkpoint.
        let text = lines.map(\.line).joined(separator: "\n")
        let half = lines.prefix(700).map(\.line).joined(separator: "\n") + "\n"
        try program.run("ingest", "-q", program.write("a.ndjson", half))
        try program.run("ingest", "-q", "--final", program.write("a.ndjson", text))
        let back = try program.run("export", "--lines").output.utf8.split(
            separator: 0x0A, omittingEmptySubsequences: false
        ).map { String(Substring($0)) }
        #expect(back.count == lines.count)
        var different = 0
        for (one, (line, leaks)) in zip(back, lines) {
            if one != line { different += 1 }
            #expect((one == line) == !leaks)
            #expect(one.contains(":hmac:") == leaks)
        }
        #expect(different == lines.count { $0.leaks })
        #expect(try program.run("verify").status == 0)
    }

    @Test func `the same credential has one mark in a trail and another one in another trail`() throws {
        let program = Program()
        let lines = (0..<3).map {
            #"{"ts":\#(1_777_161_600 + $0),"event":"used","token_id":"t","tool":"a \#(Self.jwt)"}"#
        }
        let path = program.write("a.ndjson", lines.joined(separator: "\n") + "\n" + "bad \(Self.jwt)\n")
        func marks(_ trail: String) throws -> Set<String> {
            try program.run("ingest", "-q", "--trail", trail, path)
            let lines = try program.run("export", "--lines", "--trail", trail).output.split(separator: "\n")
            return Set(
                lines.compactMap { line in line.firstRange(of: "⟨").map { String(line[$0.lowerBound...].prefix(27)) } })
        }
        let one = try marks(program.folder + "/one"), two = try marks(program.folder + "/two")
        #expect(one.count == 1 && two.count == 1)
        #expect(one != two)
    }

    @Test func `the digits of a mark are those of an HMAC-SHA256 with the trail's key`() throws {
        let program = Program()
        try program.run("ingest", "-q", program.write("a.ndjson", Self.start + #","tool":"\#(Self.github)"}"# + "\n"))
        let digits = try program.shell(
            """
            python3 -c 'import hmac,sys; print(hmac.new(open("trail/secret.key","rb").read(), b"\(Self.github)", "sha256").hexdigest()[:16])'
            """
        ).output.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(digits.count == 16)
        #expect(try program.run("export").output.contains("⟨github:hmac:\(digits)⟩"))
    }

    @Test func `a key that others could know stops ingestion before anything is written`() throws {
        let cases: [(String, String)] = [
            ("chmod 644 trail/secret.key", "others may read or write it; run: chmod 600"),
            ("rm trail/secret.key; ln -s /dev/zero trail/secret.key", "it is a symbolic link"),
            ("chmod 600 trail/secret.key; : > trail/secret.key", "it has 0 bytes, not 32; restore it from a backup"),
        ]
        for (prepare, reason) in cases {
            let program = Program()
            try program.run("ingest", "-q", program.write("a.ndjson", threeLines))
            let mode = try program.shell("stat -c '%a %s' trail/secret.key").output
            #expect(mode == "600 32\n")
            _ = try program.shell(prepare)
            let run = try program.run("ingest", program.write("b.ndjson", threeLines))
            #expect(run.status == 73)
            #expect(run.errors.contains("secret.key: " + reason), "\(run.errors)")
            #expect(try program.json("status")["lines_read"]?.integer == 3)
            #expect(try program.run("export").status == 0)
        }
    }

    @Test func `a lost key is made anew: old marks stay, new ones differ, and nothing else changes`() throws {
        let program = Program()
        let line = Self.start + #","tool":"\#(Self.github)"}"# + "\n"
        try program.run("ingest", "-q", program.write("a.ndjson", line))
        _ = try program.shell("rm trail/secret.key")
        try program.run("ingest", "-q", program.write("b.ndjson", line + line))
        let marks = try program.run(
            "query", "SELECT tool, count(*) FROM events GROUP BY tool ORDER BY 2", "--format", "csv"
        ).output
        #expect(marks.split(separator: "\n").count == 3)
        #expect(try program.run("verify").status == 0)
    }

    @Test func `the report of ingestion says how many lines held credentials, the finding says where`() throws {
        let program = Program()
        let path = program.write("leaks.ndjson", Self.leaks.prefix(4).map(\.line).joined(separator: "\n") + "\n")
        let run = try program.run("ingest", path)
        #expect(run.output.contains("lines_redacted    4"))
        #expect(
            run.errors.contains(
                "4 lines held credentials, which were replaced before anything was written: authtrail detect plaintext-token"
            ))
        let json = try program.json("detect", "plaintext-token", "--since", "start")
        let findings = json["findings"]
        #expect(findings?.elements.count == 3)
        let jwt = findings?.elements.first { $0["context"]?["type"] == .string("jwt") }
        #expect(jwt?["context"]?["fields"] == .strings(["headers", "token_id"]))
        #expect(jwt?["context"]?["events"]?.integer == 2)
        #expect(jwt?["context"]?["credentials"]?.integer == 1)
        #expect(jwt?["entity"]?["value"] == .string(path))
        #expect(jwt?["evidence"]?.elements.count == 2)
        #expect(try program.run("detect", "--fail-on", "high", "--since", "start").status == 1)
        let text = try program.run("detect", "plaintext-token", "--since", "start").output
        let look = try #require(
            text.split(separator: "\n").first { $0.contains("authtrail query") && $0.contains("',jwt:'") })
        let statement =
            "SELECT event, source, source_offset, redacted FROM events WHERE date = '2026-04-26' AND source = "
            + "'\(path)' AND instr(',' || redacted, ',jwt:') > 0"
        #expect(look.contains("authtrail query \"\(statement)\""))
        let counted = try program.run("query", "SELECT count(*) AS n FROM (\(statement))", "--format", "csv")
        #expect(counted.output == "n\n2\n")
        let asked = try program.run(
            "query", "SELECT event, redacted FROM events WHERE date = '2026-04-26' AND redacted LIKE '%jwt%'")
        #expect(asked.output.contains("jwt:token_id") && asked.output.contains("jwt:headers"))
    }

    @Test func `a credential in a line that is no event is found as well, as of when the line was read`() throws {
        let program = Program()
        let (use, panic) = (Self.start + "}\n", "panic: \(Self.github) {\n")
        let path = program.write("a.ndjson", use + panic + use + "panic: \(Self.github) again\n")
        try program.run("ingest", "-q", path)
        let findings = try program.json("detect", "plaintext-token")["findings"]?.elements ?? []
        #expect(findings.count == 1)
        let finding = try #require(findings.first)
        #expect(finding["context"]?["quarantined_lines"]?.integer == 2)
        #expect(finding["context"]?["events"]?.integer == 0)
        #expect(finding["context"]?["credentials"]?.integer == 1)
        let explanation = finding["explanation"]?.text ?? ""
        #expect(
            explanation.contains(
                "2 lines in quarantine (authtrail report quarantine) of \(path) held 1 different credential"))
        let offsets = finding["evidence"]?.elements.map { $0["offset"]?.integer }
        #expect(offsets == [Int64(use.utf8.count), Int64(use.utf8.count * 2 + panic.utf8.count)])
        let id = try #require(finding["id"]?.text)
        let lines = try program.json("explain", id)["lines"]?.elements.compactMap { $0["line"]?.text } ?? []
        #expect(lines.count == 2 && lines[0].hasPrefix("panic: ⟨") && lines[1].hasSuffix("⟩ again"))
        // Seen by the clock it is the same finding; before the newest event nobody had read it.
        let now = try program.json("detect", "plaintext-token", "--as-of", "now")["findings"]?.elements ?? []
        #expect(now.map { $0["id"]?.text } == [id])
        let before = try program.json("detect", "plaintext-token", "--as-of", "2020-01-01")["findings"]?.elements ?? []
        #expect(before.isEmpty)
    }
}

extension JSONValue {
    fileprivate var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
}
