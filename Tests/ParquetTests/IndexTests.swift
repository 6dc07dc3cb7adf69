import TestSupport
import Columns
import Testing

@testable import Parquet

struct IndexTests {
    private func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func lower(_ text: String) -> (bytes: [UInt8], isExact: Bool) {
        utf8(text).withUnsafeBytes { Bounds.lower($0) }
    }

    private func upper(_ text: String) -> (bytes: [UInt8], isExact: Bool)? {
        utf8(text).withUnsafeBytes { Bounds.upper($0) }
    }

    @Test func `a text of up to 64 bytes is its own bound`() {
        let text = String(repeating: "m", count: 64)
        #expect(lower(text).bytes == utf8(text))
        #expect(lower(text).isExact)
        #expect(upper(text)?.bytes == utf8(text))
        #expect(upper(text)?.isExact == true)
    }

    @Test func `a longer text is cut, and its upper bound made greater`() {
        let text = String(repeating: "m", count: 65)
        #expect(lower(text).bytes == utf8(String(repeating: "m", count: 64)))
        #expect(!lower(text).isExact)
        #expect(upper(text)?.bytes == utf8(String(repeating: "m", count: 63) + "n"))
        #expect(upper(text)?.isExact == false)
    }

    @Test func `bounds never end inside a character`() {
        let text = "a" + String(repeating: "日", count: 40)
        #expect(lower(text).bytes == utf8("a" + String(repeating: "日", count: 21)))
        #expect(upper(text)?.bytes == utf8("a" + String(repeating: "日", count: 20) + "\u{65E6}"))
    }

    @Test func `characters that cannot be greater are dropped from the upper bound`() {
        let last = String(repeating: "\u{10FFFF}", count: 16)
        #expect(upper("abc" + last + "zzzz")?.bytes == utf8("abd"))
        #expect(upper(String(repeating: "\u{10FFFF}", count: 20)) == nil)
        let edge = String(repeating: "a", count: 61) + "\u{D7FF}" + "zzzz"
        #expect(upper(edge)?.bytes == utf8(String(repeating: "a", count: 61) + "\u{E000}"))
    }

    @Test func `a chunk states null count, least and greatest value`() throws {
        let numbers = try file(.int64, pageRows: 2, .int64([5, -7, 0, 9, 0, 0, 3], none: 0))
        let statistics = numbers.statistics(column: 0, rowGroup: 0)
        #expect(statistics.nullCount == 3)
        #expect(statistics.min == [0xF9, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(statistics.max == [9, 0, 0, 0, 0, 0, 0, 0])
        let pages = try #require(try numbers.pageBounds(column: 0, rowGroup: 0))
        #expect(pages.map(\.nullCount) == [0, 1, 2, 0])
        #expect(pages.map { $0.max?.first } == [5, 9, nil, 3])

        let rows: [String?] = ["tok_b", nil, "tok_a", "tok_", "z", "tok_aa"]
        let column = try file(.text, .text(textColumn(rows)))
        #expect(column.statistics(column: 0, rowGroup: 0).min == utf8("tok_"))
        #expect(column.statistics(column: 0, rowGroup: 0).max == utf8("z"))
        #expect(column.statistics(column: 0, rowGroup: 0).nullCount == 1)

        let zeros = try file(.double, .double([0, .nan, -0.0]))
        #expect(zeros.statistics(column: 0, rowGroup: 0).min == [0, 0, 0, 0, 0, 0, 0, 0x80])
        #expect(zeros.statistics(column: 0, rowGroup: 0).max == [0, 0, 0, 0, 0, 0, 0, 0])

        let flags = try file(.boolean, pageRows: 2, .boolean([1, 1, 0, 2]))
        #expect(flags.statistics(column: 0, rowGroup: 0).min == [0])
        #expect(try flags.pageBounds(column: 0, rowGroup: 0)?.map(\.min) == [[1], [0]])
    }

    @Test func `bounds hold for random texts, page by page`() throws {
        var dice = SeededRandom(77)
        for round in 0..<40 {
            let letters: [Character] = round % 2 == 0 ? ["a", "b"] : ["a", "é", "日", "\u{10FFFF}"]
            let rows: [String?] = (0..<120).map { _ in
                if dice.below(10) == 0 { return nil }
                return String((0..<dice.below(90)).map { _ in letters.randomElement(using: &dice) ?? "a" })
            }
            let file = try file(.text, pageRows: 20, .text(textColumn(rows)))
            guard let bounds = try file.pageBounds(column: 0, rowGroup: 0) else { continue }
            for (page, bound) in bounds.enumerated() {
                for case let text? in rows[(page * 20)..<(page * 20 + 20)] {
                    let min = try #require(bound.min), max = try #require(bound.max)
                    #expect(!utf8(text).lexicographicallyPrecedes(min))
                    #expect(!max.lexicographicallyPrecedes(utf8(text)))
                    #expect(String(validating: max, as: UTF8.self) != nil)
                    #expect(min.count <= 64 && max.count <= 68)
                }
            }
        }
    }

    @Test func `the hash is xxHash64`() {
        func hash(_ text: String) -> UInt64 { utf8(text).withUnsafeBytes { XXHash64.hash($0) } }
        #expect(hash("") == 0xEF46_DB37_51D8_E999)
        #expect(hash("a") == 0xD24E_C4F1_A98C_6E5B)
        #expect(hash("abc") == 0x44BC_2CF5_AD77_0999)
        #expect(hash("Nobody inspects the spammish repetition") == 0xFBCE_A83C_8A37_8BF1)
    }

    @Test func `a bloom filter has every text of its row group and few others`() throws {
        let present = (0..<20_000).map { "tok_\($0)" }
        let file = try file(.text, bloom: true, .text(textColumn(present + present)))
        for text in present.prefix(200) { #expect(try file.mightContain(text, column: 0, rowGroup: 0)) }
        var wrong = 0
        for number in 20_000..<20_400 {
            if try file.mightContain("tok_1\(number)x", column: 0, rowGroup: 0) { wrong += 1 }
        }
        #expect(wrong < 12)
        #expect(try !file.mightContain(anyOf: [utf8("a"), utf8("z")], column: 0, rowGroup: 0))
        #expect(try file.mightContain(anyOf: [utf8("nothing"), utf8("tok_7")], column: 0, rowGroup: 0))
        #expect(try !file.mightContain(anyOf: [[UInt8]](), column: 0, rowGroup: 0))
        // 20,000 texts at 9.7 bits are 24,250 bytes, of which 32,768 is the next power of two.
        #expect(BloomFilter(distinct: 20_000).encoded().count == 32_768 + 17)
        #expect(BloomFilter(distinct: 131_072).encoded().count == 131_072 + 17)
    }

    @Test func `bounds rule out a text without any bloom filter`() throws {
        let file = try file(.text, .text(textColumn(["b", "d"])))
        #expect(try !file.mightContain("a", column: 0, rowGroup: 0))
        #expect(try file.mightContain("c", column: 0, rowGroup: 0))
        #expect(try !file.mightContain("e", column: 0, rowGroup: 0))
    }
}
