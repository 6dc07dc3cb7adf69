import TestSupport
import Columns
import Testing

@testable import Parquet

struct RoundTripTests {
    @Test func `texts that repeat come back, with their nulls, over a shared dictionary`() throws {
        let rows: [String?] = (0..<5000).map { $0 % 7 == 0 ? nil : "partner:\($0 % 90)" }
        let file = try file(.text, pageRows: 1000, .text(textColumn(rows)))
        #expect(try texts(file) == rows)
        let pages = try file.texts(column: 0, rowGroup: 0, pages: [1, 3])
        #expect(pages.values == Array(rows[1000..<2000] + rows[3000..<4000]))
        #expect(pages.dictionary.count == 90)
        #expect(file.groups[0].chunks[0].valueEncoding == Encoding.rleDictionary.rawValue)
    }

    @Test func `unique texts that grow are stored as differences`() throws {
        let rows: [String?] = (0..<5000).map { "evt_0000\(1_000_000 + $0)" }
        let file = try file(.text, pageRows: 1000, .text(textColumn(rows)))
        #expect(try texts(file) == rows)
        #expect(try texts(file, pages: [4]) == Array(rows[4000...]))
        #expect(file.groups[0].chunks[0].valueEncoding == Encoding.deltaByteArray.rawValue)
        #expect(file.groups[0].chunks[0].storedBytes < 12_000)
    }

    @Test func `unique random texts are stored one after the other`() throws {
        var dice = SeededRandom(1)
        let rows: [String?] = (0..<5000).map { $0 % 5 == 0 ? nil : String(dice.next(), radix: 36) + "é" }
        let file = try file(.text, pageRows: 1000, .text(textColumn(rows)))
        #expect(try texts(file) == rows)
        #expect(file.groups[0].chunks[0].valueEncoding == Encoding.deltaLengthByteArray.rawValue)
        #expect(try file.dictionary(column: 0, rowGroup: 0) == nil)
    }

    @Test(arguments: [1, 2, 7, 8, 9, 99, 100, 101, 199, 200, 201, 1000])
    func `any number of rows around a page's end comes back`(count: Int) throws {
        let numbers = (0..<count).map { Int64($0 * $0) - 40 }
        let rows: [String?] = (0..<count).map { $0 % 3 == 1 ? nil : "t\($0 % 5)" }
        let column = ParquetColumn("n", .int64, optional: false)
        var writer = ParquetWriter(
            schema: ParquetSchema([column, ParquetColumn("t", .text)]), createdBy: "test", pageRows: 100)
        try writer.addRowGroup([.int64(numbers, none: nil), .text(textColumn(rows))])
        let file = try ParquetFile(bytes: writer.finish())
        #expect(file.rows == count)
        #expect(try file.pages(rowGroup: 0).count == (count + 99) / 100)
        #expect(try file.integers(column: 0, rowGroup: 0, none: 0) == numbers)
        #expect(try file.texts(column: 1, rowGroup: 0).values == rows)
    }

    @Test func `columns without any value come back`() throws {
        let count = 300
        let schema = ParquetSchema([
            ParquetColumn("a", .text, bloom: true), ParquetColumn("b", .textList), ParquetColumn("c", .int64),
            ParquetColumn("d", .double), ParquetColumn("e", .boolean), ParquetColumn("f", .timestamp),
        ])
        var writer = ParquetWriter(schema: schema, createdBy: "test", pageRows: 100)
        let none = Int64.min
        try writer.addRowGroup([
            .text(textColumn(Array(repeating: nil, count: count))),
            .textList(listColumn(Array(repeating: nil, count: count))),
            .int64(Array(repeating: none, count: count), none: none),
            .double(Array(repeating: .nan, count: count)), .boolean(Array(repeating: 2, count: count)),
            .int64(Array(repeating: none, count: count), none: none),
        ])
        let file = try ParquetFile(bytes: writer.finish())
        #expect(file.schema.columns.map(\.name) == ["a", "b", "c", "d", "e", "f"])
        #expect(try file.texts(column: 0, rowGroup: 0).values == Array(repeating: nil, count: count))
        #expect(try file.textLists(column: 1, rowGroup: 0).values == Array(repeating: nil, count: count))
        #expect(try file.integers(column: 2, rowGroup: 0, none: 7) == Array(repeating: 7, count: count))
        #expect(try file.doubles(column: 3, rowGroup: 0).allSatisfy(\.isNaN))
        #expect(try file.booleans(column: 4, rowGroup: 0) == Array(repeating: 2, count: count))
        for column in 0..<6 {
            let statistics = file.statistics(column: column, rowGroup: 0)
            #expect(statistics == ColumnStatistics(nullCount: count))
            #expect(try file.pageBounds(column: column, rowGroup: 0)?.map(\.nullCount) == [100, 100, 100])
        }
        #expect(try !file.mightContain("x", column: 0, rowGroup: 0))
    }

    @Test func `a file without rows has its schema and metadata`() throws {
        var writer = ParquetWriter(schema: ParquetSchema([ParquetColumn("a", .text)]), createdBy: "test")
        try writer.addRowGroup([.text(TextColumn())])
        let file = try ParquetFile(bytes: writer.finish(metadata: [("key", "välue"), ("empty", "")]))
        #expect(file.rows == 0)
        #expect(file.rowGroupCount == 0)
        #expect(file.createdBy == "test")
        #expect(file.metadata.map(\.key) == ["key", "empty"])
        #expect(file.metadata.map(\.value) == ["välue", ""])
    }

    @Test func `empty, long and non-ASCII texts come back`() throws {
        let rows: [String?] = [
            "", nil, String(repeating: "x", count: 100_000), "é", String(repeating: "日本", count: 5000), "\u{0}", "",
        ]
        #expect(try texts(file(.text, .text(textColumn(rows)))) == rows)
        #expect(try texts(file(.text, pageRows: 2, .text(textColumn(rows)))) == rows)
    }

    @Test func `dictionary entries that no row uses are not stored`() throws {
        let all = textColumn((0..<1000).map { "user:\($0 % 100)" })
        let some = all.gathering(Array(stride(from: 0, to: 1000, by: 50)))
        let file = try file(.text, .text(some))
        #expect(try texts(file) == some.values)
        #expect(try file.dictionary(column: 0, rowGroup: 0)?.count == 2)
    }

    @Test func `lists come back: absent, empty, short and long`() throws {
        let rows: [[String]?] = [
            nil, [], ["a"], ["a", "b"], nil, [], ["b", "a", "b"], (0..<300).map { "s\($0)" }, [],
        ]
        let many = Array(repeating: rows, count: 30).flatMap { $0 }
        for pageRows in [1, 4, 9, 100, 1000] {
            let file = try file(.textList, pageRows: pageRows, .textList(listColumn(many)))
            #expect(try file.textLists(column: 0, rowGroup: 0).values == many)
        }
        let required: [[String]?] = [[], ["a"], ["a", "b"], []]
        let file = try file(.textList, optional: false, .textList(listColumn(required)))
        #expect(try file.textLists(column: 0, rowGroup: 0).values == required)
        let empty: [[String]?] = [[], nil, []]
        #expect(try self.lists(empty) == empty)
    }

    private func writeRequiredLists(_ rows: [[String]?]) throws {
        _ = try file(.textList, optional: false, .textList(listColumn(rows)))
    }

    private func lists(_ rows: [[String]?]) throws -> [[String]?] {
        try file(.textList, .textList(listColumn(rows))).textLists(column: 0, rowGroup: 0).values
    }

    @Test func `booleans come back`() throws {
        var rows = [UInt8](repeating: 1, count: 1000)
        for row in 0..<500 { rows.append(UInt8(row % 3)) }
        rows += [UInt8](repeating: 2, count: 1400) + [UInt8](repeating: 0, count: 100)
        for pageRows in [7, 64, 1000, 5000] {
            let file = try file(.boolean, pageRows: pageRows, .boolean(rows))
            #expect(try file.booleans(column: 0, rowGroup: 0) == rows)
        }
    }

    @Test func `doubles come back bit for bit, few or many different ones`() throws {
        let odd: [Double] = [0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, 1e308, -1e-308, .nan, 0.1, 7.7]
        let few = (0..<3000).map { odd[$0 % odd.count] }
        let fewFile = try file(.double, pageRows: 500, .double(few))
        #expect(try bits(fewFile.doubles(column: 0, rowGroup: 0)) == bits(few))
        #expect(fewFile.groups[0].chunks[0].valueEncoding == Encoding.rleDictionary.rawValue)
        var dice = SeededRandom(2)
        let many = (0..<3000).map { $0 % 4 == 0 ? .nan : Double.random(in: -1e9...1e9, using: &dice) }
        let manyFile = try file(.double, pageRows: 500, .double(many))
        #expect(try bits(manyFile.doubles(column: 0, rowGroup: 0)) == bits(many))
        #expect(manyFile.groups[0].chunks[0].valueEncoding == Encoding.plain.rawValue)
    }

    @Test func `words come back as texts`() throws {
        let codes: [UInt8] = (0..<2000).map { $0 % 100 == 0 ? 3 : 1 }
        let file = try file(.text, optional: false, .words(codes, names: ["issued", "used", "revoked", "failed"]))
        #expect(try texts(file) == codes.map { $0 == 3 ? "failed" : "used" })
        let dictionary = try #require(try file.dictionary(column: 0, rowGroup: 0))
        #expect((0..<dictionary.count).map(dictionary.string) == ["failed", "used"])
    }

    @Test func `several row groups keep their own dictionaries`() throws {
        let first: [String?] = (0..<500).map { "a\($0 % 3)" }, second: [String?] = (0..<700).map { "b\($0 % 4)" }
        let file = try file(.text, pageRows: 200, .text(textColumn(first)), .text(textColumn(second)))
        #expect(file.rowGroupCount == 2)
        #expect(file.rows == 1200)
        #expect(try texts(file, rowGroup: 0) == first)
        #expect(try texts(file, rowGroup: 1) == second)
        #expect(try file.dictionary(column: 0, rowGroup: 1)?.count == 4)
    }

    @Test func `a file on disk is read as one in memory`() throws {
        let column = ParquetColumn("column", .text)
        var writer = ParquetWriter(schema: ParquetSchema([column]), createdBy: "test", pageRows: 100)
        let rows: [String?] = (0..<1000).map { "t\($0 % 9)" }
        try writer.addRowGroup([.text(textColumn(rows))])
        let path = try temporaryFile(writer.finish())
        defer { remove(path) }
        #expect(try texts(ParquetFile(path: path)) == rows)
        #expect(throws: ParquetError.cannotRead(file: "/no/such/file", operation: "open", code: 2)) {
            try ParquetFile(path: "/no/such/file")
        }
        #expect(throws: ParquetError.notParquet(file: "/", reason: "it is no regular file")) {
            try ParquetFile(path: "/")
        }
    }

    @Test func `wrong columns are refused`() throws {
        let schema = ParquetSchema([ParquetColumn("a", .text, optional: false), ParquetColumn("b", .int64)])
        func write(_ columns: [ColumnData]) throws {
            var writer = ParquetWriter(schema: schema, createdBy: "test")
            try writer.addRowGroup(columns)
        }
        #expect(throws: ParquetError.mismatch(column: "list", problem: "1 given; 2 are in the schema")) {
            try write([.text(textColumn(["a"]))])
        }
        #expect(throws: ParquetError.mismatch(column: "b", problem: "2 rows given; 1 wanted")) {
            try write([.text(textColumn(["a"])), .int64([1, 2], none: nil)])
        }
        #expect(throws: ParquetError.mismatch(column: "b", problem: "its values are not of type int64")) {
            try write([.text(textColumn(["a"])), .double([1])])
        }
        #expect(throws: ParquetError.mismatch(column: "a", problem: "1 rows have no value, and it is required")) {
            try write([.text(textColumn([nil])), .int64([1], none: nil)])
        }
        #expect(throws: ParquetError.mismatch(column: "column", problem: "1 rows have no value, and it is required")) {
            try writeRequiredLists([[], nil])
        }
        let outside = TextColumn(dictionary: TextDictionary(), indices: [5])
        #expect(throws: ParquetError.mismatch(column: "a", problem: "a row points outside the dictionary")) {
            try write([.text(outside), .int64([1], none: nil)])
        }
        let file = try file(.int64, .int64([1], none: nil))
        #expect(throws: ParquetError.mismatch(column: "column", problem: "it holds int64")) {
            try file.texts(column: 0, rowGroup: 0)
        }
        #expect(throws: ParquetError.mismatch(column: "list", problem: "row group 0 has 1 pages")) {
            try file.integers(column: 0, rowGroup: 0, pages: [1], none: 0)
        }
    }
}
