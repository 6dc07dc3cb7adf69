import Foundation
import Testing

/// `export --lines` gives back the file that was ingested: `cmp` says nothing.
struct LineExportTests {
    /// Spellings that no two producers share, lines that are none, and blank lines.
    private static let odd: [String] = [
        #"{"ts":"2026-04-26T00:11:41.212Z","event":"issued","token_id":"t0","principal":"p","scopes":["a","b"]}"#,
        #"{"ts": "2026-05-26T00:11:41.2Z", "event": "used", "token_id": "t1", "latency_ms": 1.50, "success": true}"#,
        #"{"event":"used","ts":1777161600,"token_id":"t\u0041","x":{"a":[1, 2]},"tool":"y"}"#,
        #"{"ts":"2026-06-26T02:11:41+02:00","event":"failed","reason":"expired","ip":null,"user_agent":"é"}"#,
        #"  {"ts":"2026-04-26T00:11:41.212Z" , "event":"used","token_id":"z","latency_ms":8.0}  "#,
        #"{"ts":"2026-04-26T00:11:41.212Z","event":"revoked","token_id":"q","admin":"bob"}"# + "\r",
        #"{"ts":"2025-04-26T00:11:41.212123Z","event":"used","token_id":"u","token_id":"v"}"#,
        #"{"ts":1,"event":"nope"}"#, "not json", "", "   ", "\t\r", "\r",
    ]

    private func log(_ seed: UInt64, lines: Int) -> String {
        var state = seed
        let all = (0..<lines).map { _ -> String in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Self.odd[Int(state >> 33) % Self.odd.count]
        }
        return all.joined(separator: "\n")
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5])
    func `a log of odd lines over several months comes back byte for byte`(seed: UInt64) throws {
        let program = Program()
        let text = log(seed, lines: 3000) + (seed % 2 == 0 ? "\n" : "\n" + Self.odd[0])
        let path = program.write("odd.ndjson", text)
        #expect(try program.run("ingest", "-q", path).status == 0)
        let run = try program.shell("\"$AUTHTRAIL\" export --lines | cmp - odd.ndjson")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        #expect(try program.run("verify").status == 0)
    }

    /// Credentials, each as the rules know them, and what comes back in their place.
    private static let secrets = [
        "abcdefghijklmnop1234", String(repeating: "Zx9", count: 40),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    ]

    /// A line of parts that each break readers of lines: NULs, escapes, what is no UTF-8, credentials, returns, length.
    private func hostile(_ next: () -> Int) -> [UInt8] {
        let secret = Self.secrets[next() % Self.secrets.count]
        // Set apart by a space, or what stands behind it would be taken for a part of it.
        let token = (secret.hasPrefix("eyJ") ? secret : "Bearer " + secret) + " "
        let parts: [[UInt8]] = [
            [0], Array(#"\u0000"#.utf8), Array(#"a\/\u00e9\n"#.utf8), [0xFF, 0xFE], [0xC3], Array(token.utf8), [0x0D],
            Array(repeating: 0x61, count: 1 + next() % 70_000), Array("é\u{2028}".utf8),
            Array(repeating: 0, count: next() % 40),
            Array(" ".utf8), Array(token.utf8),
        ]
        let odd = (0..<(next() % 4)).flatMap { _ in parts[next() % parts.count] }
        switch next() % 4 {
        case 0: return odd
        case 1: return odd + Array(#"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t"}"#.utf8)
        default:
            return Array(#"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t","note":""#.utf8) + odd
                + Array(#"","user_agent":""#.utf8) + Array(token.utf8) + Array(#""}"#.utf8)
                + (next() % 3 == 0 ? [0x0D] : [])
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func `whatever a line is made of, it comes back, with marks for its credentials and nothing else changed`(
        seed: UInt64
    ) throws {
        let program = Program()
        var state = seed
        func next() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        var log: [UInt8] = []
        for _ in 0..<120 { log += hostile(next) + [0x0A] }
        let path = program.write("odd.ndjson", bytes: log[...])
        #expect(try program.run("ingest", "-q", path).status == 0)
        let run = try program.run("export", "--lines", "-o", "back")
        #expect(run.status == 0, "\(run.errors)")
        let back = try Data(contentsOf: URL(fileURLWithPath: program.folder + "/back"))
        #expect(Self.withoutSecrets([UInt8](back)) == Self.withoutSecrets(log))
        #expect(try program.run("verify").status == 0)
    }

    /// The bytes with one letter for each credential, or for the mark in its place.
    private static func withoutSecrets(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [], at = 0
        let secrets = secrets.map { Array($0.utf8) }, mark = Array("⟨".utf8), end = Array("⟩".utf8)
        while at < bytes.count {
            if let secret = secrets.first(where: { bytes[at...].starts(with: $0) }) {
                out.append(0x53)
                at += secret.count
            } else if bytes[at...].starts(with: mark),
                let close = bytes[at...].prefix(60).indices.first(where: { bytes[$0...].starts(with: end) })
            {
                out.append(0x53)
                at = close + end.count
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return out
    }

    @Test func `a log that grew over several runs comes back whole, also where a newline came late`() throws {
        let program = Program()
        var text = ""
        for (run, ending) in ["", "\r\n\n", "\n \r\n", ""].enumerated() {
            text += (run == 0 ? "" : ending) + log(UInt64(run), lines: 40) + "\n" + Self.odd[run % 2]
            let path = program.write("growing.ndjson", text)
            #expect(try program.run("ingest", "-q", path).status == 0)
        }
        let run = try program.shell("\"$AUTHTRAIL\" export --lines -o back && cmp back growing.ndjson")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test func `each of several logs comes back by its path or its number, never mixed`() throws {
        let program = Program()
        for name in ["a", "b"] {
            let path = program.write(name + ".ndjson", log(name == "a" ? 7 : 8, lines: 500) + "\n")
            try program.run("ingest", "-q", path)
        }
        let unclear = try program.run("export", "--lines")
        #expect(unclear.status == 64)
        #expect(
            unclear.errors.contains("cannot export lines: the trail has several sources; choose one with --source:"))
        for command in ["--source \"$PWD/b.ndjson\" | cmp - b.ndjson", "--source 1 | cmp - a.ndjson"] {
            let run = try program.shell("\"$AUTHTRAIL\" export --lines " + command)
            #expect(run.status == 0, "\(run.output)\(run.errors)")
        }
        let absent = try program.run("export", "--lines", "--source", "c.ndjson")
        #expect(absent.status == 64)
        #expect(absent.errors.contains("cannot export the lines of c.ndjson: no source has this name or number"))
    }

    @Test func `a log that was rotated away and its successor of the same name are two sources`() throws {
        let program = Program()
        let first = log(11, lines: 300) + "\n", second = log(12, lines: 200) + "\n"
        let path = program.write("auth.ndjson", first)
        try program.run("ingest", "-q", path)
        _ = try program.shell("mv auth.ndjson auth.ndjson.1")
        _ = program.write("auth.ndjson", second)
        try program.run("ingest", "-q", program.folder + "/auth.ndjson.1", path)
        let run = try program.shell(
            """
            "$AUTHTRAIL" export --lines --source "$PWD/auth.ndjson.1" | cmp - auth.ndjson.1 &&
            "$AUTHTRAIL" export --lines --source "$PWD/auth.ndjson" | cmp - auth.ndjson
            """)
        #expect(run.status == 0 && run.output.isEmpty, "\(run.output)\(run.errors)")
    }

    @Test func `a copy of a truncated log that goes on with what was not read comes back whole`() throws {
        let program = Program()
        let first = log(21, lines: 300) + "\n", second = log(22, lines: 200) + "\n", third = log(23, lines: 9) + "\n"
        let path = program.write("auth.ndjson", first)
        try program.run("ingest", "-q", path)
        _ = program.write("more", second)
        try program.shell("cat more >> auth.ndjson; cp auth.ndjson auth.ndjson.1; : > auth.ndjson")
        _ = program.write("auth.ndjson", third)
        try program.run("ingest", "-q", program.folder)
        let run = try program.shell(
            """
            "$AUTHTRAIL" export --lines --source "$PWD/auth.ndjson.1" | cmp - auth.ndjson.1 &&
            "$AUTHTRAIL" export --lines --source "$PWD/auth.ndjson" 2>&1 | head -c 30
            """)
        #expect(run.status == 0 && run.output == "authtrail: cannot export lines", "\(run.output)\(run.errors)")
        #expect(try program.run("export", "--lines", "--source", "2").output == third)
        #expect(try program.run("verify").status == 0)
    }

    @Test func `lines take no filters, and a source only goes with lines`() throws {
        let program = Program()
        try program.run("ingest", "-q", program.write("a.ndjson", threeLines))
        #expect(try program.run("export", "--lines", "--token", "t1").status == 64)
        #expect(try program.run("export", "--lines", "--format", "csv").status == 64)
        #expect(try program.run("export", "dashboard", "--lines").status == 64)
        #expect(try program.run("export", "--source", "a.ndjson").status == 64)
        #expect(try program.run("export", "--lines").output == threeLines)
    }

    @Test func `half a line that --final took is no damage when the rest of it comes`() throws {
        let line = #"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"n"}"# + "\n"
        let half = #"{"ts":"2026-05-0"#
        let program = Program()
        #expect(try program.run("ingest", program.write("a.ndjson", line + half), "--final", "-q").status == 0)
        let log = line + half + #"1T11:00:00Z","event":"used","token_id":"m"}"# + "\n" + line
        try program.shell(
            "printf '%s' '\(log.dropFirst(line.utf8.count + half.utf8.count))' >> '\(program.folder)/a.ndjson'")
        #expect(try program.run("ingest", program.folder + "/a.ndjson", "-q").status == 0)
        let verified = try program.run("verify")
        #expect(verified.status == 0, "\(verified.output)")
        #expect(try program.run("export", "--lines").output == log)
    }
}
