import TestSupport
import Columns
import Testing

@testable import Parquet

/// Any columns of any sizes come back, whole and page by page.
struct RandomFilesTests {
    @Test(arguments: 1...40)
    func `a random file comes back`(seed: Int) throws {
        var dice = SeededRandom(UInt64(seed))
        let pageRows = 1 + dice.below(300)
        let groups = (0..<(1 + dice.below(3))).map { _ in Rows(count: 1 + dice.below(900), &dice) }
        var writer = ParquetWriter(schema: Rows.schema, createdBy: "test", pageRows: pageRows)
        for rows in groups { try writer.addRowGroup(rows.columns) }
        let file = try ParquetFile(bytes: writer.finish())
        #expect(file.rowGroupCount == groups.count)
        for (group, rows) in groups.enumerated() {
            try rows.expectEqual(file, group, pages: nil, at: Array(0..<rows.count))
            let cuts = try file.pages(rowGroup: group)
            let pages = cuts.indices.filter { _ in dice.below(2) == 0 }
            try rows.expectEqual(file, group, pages: pages, at: pages.flatMap { Array(cuts[$0]) })
        }
    }

    private struct Rows {
        static let schema = ParquetSchema([
            ParquetColumn("time", .timestamp, optional: false), ParquetColumn("number", .int64),
            ParquetColumn("double", .double), ParquetColumn("flag", .boolean), ParquetColumn("few", .text, bloom: true),
            ParquetColumn("many", .text, bloom: true), ParquetColumn("list", .textList),
        ])
        var times: [Int64] = [], numbers: [Int64] = [], doubles: [Double] = [], flags: [UInt8] = []
        var few: [String?] = [], many: [String?] = [], lists: [[String]?] = []

        var count: Int { times.count }

        init(count: Int, _ dice: inout SeededRandom) {
            let nulls = [UInt64](arrayLiteral: 0, 1, 50, 99, 100)[dice.below(5)]
            let kinds = 1 + dice.below(400)
            let shift = dice.below(64)
            for _ in 0..<count {
                func isNull() -> Bool { dice.below(100) < nulls }
                times.append(Int64(bitPattern: dice.word >> shift))
                numbers.append(isNull() ? -1 : Int64(bitPattern: dice.word >> shift))
                doubles.append(isNull() ? .nan : Double(dice.below(kinds)) / 10)
                flags.append(isNull() ? 2 : UInt8(dice.word & 1))
                few.append(isNull() ? nil : "value \(dice.below(kinds))")
                many.append(isNull() ? nil : String(dice.word >> shift, radix: 16))
                lists.append(isNull() ? nil : (0..<(dice.below(4))).map { _ in "scope \(dice.below(kinds))" })
            }
        }

        var columns: [ColumnData] {
            [
                .int64(times, none: nil), .int64(numbers, none: -1), .double(doubles), .boolean(flags),
                .text(textColumn(few)), .text(textColumn(many)), .textList(listColumn(lists)),
            ]
        }

        func expectEqual(_ file: ParquetFile, _ group: Int, pages: [Int]?, at rows: [Int]) throws {
            #expect(try file.integers(column: 0, rowGroup: group, pages: pages, none: 0) == rows.map { times[$0] })
            #expect(try file.integers(column: 1, rowGroup: group, pages: pages, none: -1) == rows.map { numbers[$0] })
            #expect(try bits(file.doubles(column: 2, rowGroup: group, pages: pages)) == bits(rows.map { doubles[$0] }))
            #expect(try file.booleans(column: 3, rowGroup: group, pages: pages) == rows.map { flags[$0] })
            #expect(try file.texts(column: 4, rowGroup: group, pages: pages).values == rows.map { few[$0] })
            #expect(try file.texts(column: 5, rowGroup: group, pages: pages).values == rows.map { many[$0] })
            #expect(try file.textLists(column: 6, rowGroup: group, pages: pages).values == rows.map { lists[$0] })
        }
    }
}
