import Events
import Testing
import TestSupport

/// Where in a line a text stands: the line with the text, which is escaped as the place wants it.
struct Place: Sendable, CustomTestStringConvertible {
    var name: String
    var reason: QuarantineReason?
    /// What the row says of where it was; nil in quarantine, where only the type is told.
    var field: String?
    var escapes: @Sendable (String) -> String
    var line: @Sendable (String) -> String

    var testDescription: String { name }

    init(
        _ name: String, field: String?, reason: QuarantineReason? = nil,
        escapes: @escaping @Sendable (String) -> String = Place.plain, line: @escaping @Sendable (String) -> String
    ) {
        self.name = name
        self.field = field
        self.reason = reason
        self.escapes = escapes
        self.line = line
    }

    static let start = #"{"ts":"2026-04-26T00:11:41.212Z","event":"used","token_id":"t1""#

    /// Only what JSON demands.
    static let plain: @Sendable (String) -> String = { text in
        text.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#).replacing("\n", with: #"\n"#)
    }
    static let slashes: @Sendable (String) -> String = { plain($0).replacing("/", with: #"\/"#) }
    static let everything: @Sendable (String) -> String = { text in
        text.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }

    static let all: [Place] = [
        Place("a known field", field: "user_agent") { start + #","user_agent":"\#($0)","ip":"203.0.113.7"}"# },
        Place("another producer's name of a field", field: "actor") { start + #","admin":"\#($0)"}"# },
        Place("an element of a list", field: "scopes") { start + #","scopes":["a","\#($0)","b"]}"# },
        Place("a known field of the wrong type", field: "tool") { start + #","tool":["\#($0)"],"x":1}"# },
        Place("an unknown field", field: "note") { start + #","note":"\#($0)","z":null}"# },
        Place("a nested field", field: "request") { start + #","request":{"headers":[{"v":"\#($0)"}]}}"# },
        Place("a key", field: "extra") { start + #","\#($0)":1}"# },
        Place("an unknown field of a line with odd spaces", field: "note") { " " + start + #" , "note" :"\#($0)" } "# },
        Place("a known field with escaped slashes", field: "tool", escapes: slashes) { start + #","tool":"\#($0)"}"# },
        Place("a known field with all escaped", field: "tool", escapes: everything) { start + #","tool":"\#($0)"}"# },
        Place("an unknown field with all escaped", field: "note", escapes: everything) {
            start + #","note":{"a":"\#($0)"}}"#
        },
        Place("a line that is no event", field: nil, reason: .unknownEvent) { #"{"ts":1,"event":"x","a":"\#($0)"}"# },
        Place("a line without a time", field: nil, reason: .noTS) { #"{"event":"used","a":"\#($0)"}"# },
        Place("a line with rubbish behind it", field: nil, reason: .notJSON) { start + #","a":"\#($0)"} oops"# },
        Place("a line with a wrong time", field: nil, reason: .badTS) { #"{"ts":"\#($0)","event":"used"}"# },
    ]
}

/// A hash that anybody can compute; the trail's own is keyed.
private func digest(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

private let marker = SecretMarker(digest: digest)

private func mark(_ type: SecretType, _ secret: String) -> String {
    let digits = String(digest(Array(secret.utf8)), radix: 16)
    return "⟨\(type.rawValue):hmac:" + String(repeating: "0", count: 16 - digits.count) + digits + "⟩"
}

struct SecretTests {
    @Test(arguments: Place.all)
    func `every credential is replaced by its mark, and all else stays`(_ place: Place) throws {
        for sample in SecretSample.inTexts {
            let line = place.line(place.escapes(sample.text))
            let rendering = try Rendering(Array((line + "\n").utf8), secrets: marker)
            let expected = place.line(
                place.escapes(sample.before) + mark(sample.type, sample.secret) + place.escapes(sample.after))
            #expect(String(decoding: rendering.lines[0] ?? [], as: UTF8.self) == expected, "\(sample.testDescription)")
            #expect(rendering.reasons[0] == place.reason?.rawValue)
            let what = sample.type.rawValue + (place.field.map { ":" + $0 } ?? "")
            #expect(rendering.redacted[0] == what, "\(sample.testDescription)")
            #expect(rendering.redactedCount == 1)
            if place.reason == nil { #expect(rendering.sourceLengths[0] == Int64(line.utf8.count)) }
            let kept = String(decoding: rendering.dictionaries, as: UTF8.self)
            #expect(!kept.contains(sample.secret), "\(sample.testDescription)")
        }
    }

    @Test func `these are over five hundred credentials in their places`() {
        #expect(SecretSample.inTexts.count == 38)
        #expect(Place.all.count == 15)
        #expect(SecretSample.members.count == 13)
        #expect(Set(SecretSample.inTexts.map(\.type) + SecretSample.members.map(\.sample.type)).count == 19)
    }

    @Test func `a member with a telling name is replaced whole, wherever it stands`() throws {
        let spellings: [(String) -> String] = [
            { Place.start + ",\($0)}" }, { Place.start + #","a":[{\#($0)},2]}"# }, { "{\($0)}" }, { "oops {\($0)" },
            { Place.start + #","b" : { "c":1, \#($0.replacing("\":\"", with: "\" : \"")) } }"# },
        ]
        for (name, sample) in SecretSample.members {
            for escapes in [Place.plain, Place.everything] {
                for spelling in spellings {
                    let line = spelling("\"\(name)\":\"\(escapes(sample.text))\"")
                    let expected = spelling(
                        "\"\(name)\":\"\(escapes(sample.before))\(mark(sample.type, sample.secret))\"")
                    let rendering = try Rendering(Array(line.utf8), secrets: marker)
                    #expect(String(decoding: rendering.lines[0] ?? [], as: UTF8.self) == expected)
                }
            }
        }
    }

    @Test func `harmless texts stay as they are in every place`() throws {
        #expect(harmlessTexts.count == 143)
        #expect(Set(harmlessTexts).count == harmlessTexts.count)
        for place in Place.all {
            for text in harmlessTexts {
                let line = place.line(place.escapes(text))
                let rendering = try Rendering(Array((line + "\n").utf8), secrets: marker)
                #expect(String(decoding: rendering.lines[0] ?? [], as: UTF8.self) == line)
                #expect(rendering.redactedCount == 0, "\(place.name): \(text)")
                #expect(rendering.sourceLengths[0] ?? -1 == -1)
            }
        }
    }

    @Test func `members with harmless values stay`() throws {
        #expect(harmlessMembers.count == 24)
        for (name, value) in harmlessMembers {
            let line =
                #"{"ts":1777161600,"event":"failed","reason":"r","\#(name)":"\#(value)","o":{"\#(name)":"\#(value)"}}"#
            let rendering = try Rendering(Array((line + "\n").utf8), secrets: marker)
            #expect(String(decoding: rendering.lines[0] ?? [], as: UTF8.self) == line)
            #expect(rendering.redactedCount == 0, "\(name): \(value)")
        }
    }

    @Test func `a last line without a newline is looked at like any other`() throws {
        for sample in SecretSample.inTexts {
            let line = Place.start + #","a":"\#(Place.plain(sample.text))"}"#
            let rendering = try Rendering(Array((line + "\n" + line).utf8), secrets: marker)
            #expect(rendering.redactedCount == 2)
            #expect(rendering.lines[Int64(line.utf8.count) + 1] == rendering.lines[0])
        }
    }

    @Test func `without a marker lines stay as they are`() throws {
        let line = Place.start + #","user_agent":"\#(SecretSample.jwt)"}"#
        let rendering = try Rendering(Array((line + "\n").utf8))
        #expect(String(decoding: rendering.lines[0] ?? [], as: UTF8.self) == line)
    }

    @Test func `what was replaced once is not replaced again`() throws {
        for sample in SecretSample.inTexts {
            let first = marker.redacted(text: Array(sample.text.utf8).span.bytes)
            let once = try #require(first).bytes
            let again = marker.redacted(text: once.span.bytes), asLine = marker.redacted(line: once.span.bytes)
            #expect(again == nil && asLine == nil, "\(sample.testDescription)")
        }
    }

    @Test func `a hundred thousand random ids lose none`() {
        var random = SeededRandom(26)
        func pick(_ digits: String, _ count: Int) -> String {
            let all = Array(digits.utf8)
            return String(decoding: (0..<count).map { _ in all[Int(random.next() % UInt64(all.count))] }, as: UTF8.self)
        }
        let hex = "0123456789abcdef", crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
        let letters = ByteLetters.all
        var replaced = 0
        for number in 0..<100_000 {
            let id =
                switch number % 6 {
                case 0: "01" + pick(crockford, 24)
                case 1: [8, 4, 4, 4, 12].map { pick(hex, $0) }.joined(separator: "-")
                case 2: pick(hex, [16, 32, 40, 64][number / 6 % 4])
                case 3: pick("abcdefghijklmnopqrstuvwxyz", 3) + "_" + pick(letters, 24)
                case 4: pick(letters, 22)
                default: pick(hex.uppercased(), 16) + "-" + pick(crockford, 3)
                }
            if marker.redacted(text: Array(id.utf8).span.bytes) != nil { replaced += 1 }
            let line = #"{"ts":1777161600,"event":"used","event_id":"\#(id)","x":{"request_id":"\#(id)"}}"#
            if marker.redacted(line: Array(line.utf8).span.bytes) != nil { replaced += 1 }
        }
        #expect(replaced == 0)
    }
}

private enum ByteLetters {
    static let all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
}
