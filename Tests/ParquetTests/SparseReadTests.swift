import TestSupport
import Columns
import Testing

@testable import Parquet

/// Some rows of some pages, decoded without the others, are what all rows say there.
struct SparseReadTests {
    private static let schema = ParquetSchema([
        ParquetColumn("few", .text), ParquetColumn("many", .text), ParquetColumn("growing", .text),
        ParquetColumn("word", .text, optional: false), ParquetColumn("list", .textList),
    ])

    /// What was written: texts, and lists, by column.
    private struct Rows {
        var texts: [[String?]] = [[], [], [], []]
        var lists: [[String]?] = []

        var count: Int { lists.count }

        /// Adds rows of which a share has no value; of a whole batch perhaps none has.
        mutating func add(_ count: Int, nulls: UInt64, _ dice: inout SeededRandom) -> [ColumnData] {
            let from = self.count
            func orNull<Value>(_ value: Value) -> Value? { dice.below(100) < nulls ? nil : value }
            for row in from..<(from + count) {
                texts[0].append(orNull("value é \(dice.below(37))"))
                texts[1].append(
                    orNull(String(dice.next(), radix: 36) + String(repeating: "日", count: dice.below(3))))
                texts[2].append(orNull("evt_\(1_000_000 + row * 7)"))
                texts[3].append(row % 3 == 0 ? "used" : "failed")
                lists.append(orNull((0..<(dice.below(4))).map { _ in "scope \(dice.below(9))" }))
            }
            return texts.map { .text(textColumn(Array($0[from...]))) } + [.textList(listColumn(Array(lists[from...])))]
        }
    }

    private static func written(_ batches: [[ColumnData]], pageRows: Int) throws -> ParquetFile {
        let writers = schema.columns.map { ColumnWriter($0, pageRows: pageRows) }
        let encoder = PageEncoder()
        for batch in batches { for (writer, data) in zip(writers, batch) { try writer.add(data, in: encoder) } }
        var writer = ParquetWriter(schema: schema, createdBy: "test")
        try writer.addRowGroup(writers.map { column throws(ParquetError) in try column.finish(in: encoder) })
        return try ParquetFile(bytes: writer.finish())
    }

    @Test(arguments: 1...60)
    func `any rows of any pages are read as if all had been`(seed: Int) throws {
        var dice = SeededRandom(UInt64(seed) + 500)
        let nulls = [UInt64](arrayLiteral: 0, 1, 50, 99, 100)[seed % 5]
        var rows = Rows()
        // A batch without any value before the others is written when the encoding of the column is not known yet.
        let batches = (0...dice.below(3)).map { number in
            rows.add(1 + dice.below(700), nulls: number == 0 && seed % 3 == 0 ? 100 : nulls, &dice)
        }
        let file = try Self.written(batches, pageRows: 1 + dice.below(250))
        let cuts = try file.pages(rowGroup: 0)
        for round in 0..<10 {
            let share = [UInt64](arrayLiteral: 0, 1, 10, 50, 100)[round % 5]
            let pages = round < 2 ? nil : cuts.indices.filter { _ in dice.below(2) == 0 }
            let all = (pages ?? Array(cuts.indices)).flatMap { Array(cuts[$0]) }
            let some = all.indices.filter { _ in dice.below(100) < share }
            let wanted = some.map { all[$0] }
            for (column, texts) in rows.texts.enumerated() {
                let sparse = try file.texts(column: column, rowGroup: 0, pages: pages, rows: some)
                #expect(sparse.values == wanted.map { texts[$0] })
                let full = try file.texts(column: column, rowGroup: 0, pages: pages)
                #expect(full.gathering(some).values == sparse.values)
            }
            let sparse = try file.textLists(column: 4, rowGroup: 0, pages: pages, rows: some)
            #expect(sparse.values == wanted.map { rows.lists[$0] })
            let full = try file.textLists(column: 4, rowGroup: 0, pages: pages)
            #expect(full.gathering(some).values == sparse.values)
        }
    }

    @Test func `single rows are read out of every encoding of texts`() throws {
        var dice = SeededRandom(61), rows = Rows()
        let file = try Self.written([rows.add(3000, nulls: 20, &dice)], pageRows: 500)
        let encodings = file.groups[0].chunks.map { Encoding(rawValue: $0.valueEncoding) }
        #expect(encodings == [.rleDictionary, .deltaLengthByteArray, .deltaByteArray, .rleDictionary, .rleDictionary])
        for row in stride(from: 0, to: 3000, by: 71) {
            let page = row / 500
            for (column, texts) in rows.texts.enumerated() {
                let one = try file.texts(column: column, rowGroup: 0, pages: [page], rows: [row % 500])
                #expect(one.values == [texts[row]])
                // Without a dictionary, only the text itself is kept.
                if column == 1 || column == 2 { #expect(one.dictionary.count == (texts[row] == nil ? 0 : 1)) }
            }
            let one = try file.textLists(column: 4, rowGroup: 0, pages: [page], rows: [row % 500])
            #expect(one.values == [rows.lists[row]])
        }
    }

    @Test func `a dictionary is kept, and is the same when it is asked for again`() throws {
        var dice = SeededRandom(62), rows = Rows()
        let file = try Self.written([rows.add(2000, nulls: 10, &dice)], pageRows: 500)
        #expect(file.dictionaryMemory == 0)
        let first = try #require(try file.dictionary(column: 0, rowGroup: 0))
        let memory = file.dictionaryMemory
        #expect(memory >= first.bytes.count + 4 * 37)
        #expect(first.count == 37)
        let again = try #require(try file.dictionary(column: 0, rowGroup: 0))
        #expect((again.bytes, again.ends) == (first.bytes, first.ends))
        #expect(try file.texts(column: 0, rowGroup: 0).values == rows.texts[0])
        #expect(try file.texts(column: 0, rowGroup: 0).dictionary.bytes == first.bytes)
        #expect(file.dictionaryMemory == memory)
        #expect(try file.dictionary(column: 1, rowGroup: 0) == nil)
        #expect(file.dictionaryMemory == memory)
        _ = try file.textLists(column: 4, rowGroup: 0)
        #expect(file.dictionaryMemory > memory)
    }

    @Test(arguments: 1...12)
    func `few rows take their entries alone from a large dictionary that nobody asked for before`(seed: Int) throws {
        var dice = SeededRandom(UInt64(seed) + 600)
        let ids = (0..<5000).map { _ in "é" + String(dice.next(), radix: 36) }
        let texts = (0..<12_000).map { row in seed % 3 == 0 && row % 5 == 0 ? nil : ids[dice.below(5000)] }
        let file = try file(.text, pageRows: 1000, .text(textColumn(texts)))
        let chunk = file.groups[0].chunks[0]
        #expect(chunk.dataPages - (try #require(chunk.dictionaryPage)) > 32_768)
        let pages = (0..<12).filter { _ in dice.below(2) == 0 },
            all = pages.flatMap { Array($0 * 1000..<$0 * 1000 + 1000) }
        let rows = all.indices.filter { _ in dice.below(100) == 0 }
        let wanted = rows.map { texts[all[$0]] }
        let first = try file.texts(column: 0, rowGroup: 0, pages: pages, rows: rows)
        #expect(first.values == wanted)
        #expect(first.dictionary.count == Set(wanted.compactMap(\.self)).count)
        #expect(file.dictionaryMemory == 0)
        // Who asks again gets the whole dictionary, which is then kept.
        let again = try file.texts(column: 0, rowGroup: 0, pages: pages, rows: rows)
        #expect(again.values == wanted)
        #expect(again.dictionary.count == Set(texts.compactMap(\.self)).count)
        #expect(file.dictionaryMemory > 0)
        #expect(try file.texts(column: 0, rowGroup: 0).values == texts)
    }

    @Test(arguments: [(2047, true), (2048, false)])
    func `up to 2,047 rows are few`(count: Int, areFew: Bool) throws {
        var dice = SeededRandom(63)
        let ids = (0..<5000).map { _ in String(dice.next(), radix: 36) }
        let texts = (0..<40_000).map { ids[$0 % 2500 + $0 / 20_000 * 2500] as String? }
        let file = try file(.text, pageRows: 5000, .text(textColumn(texts)))
        let some = try file.texts(column: 0, rowGroup: 0, rows: (0..<count).map { $0 * 5 })
        #expect(some.values == (0..<count).map { texts[$0 * 5] })
        #expect((some.dictionary.count == 5000) == !areFew)
        #expect((file.dictionaryMemory == 0) == areFew)
    }

    @Test func `dictionaries of several row groups are kept apart`() throws {
        let groups = (0..<3).map { group in textColumn((0..<100).map { "text \(group) \($0 % 5)" }) }
        let file = try file(.text, .text(groups[0]), .text(groups[1]), .text(groups[2]))
        for round in 0..<2 {
            for group in [2, 0, 1] {
                let dictionary = try #require(try file.dictionary(column: 0, rowGroup: group))
                #expect(
                    (0..<dictionary.count).map { dictionary.string(at: $0) } == (0..<5).map { "text \(group) \($0)" })
                let rows = try file.texts(column: 0, rowGroup: group, rows: [round, 99])
                #expect(rows.values == ["text \(group) \(round)", "text \(group) 4"])
            }
        }
    }
}
