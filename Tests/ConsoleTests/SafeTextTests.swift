import TestSupport
import Testing

@testable import Console

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("plain text", "plain text"),
        ("Grüße 漢字 😀", "Grüße 漢字 😀"),
        ("\u{1B}[31mred\u{1B}[0m", "\\u{1b}[31mred\\u{1b}[0m"),
        ("\u{1B}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
        ("\u{9B}31m", "\\u{9b}31m"),
        ("a\r\nb\tc\u{0}\u{7F}", "a\\u{d}\\u{a}b\\u{9}c\\u{0}\\u{7f}"),
        ("\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}", "\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}"),
        ("\u{2066}\u{2067}\u{2068}\u{2069}", "\\u{2066}\\u{2067}\\u{2068}\\u{2069}"),
        ("\u{200E}\u{200F}\u{61C}", "\\u{200e}\\u{200f}\\u{61c}"),
        ("\u{200B}\u{200C}\u{200D}\u{FEFF}\u{2060}", "\\u{200b}\\u{200c}\\u{200d}\\u{feff}\\u{2060}"),
        ("a\u{2028}b\u{2029}c\u{85}d", "a\\u{2028}b\\u{2029}c\\u{85}d"),
        ("\u{AD}\u{E0041}\u{FE0F}\u{3164}\u{FFFF}", "\\u{ad}\\u{e0041}\\u{fe0f}\\u{3164}\\u{ffff}"),
        ("\u{301}starts with a mark", "\\u{301}starts with a mark"),
    ])
    func `hidden characters become visible escapes and all others stay`(text: String, shown: String) {
        #expect(SafeText.visible(text) == shown)
    }

    @Test func `the ninth mark on a letter is escaped`() {
        let text = "e" + String(repeating: "\u{301}", count: 10) + "x"
        #expect(SafeText.visible(text) == "e" + String(repeating: "\u{301}", count: 8) + "\\u{301}\\u{301}x")
    }

    @Test func `bytes that are no UTF-8 are shown one by one`() {
        let bytes: [UInt8] = [0x61, 0xFF, 0xC3, 0xA9, 0xC3, 0x62, 0xE2, 0x82, 0x1B]
        #expect(SafeText.visible(bytes: bytes) == "a\\x{ff}é\\x{c3}b\\x{e2}\\x{82}\\u{1b}")
        #expect(SafeText.visible(bytes: [0xED, 0xA0, 0x80]) == "\\x{ed}\\x{a0}\\x{80}")
        #expect(SafeText.visible(bytes: Array("ok\n".utf8)) == "ok\\u{a}")
        #expect(SafeText.visible(bytes: []) == "")
    }

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("a;b", "\"a;b\""),
        (" padded ", "\" padded \""), ("two\nlines", "two\\u{a}lines"),
        ("=1+1", "'=1+1"), ("+49", "'+49"), ("-1", "'-1"), ("@cmd", "'@cmd"), ("\t=1", "'\\u{9}=1"),
        ("\r=1", "'\\u{d}=1"),
        ("  =1", "'  =1"), ("\u{FF1D}1", "'\u{FF1D}1"),
        ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
        ("a=1", "a=1"),
    ])
    func `CSV fields are quoted where they must be and never run`(text: String, field: String) {
        #expect(SafeText.csvField(text) == field)
    }

    @Test func `Markdown characters mean only themselves`() {
        let text = "a|b\\c`d<e>&f[g](h)*i*_j_~$"
        #expect(SafeText.markdownCell(text) == "a\\|b\\\\c\\`d\\<e\\>\\&f\\[g\\](h)\\*i\\*\\_j\\_\\~\\$")
        #expect(SafeText.markdownCell("http://x.y www.z") == "http:\\//x.y www\\.z")
        #expect(SafeText.markdownCell("one\n| two |") == "one\\\\u{a}\\| two \\|")
    }

    @Test func `no made-up text gets a hidden character through`() {
        var random = SeededRandom(3)
        for _ in 0..<2_000 {
            let text = random.text()
            for shown in [SafeText.visible(text), SafeText.csvField(text), SafeText.markdownCell(text)] {
                #expect(!shown.unicodeScalars.contains { SafeText.isHidden($0.value) })
            }
        }
    }
}

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("ｱ", 1), ("Ａ", 2), ("한국", 4), ("😀", 2), ("…", 1),
        ("\u{1112}\u{1161}\u{11AB}", 2), ("█▏", 2), ("\u{20000}", 2),
    ])
    func `columns are counted as terminals draw them`(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test(arguments: [
        ("abcdefghij", 10, "abcdefghij"), ("abcdefghijk", 10, "abcde…hijk"), ("abcdefghijk", 2, "a…"),
        ("abcdefghijk", 1, "a"), ("abcdefghijk", 0, ""), ("漢字漢字漢字", 7, "漢…字"), ("漢字漢字漢字", 8, "漢字…字"),
        ("ae\u{301}e\u{301}e\u{301}e\u{301}z", 5, "ae\u{301}…e\u{301}z"),
    ])
    func `a text that is too wide loses its middle and never half a character`(
        text: String, width: Int, short: String
    ) {
        let result = DisplayWidth.shorten(text, to: width)
        #expect(result == short)
        #expect(DisplayWidth.of(result) <= width)
    }

    @Test func `without Unicode the ellipsis is three points`() {
        #expect(DisplayWidth.shorten("abcdefghijk", to: 9, unicode: false) == "abc...ijk")
        #expect(DisplayWidth.shorten("abcdefghijk", to: 3, unicode: false) == "abc")
    }

    @Test func `lines break between words, and a long word is cut`() {
        #expect(DisplayWidth.wrap("one two three", to: 8) == ["one two", "three"])
        #expect(DisplayWidth.wrap("one two three", to: 13) == ["one two three"])
        #expect(DisplayWidth.wrap("abcdefghij kl", to: 4) == ["abcd", "efgh", "ij", "kl"])
        #expect(DisplayWidth.wrap("", to: 4) == [""])
        #expect(DisplayWidth.wrap("     ", to: 4) == [""])
        #expect(DisplayWidth.wrap("漢字", to: 1) == ["漢", "字"])
    }
}
