import Testing

@testable import Console

/// Texts as scalars of YAML and words of a shell; that other programs read them so, other tests hold.
@Suite struct QuotingTests {
    @Test(arguments: [
        ("plain", #""plain""#), ("", #""""#), ("null", #""null""#), ("Grüße", #""Grüße""#),
        ("x\nrates: none", #""x\nrates: none""#), ("\r\t\0", #""\r\t\x00""#), ("a\"b\\c", #""a\"b\\c""#),
        ("\u{7F}\u{85}\u{9B}\u{A0}\u{AD}", "\"\\x7f\\x85\\x9b\u{A0}\\xad\""),
        ("\u{2028}\u{202E}\u{FEFF}\u{FFFF}", #""\u2028\u202e\ufeff\uffff""#),
        ("\u{E0041}\u{1F600}", "\"\\U000e0041\u{1F600}\""),
        ("\"\u{301}", "\"\\\"\u{301}\""),
    ])
    func `a text is a scalar of YAML on one line`(text: String, scalar: String) {
        #expect(YAMLText.quoted(text) == scalar)
    }

    @Test func `a long key stands behind a question mark, and a comment is one line`() {
        let long = String(repeating: "k", count: 1025)
        #expect(YAMLText.member("k", "1", indent: "  ") == [#"  "k": 1"#])
        #expect(YAMLText.member(long, "1", indent: "  ") == ["  ? \"\(long)\"", "  : 1"])
        #expect(YAMLText.comment("x\nrates: none\u{2028}y") == "# x\\u{a}rates: none\\u{2028}y")
        #expect(YAMLText.comment("") == "#")
    }

    @Test(arguments: [
        ("tok_1", "tok_1"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("'\u{301}; x", "''\\''\u{301}; x'"),
        ("a\nb", "$'a\\012b'"), ("\u{202E}'\\", "$'\\342\\200\\256\\'\\\\'"), ("$(x)", "'$(x)'"),
    ])
    func `a text is one word of a shell on one line`(text: String, word: String) {
        #expect(ShellWord.quoted(text) == word)
    }

    @Test func `what begins with a dash is no option`() {
        #expect(ShellWord.option("--tool", "-x") == "--tool=-x")
        #expect(ShellWord.option("--tool", "x y") == "--tool 'x y'")
        #expect(ShellWord.command("trace ip", ["--since 1d", ""], about: "::1") == "trace ip ::1 --since 1d")
        #expect(ShellWord.command("trace ip", ["--since 1d", ""], about: "-q") == "trace ip --since 1d -- -q")
    }

    @Test(arguments: [
        ("# head", "\\# head"), ("- item", "\\- item"), ("+ item", "\\+ item"), ("1. item", "1\\. item"),
        ("12) item", "12\\) item"), ("    code", "code"), ("--- ", "\\--- "), ("!x", "\\!x"), ("> quote", "\\> quote"),
        ("3 items", "3 items"), ("text", "text"), ("", ""),
    ])
    func `an item of a Markdown list begins nothing else`(text: String, item: String) {
        #expect(SafeText.markdownItem(text) == item)
    }

    @Test func `JSON of others is shown without what hides itself, and means the same`() throws {
        let json = "{\"a\u{9B}\": [1,\t2,\r3], \"b\": \"\u{7F}\u{202E}\u{E0041} ü \\u0000\"}\n{\"c\":1}\n"
        let shown = String(decoding: JSONWriter.shown(Array(json.utf8)), as: UTF8.self)
        #expect(shown == "{\"a\\u009b\": [1, 2, 3], \"b\": \"\\u007f\\u202e\\udb40\\udc41 ü \\u0000\"}\n{\"c\":1}\n")
        let lines = [json, shown].map { $0.split(separator: "\n").map(String.init) }
        #expect(lines[1].count == 2)
        #expect(try lines[0].map { try JSONParser.parse($0) } == lines[1].map { try JSONParser.parse($0) })
    }
}
