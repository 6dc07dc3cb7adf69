import Columns
import Testing

struct TextColumnTests {
    @Test func `a dictionary holds each text once, in the order met, however many there are`() {
        var dictionary = TextDictionary()
        for round in 0..<2 {
            for number in 0..<5000 { #expect(dictionary.intern("text-\(number)") == UInt32(number), "round \(round)") }
        }
        #expect(dictionary.count == 5000)
        #expect(dictionary.string(at: 4321) == "text-4321")
        #expect(dictionary.index(of: "text-77") == 77)
        #expect(dictionary.index(of: "text-5000") == nil)
        #expect(dictionary.known(Array("text-78".utf8).span.bytes) == 78)
        #expect(dictionary.known(Array("text-5000".utf8).span.bytes) == nil)
    }

    @Test func `texts that share bytes or length are kept apart`() {
        var dictionary = TextDictionary()
        let texts = [
            "", "\0", "\0\0", "a", "ab", "abcdefgh", "abcdefgi", "abcdefgha", "abcdefghabcdefgh", "abcdefghabcdefgi",
        ]
        for (place, text) in texts.enumerated() { #expect(dictionary.intern(text) == UInt32(place)) }
        for (place, text) in texts.enumerated() { #expect(dictionary.intern(text) == UInt32(place)) }
    }

    @Test func `entries are put in the order of their bytes, however long they are and wherever they begin to differ`()
    {
        var state: UInt64 = 5
        func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        var dictionary = TextDictionary()
        for _ in 0..<2000 {
            // Long common beginnings, NULs at the end, and bytes above 127.
            let text = String(repeating: "a", count: below(20)) + ["", "\0", "\0\0", "b", "\u{e9}", "ab\0c"][below(6)]
            _ = dictionary.intern(text)
        }
        let texts = dictionary.placesByBytes().map { Array(dictionary.slice(at: Int($0))) }
        #expect(texts.count == dictionary.count && Set(texts).count == texts.count)
        #expect(texts == texts.sorted { $0.lexicographicallyPrecedes($1) })
        #expect(TextDictionary().placesByBytes() == [])
    }

    @Test func `a dictionary from a file goes on where it was`() {
        var dictionary = TextDictionary(bytes: Array("abc".utf8), ends: [1, 3])
        #expect(dictionary.intern("bc") == 1)
        #expect(dictionary.intern("d") == 2)
        #expect(dictionary.append(Array("d".utf8).span.bytes) == 3)
        #expect(dictionary.intern("e") == 4)
        #expect(dictionary.intern("d") == 2)
    }

    @Test func `a column of new texts stops interning, one of few texts does not, whatever lies between`() {
        var ids = TextColumn()
        var kinds = TextColumn()
        for number in 0..<10_000 {
            ids.append("id-\(number)")
            if number % 2 == 0 { ids.append("id-0") }
            kinds.append(number % 3 == 0 ? nil : "kind-\(number % 7)")
        }
        #expect(ids.count == 15_000)
        #expect(ids.dictionary.count == 10_000)
        #expect(ids[14_999] == "id-9999")
        #expect(kinds.dictionary.count == 7)
        #expect(kinds[0] == nil)
        #expect(kinds[1] == "kind-1")

        var unique = TextColumn()
        for number in 0..<5000 {
            unique.append("id-\(number)")
            unique.appendNone()
        }
        unique.append("id-7")
        #expect(unique.dictionary.count == 5001)
        #expect(unique[10_000] == "id-7")
    }

    @Test func `a column made empty starts anew`() {
        var column = TextColumn()
        for number in 0..<6000 { column.append("id-\(number)") }
        column.removeAll()
        #expect(column.count == 0)
        column.append("id-5")
        column.append("id-5")
        #expect(column.dictionary.count == 1)
        #expect(column[1] == "id-5")
    }

    @Test func `equal lists are kept once, however they were written`() {
        var column = TextListColumn()
        let first = Array(#"["a","b"]"#.utf8), second = Array(#"[ "a","b"]"#.utf8)
        let a = column.element(Array("a".utf8).span.bytes), b = column.element(Array("b".utf8).span.bytes)
        #expect(column.entry(written: first.span.bytes) == nil)
        #expect(column.entry([a, b], written: first.span.bytes) == 0)
        #expect(column.entry([a, b], written: second.span.bytes) == 0)
        #expect(column.entry(written: second.span.bytes) == 0)
        #expect(column.entry([b, a]) == 1)
        column.append(["b", "a"])
        column.append([])
        column.appendNone()
        #expect(column[0] == ["b", "a"])
        #expect(column[1] == [])
        #expect(column[2] == nil)
        #expect(column.lists.count == 3)
    }
}
