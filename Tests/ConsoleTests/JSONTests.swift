import TestSupport
import Testing

@testable import Console

@Suite struct JSONTests {
    @Test func `compact JSON keeps the order of members and duplicate keys`() {
        let value: JSONValue = ["b": 1, "a": [true, nil, -2.5], "b": "again", "empty": [], "none": [:]]
        #expect(value.json() == #"{"b":1,"a":[true,null,-2.5],"b":"again","empty":[],"none":{}}"#)
    }

    @Test func `pretty JSON indents by two spaces and keeps empty lists on one line`() {
        let value: JSONValue = ["a": [1, ["k": "v"]], "empty": [], "none": [:]]
        let expected = """
            {
              "a": [
                1,
                {
                  "k": "v"
                }
              ],
              "empty": [],
              "none": {}
            }
            """
        #expect(value.json(.pretty) == expected)
    }

    @Test func `what must not be seen raw is escaped and the rest is itself`() {
        let text = "\u{0}\u{8}\t\n\u{C}\r\u{1B}\u{7F}\u{9B}\"\\/\u{2028}\u{2029}\u{202E}\u{200B}\u{FEFF}\u{E0041}é漢😀"
        let expected =
            #""\u0000\b\t\n\f\r\u001b\u007f\u009b\"\\/\u2028\u2029\u202e\u200b\ufeff\udb40\udc41é漢😀""#
        #expect(JSONValue.string(text).json() == expected)
    }

    @Test(arguments: [
        (0.1, "0.1"), (1.0, "1.0"), (-0.0, "-0.0"), (1e22, "1e+22"), (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
    ])
    func `doubles are the shortest text that reads back, or null`(value: Double, text: String) throws {
        #expect(JSONValue.double(value).json() == text)
        if value.isFinite { #expect(try JSONParser.parse(text) == .double(value)) }
    }

    @Test func `the ends of the integers survive`() throws {
        let text = "[-9223372036854775808,9223372036854775807,9223372036854775808,-0,1e2]"
        #expect(
            try JSONParser.parse(text)
                == [.int(.min), .int(.max), .double(9223372036854775808), .double(-0.0), .double(100)])
    }

    @Test func `the parser reads every escape, pairs included, and keeps duplicates in order`() throws {
        let text = " {\"a\" : \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\" ,\r\n\t\"a\":[ ] , \"\\u0061\": {} } "
        #expect(try JSONParser.parse(text) == ["a": "\"\\/\u{8}\u{C}\n\r\té😀", "a": [], "a": [:]])
    }

    @Test func `composed and decomposed letters are two different texts`() throws {
        let value = try JSONParser.parse("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        // Compared as bytes: as strings the two keys are equal.
        #expect(Array(value.json().utf8) == Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
    }

    @Test(arguments: [
        ("", 1, 1), ("[1,]", 1, 4), ("{\"a\":1,}", 1, 8), ("[1 2]", 1, 4), ("{\"a\" 1}", 1, 6), ("{a:1}", 1, 2),
        ("01", 1, 2), ("-", 1, 2), ("1.", 1, 3), (".5", 1, 1), ("+1", 1, 1), ("1e", 1, 3), ("1e999", 1, 1),
        ("tru", 1, 1), ("truee", 1, 5), ("NaN", 1, 1), ("nul", 1, 1), ("\"a", 1, 1), ("\"\\x\"", 1, 2),
        ("\"\\u12\"", 1, 2), ("\"\\uD800\"", 1, 2), ("\"\\uDC00\"", 1, 2), ("\"\\uD800\\u0041\"", 1, 2), ("\"\\", 1, 2),
        ("[\n1,\n  x]", 3, 3), ("1 1", 1, 3), ("\u{FEFF}1", 1, 1), ("// c\n1", 1, 1), ("\"a\nb\"", 1, 3), ("[", 1, 2),
        ("{", 1, 2), ("]", 1, 1), ("'a'", 1, 1), ("{\"a\":1", 1, 7), ("\u{0}", 1, 1),
    ])
    func `what is not strictly JSON is refused at its place`(text: String, line: Int, column: Int) {
        #expect {
            try JSONParser.parse(text)
        } throws: { error in
            guard case .notJSON(let foundLine, let foundColumn, _) = error as? ConsoleError else { return false }
            return foundLine == line && foundColumn == column
        }
    }

    @Test func `a message says what was found, where, and what is wanted`() {
        #expect { try JSONParser.parse("{\"a\":1,\n}") } throws: {
            "\($0)" == "cannot read JSON at line 2, column 1: unexpected `}` in an object; want a quoted key"
        }
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(
            throws: ConsoleError.notJSON(
                line: 1, column: 2, reason: "a string is not valid UTF-8; want UTF-8 throughout")
        ) { try JSONParser.parse(bytes: [0x5B, 0x22, 0xC3, 0x22, 0x5D]) }
    }

    @Test func `64 levels are read and 65 are refused`() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(try JSONParser.parse(nested(64)).json() == nested(64))
        #expect(throws: ConsoleError.self) { try JSONParser.parse(nested(65)) }
        #expect(throws: ConsoleError.self) { try JSONParser.parse(String(repeating: "{\"a\":", count: 100_000)) }
    }

    @Test func `every value that is written reads back as it was, in both layouts`() throws {
        var random = SeededRandom(7)
        for _ in 0..<500 {
            let value = random.jsonValue(depth: 4)
            #expect(try JSONParser.parse(value.json()) == value)
            #expect(try JSONParser.parse(value.json(.pretty)) == value)
        }
    }

    @Test func `damaged JSON never crashes the parser, and what it accepts it writes back`() throws {
        var random = SeededRandom(11)
        var accepted = 0
        for _ in 0..<5_000 {
            var bytes = Array(random.jsonValue(depth: 3).json().utf8)
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] = UInt8.random(in: 0...255, using: &random)
            guard let value = try? JSONParser.parse(bytes: bytes) else { continue }
            accepted += 1
            #expect(try JSONParser.parse(value.json()) == value)
        }
        #expect((100...4_900).contains(accepted))
    }

    @Test func `the parts of a value are reached by key and place`() throws {
        let text = #"{"rows":[{"ip":"203.0.113.9","failures":12.0,"rate":3,"ok":true,"x":null}]}"#
        let value = try JSONParser.parse(text)
        let row = value["rows"]?[0]
        #expect(row?["ip"]?.text == "203.0.113.9")
        #expect(row?["failures"]?.integer == 12)
        #expect(row?["rate"]?.number == 3.0)
        #expect(row?["ok"]?.boolean == true)
        #expect(row?["x"]?.isNull == true)
        #expect(row?["none"] == nil)
        #expect(value["rows"]?[1] == nil)
        #expect(value["rows"]?.elements?.count == 1)
        #expect(row?.members?.map(\.key) == ["ip", "failures", "rate", "ok", "x"])
        #expect(JSONValue.double(1e30).integer == nil)
    }
}

extension SeededRandom {
    /// A text of ordinary, hostile and wide characters.
    mutating func text() -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "Z", "0", " ", "\"", "\\", ",", "|", "=", "-", "@", "\t", "\n", "\r", "\u{0}", "\u{1B}",
            "\u{7F}", "\u{9B}",
            "\u{202E}", "\u{200B}", "\u{2028}", "\u{FEFF}", "é", "\u{301}", "漢", "😀", "\u{E0041}", "<",
            "&", "`", "*", "_",
        ]
        var view = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...12, using: &self) { view.append(scalars.randomElement(using: &self) ?? "a") }
        return String(view)
    }

    mutating func jsonValue(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .int(Int64(bitPattern: next()) >> Int64.random(in: 0..<64, using: &self))
        case 3:
            let value = Double(bitPattern: next())
            return .double(value.isFinite ? value : 0.5)
        case 4: return .string(text())
        case 5: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in jsonValue(depth: depth - 1) })
        default:
            return .object(
                (0..<Int.random(in: 0...4, using: &self)).map { _ in
                    JSONValue.Member(text(), jsonValue(depth: depth - 1))
                })
        }
    }
}
