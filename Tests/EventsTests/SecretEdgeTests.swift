import Columns
import Events
import Model
import Testing
import TestSupport

private let marker = SecretMarker { bytes in bytes.reduce(0) { $0 &* 31 &+ UInt64($1) } }

/// The ends of lines, of texts and of time.
struct SecretEdgeTests {
    private func replaced(_ text: String, isCut: Bool = false) -> String? {
        marker.redacted(line: Array(text.utf8).span.bytes, isCut: isCut).map {
            String(decoding: $0.bytes, as: UTF8.self)
        }
    }

    @Test func `where a line is cut off, the beginning of a credential is one`() throws {
        for sample in SecretSample.inTexts where sample.type != .basic {
            let text = sample.before + sample.secret
            let least = sample.before.utf8.count
            // From a few characters of the credential on; what makes it one at all must be there.
            for kept in (least + 14)..<max(least + 14, text.utf8.count) where sample.secret.utf8.count > 15 {
                let cut = String(decoding: Array(text.utf8).prefix(kept), as: UTF8.self)
                if sample.type == .privateKey, kept < least + 32 { continue }
                let out = try #require(replaced(#"{"a":"\#(cut)"#.replacing("\n", with: #"\n"#), isCut: true), "\(cut)")
                #expect(!out.contains(sample.secret.prefix(14)), "\(out)")
            }
        }
        #expect(replaced(#"{"a":"Bearer abc"#, isCut: true)?.contains("abc") == false)
        #expect(replaced(#"{"a":"https://user:pa55"#, isCut: true)?.contains("pa55") == false)
        #expect(replaced(#"{"a":"https://host:8080"#, isCut: true) == nil)
        #expect(replaced(#"{"password":"hunt"#, isCut: true)?.contains("hunt") == false)
    }

    @Test func `a line that is too long keeps a beginning in which nothing is left of a credential`() {
        let secret = "gh" + "p_" + String(repeating: "aB3", count: 12)
        for cut in 1...36 {
            // The credential begins so many bytes before the end of what is kept.
            let before = #"{"ts":1,"x":""# + String(repeating: " ", count: QuarantinedLine.keptBytes - 13 - cut)
            let kept = Array((before + secret).utf8.prefix(QuarantinedLine.keptBytes))
            let line = QuarantinedLine(source: "s", offset: 0, length: 1 << 27, reason: .lineTooLong, bytes: kept)
                .redacted(by: marker)
            let end = String(decoding: line.bytes.suffix(60), as: UTF8.self)
            #expect(cut <= 4 || !end.contains(secret.prefix(5)), "\(end)")
            #expect((line.redacted == "github") == (cut >= 4))
            #expect(line.length == 1 << 27)
        }
    }

    @Test func `a credential that is met again and again is replaced each time, also where texts are interned`() {
        var reader = LineReader()
        reader.secrets = marker
        var batch = EventBatch()
        var text = ""
        for number in 0..<20_000 {
            let agent = number % 3 == 0 ? "curl " + SecretSample.jwt : "agent \(number % 7)"
            text += #"{"ts":1777161600,"event":"used","token_id":"t\#(number)","user_agent":"\#(agent)"}"# + "\n"
        }
        let bytes = Array(text.utf8)
        #expect(reader.read(bytes.span.bytes, at: 0, source: "a", into: &batch) == bytes.count)
        #expect(batch.counts.redacted == 6667)
        let columns = batch.takeMonths()[0].columns
        #expect(columns[.userAgent].dictionary.count == 8)
        #expect((0..<20_000).allSatisfy { (columns[.redacted][$0] == "jwt:user_agent") == ($0 % 3 == 0) })
        #expect((0..<20_000).allSatisfy { (columns.sourceLength[$0] > 0) == ($0 % 3 == 0) })
    }

    @Test func `a column of ever new texts looks at each of them`() {
        var reader = LineReader()
        reader.secrets = marker
        var batch = EventBatch()
        var text = ""
        for number in 0..<6000 {
            let id = number < 5990 ? "e\(number)" : "gh" + "p_\(String(repeating: "x7", count: 15))\(number)"
            text += #"{"ts":1777161600,"event":"used","token_id":"t","event_id":"\#(id)"}"# + "\n"
        }
        let bytes = Array(text.utf8)
        _ = reader.read(bytes.span.bytes, at: 0, source: "a", into: &batch)
        #expect(batch.counts.redacted == 10)
        let columns = batch.takeMonths()[0].columns
        #expect(!String(decoding: columns[.eventID].dictionary.bytes, as: UTF8.self).contains("x7x7"))
    }

    @Test func `two credentials in one text are two marks, and where they touch they are one`() {
        let key = "np" + "m_" + String(repeating: "aB3", count: 12)
        let out = replaced("a=\(key) password=x1 b")
        #expect(out?.contains("⟨npm:") == true && out?.contains("⟨password:") == true && out?.hasSuffix(" b") == true)
        let both = replaced("password=\(key)&x")
        #expect(both?.hasPrefix("password=⟨npm:") == true && both?.hasSuffix("⟩&x") == true)
    }

    @Test(arguments: [
        "eyJ", "eyJ.", "bearer ", "Bearer", "gh" + "p_", "sk-a-", "k-", "--", "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "code=a?", "code=", "%3Fcode%3D", "://a:", "@", "//", "\"password\":\"", "\\\"password\\\":", "\\u0067", "\\",
        "AKIA",
        "xoxb-", "basic ", "password=([{", "token=", "token=,", "token=a.", "secret: ", "pwd=/,", "Cookie: ",
        "cookie: a=b; ",
        "\"cookie\":[\"a\",", "sig=", "?sv=1&sig=", "AKIAIOSFODNN7EXAMPLE ", "AKIAIOSFODNN7EXAMPLE/", "hf_", "npm_",
        "1//0",
        "hvs.", "SG.", "ya29.", "Z2hwX", "Z2hwX2FCM2RFNWZH/", "aGVsbG8gd29ybGQg", "password=\"", "token='a\"",
        "token = ", "'token':'",
        "hooks.slack.com/services/T/", "webhooks/1234567890123456/", "authorization: a", "a8Q~", "12345678:AA",
        "JQQJ99", ".atlasv1.",
        "x=1;", "AAAA", "/", "token=\\\"", "\"cookies\":{", "\"cookies\":{\"a\":\"b\"},", "\"cookies\":[{\"",
        "\\\"cookies\\\":{\\\"", "\\\"cookies\\\":[", "curl -u a:b ", "--password ", " -u a:b", "secret=arn:",
        "secret=${a",
    ])
    func `a long text of beginnings takes time in proportion to its length`(_ piece: String) {
        func time(_ count: Int) -> Duration {
            let text = Array(String(repeating: piece, count: count).utf8)
            return ContinuousClock().measure { _ = marker.redacted(line: text.span.bytes, isCut: true) }
        }
        _ = time(1000)
        let short = (0..<3).map { _ in time(4000) }.min() ?? .zero
        let long = (0..<3).map { _ in time(64_000) }.min() ?? .zero
        // 16 times as long; quadratic time would be 256 times as much.
        #expect(long < short * 80 + .milliseconds(20), "\(piece): \(short), \(long)")
    }

    /// A line is gone through string by string only when its bytes look like it, except where it is cut off.
    @Test(arguments: UInt64(1)...6) func `what the look of a line does not show is not there`(seed: UInt64) {
        var random = SeededRandom(seed)
        let texts = SecretSample.inTexts.map(\.text) + harmlessTexts + [#"""#, #"\"#, "\n", "/"]
        let members =
            SecretSample.members.map { ($0.name, $0.sample.text) } + harmlessMembers.map { ($0.name, $0.value) }
            + [("password", #"""#), ("password", #"\"#), ("client_secret", #""a"#), ("api_key", #"\""#)]
        func spelled(_ text: String) -> String {
            switch Int.random(in: 0...3, using: &random) {
            case 0: Place.everything(text)
            case 1: Place.slashes(text)
            default: Place.plain(text)
            }
        }
        var found = 0
        for _ in 0..<3000 {
            var text = "{"
            for _ in 0..<2 {
                let (name, value) = members.randomElement(using: &random) ?? ("", "")
                let other = texts.randomElement(using: &random) ?? ""
                text +=
                    random.chance(50) ? "\"\(spelled(name))\":\"\(spelled(value))\"," : "\"x\":\"\(spelled(other))\","
            }
            var bytes = Array(text.utf8)
            if random.chance(50) { Made.damage(&bytes, &random) }
            let whole = marker.redacted(line: bytes.span.bytes)
            guard let end = bytes.last(where: { $0 != 0x20 && $0 != 0x09 }), end != 0x5C, end != 0x3A else { continue }
            // A quote and a space more, and nothing ends where the line is cut off.
            let forced = marker.redacted(line: (bytes + [0x22, 0x20]).span.bytes, isCut: true)
            let isSame = whole?.bytes == forced.map { Array($0.bytes.dropLast(2)) }
            #expect(isSame, "\(String(decoding: bytes, as: UTF8.self))")
            if whole != nil { found += 1 }
        }
        #expect(found > 700 && found < 2900)
    }

    @Test func `logs without credentials are stored as they are with a marker and without`() throws {
        for seed in UInt64(1)...4 {
            var random = SeededRandom(seed)
            var bytes: [UInt8] = []
            for _ in 0..<1500 { bytes += Array(Made.line(&random).utf8) + [0x0A] }
            let with = try Rendering(bytes, secrets: marker), without = try Rendering(bytes)
            #expect(with.lines == without.lines)
            #expect(with.redactedCount == 0)
        }
    }

    @Test func `random bytes never stop the program, and marks stand only where something was replaced`() {
        var random = SeededRandom(5)
        let parts = SecretSample.inTexts.map(\.text) + ["\"", "\\", "\\u00", "{", "}", ":", "⟨", "\n", "a", " "]
        for _ in 0..<20_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                bytes += (parts.randomElement(using: &random) ?? "").utf8
                Made.damage(&bytes, &random)
            }
            for isCut in [false, true] {
                guard let out = marker.redacted(line: bytes.span.bytes, isCut: isCut) else { continue }
                #expect(!out.secrets.isEmpty)
                #expect(out.bytes != bytes)
            }
        }
    }
}
