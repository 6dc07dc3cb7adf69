import Events
import Foundation
import Model
import Testing
import TestSupport

/// The reader accepts exactly JSON: by a list with answers, and against Python's reader on damaged lines.
struct StrictJSONTests {
    static let accepted = [
        "0", "-0", "1", "-1", "10", "0.5", "-0.5e+10", "1E5", "1e-05", "123456789012345678901234567890", "true",
        "false",
        "null", #""""#, #""a""#, #""\"\\\/\b\f\n\r\t""#, #""\u0000\u001f\u20AC\uFFFF""#, #""\uD834\udd1e""#,
        "\"\u{7F}\"",
        "\"\u{2028}é😀\"", "[]", "[ ]", "[1]", "[1 , 2]", "[[[[]]]]", "[null,true,\"\",{}]", "{}", "{ }", #"{"":0}"#,
        #"{"a":1,"a":2}"#, #"{ "a" : [ { "b" : {} } ] }"#, "[\t1\r]", #"["\\"]"#, #"["\\\""]"#, #"{"a\u0000":1}"#,
    ]

    static let refused = [
        "", "+1", "01", "-01", "00", "1.", ".5", "-.5", "-", "1e", "1e+", "1.e1", "1.5.5", "0x10", "1_000", "1e1.5",
        "--1",
        "Infinity", "-Infinity", "NaN", "nan", "True", "TRUE", "tru", "truee", "nul", "nulll", "fals", "falsee",
        "fa1se",
        "undefined", "None", "'a'", "a", #""a"#, #"a""#, #""\""#, #""\a""#, #""\'""#, #""\0""#, #""\u12""#,
        #""\u12G4""#,
        #""\U0041""#, #""\u+041""#, #""\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\udfff""#,
        "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1:2]",
        "[1}",
        "[\"a\"\"b\"]", "{", "}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", #"{"a"}"#, #"{"a":}"#, #"{"a" 1}"#,
        #"{"a"::1}"#,
        #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1,,"b":2}"#, #"{"a":1 "b":2}"#, #"{"a":1]"#, #"{"a":1"#, "1 2", "1//",
        "/**/1",
        "#1", "\u{C}1", "\u{B}1", "\u{A0}1", "\u{FEFF}1", "\u{2060}1", "<null>", #"["a":1]"#, #"{"a":b}"#, "\u{0}",
    ]

    @Test(arguments: accepted)
    func `JSON is accepted as a value and comes back as it was`(_ value: String) {
        let reading = Reading("{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\",\"x\":\(value)}\n")
        #expect(reading.allEvents.first?[.extra] == "{\"x\":\(value)}")
    }

    @Test(arguments: refused)
    func `what is not JSON is refused as a value`(_ value: String) throws {
        let reading = Reading("{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\",\"x\":\(value)}\n")
        let line = try #require(reading.quarantined.first)
        #expect(reading.counts.stored == 0)
        #expect(["not_json", "unterminated", "bad_utf8", "nul_bytes"].contains(line.reason))
    }

    @Test(arguments: accepted)
    func `JSON that is no object is told from what is not JSON`(_ value: String) throws {
        let line = try #require(Reading("\(value)\n").quarantined.first)
        #expect(line.reason == (value.hasPrefix("{") ? "no_ts" : "not_object"))
    }

    @Test func `on damaged lines the reader and Python agree what is JSON`() throws {
        var random = SeededRandom(7)
        var lines: [[UInt8]] = []
        while lines.count < 12_000 {
            var line = Array(Made.line(&random).utf8)
            if random.chance(90) { Made.damage(&line, &random) }
            line.removeAll { $0 == 0x0A }
            if Reading(line + [0x0A]).counts.blank == 0 { lines.append(line) }
        }
        let form: [QuarantineReason] = [
            .byteOrderMark, .nulBytes, .badUTF8, .notJSON, .unterminated, .notObject, .tooDeep, .tooManyFields,
        ]
        let ours = lines.map { line in
            Reading(line + [0x0A]).quarantined.allSatisfy { line in
                !form.contains { $0.rawValue == line.reason }
            }
        }
        let theirs = try Python.acceptsAsObjects(lines)
        try #require(theirs.count == lines.count)
        for (place, line) in lines.enumerated() where ours[place] != theirs[place] {
            Issue.record("ours \(ours[place]), Python's \(theirs[place]): \(String(decoding: line, as: UTF8.self))")
        }
        #expect(ours.filter { $0 }.count > 1000)
        #expect(ours.filter { !$0 }.count > 1000)
    }
}

/// Python's `json` module, made strict where it is not.
private enum Python {
    private static let script = """
        import json, sys
        def refuse(text): raise ValueError(text)
        def accepts(line):
            try:
                if line.startswith(b"\\xef\\xbb\\xbf"): return False
                value = json.loads(line.decode("utf-8"), parse_constant=refuse, parse_int=str, parse_float=str)
                json.dumps(value, ensure_ascii=False).encode("utf-8")
                return isinstance(value, dict)
            except (ValueError, RecursionError):
                return False
        for line in sys.stdin.buffer.read().split(b"\\n")[:-1]: print(int(accepts(line)))
        """

    private static var interpreter: String {
        if let set = ProcessInfo.processInfo.environment["AUTHTRAIL_PYTHON"] { return set }
        let root = URL(filePath: #filePath).appending(path: "../../..").standardized
        let local = root.appending(path: ".venv/bin/python").path
        return FileManager.default.isExecutableFile(atPath: local) ? local : "/usr/bin/python3"
    }

    static func acceptsAsObjects(_ lines: [[UInt8]]) throws -> [Bool] {
        var command = Command(interpreter, ["-c", script])
        command.input = Data(lines.flatMap { $0 + [0x0A] })
        return try command.run().output.filter { $0 != 0x0A }.map { $0 == UInt8(ascii: "1") }
    }
}
