import TestSupport
import Columns
import EngineChecks
import Testing

@testable import Parquet

/// A row group that is written in several batches reads like one that was written at once.
struct BatchesTests {
    /// Rows of a batch. In the first batches every optional column has no value at all; each batch has values that
    /// those before did not have.
    private struct Batch {
        var places: [Int64], times: [Int64], numbers: [Int64], doubles: [Double], wild: [Double], flags: [UInt8]
        var few: [String?], many: [String?], growing: [String?], lists: [[String]?]

        init(_ number: Int, from: Int, count: Int, emptyBatches: Int, _ dice: inout SeededRandom) {
            let isEmpty = number < emptyBatches
            places = (0..<count).map { Int64(from + $0) }
            times = places.map { isEmpty || $0 % 3 == 0 ? Int64.min : 1_777_161_600_000_000 + $0 * 7000 }
            numbers = places.map { isEmpty || $0 % 4 == 0 ? -1 : $0 * $0 }
            doubles = places.map { isEmpty || $0 % 5 == 0 ? .nan : Double(number * 10 + Int($0) % 9) / 8 }
            wild = places.map { _ in isEmpty ? .nan : Double.random(in: -1e9...1e9, using: &dice) }
            flags = places.map { isEmpty ? 2 : UInt8($0 % 3) }
            few = places.map { isEmpty || $0 % 7 == 0 ? nil : "value \(Int($0) % (20 + 60 * number))" }
            many = places.map { _ in isEmpty ? nil : "id \(String(dice.next(), radix: 36))" }
            growing = places.map { isEmpty ? nil : "evt_\(10_000_000 + $0)" }
            lists = places.map { place in
                isEmpty || place % 6 == 0 ? nil : (0..<(place % 4)).map { "s\($0 + place % Int64(5 + 40 * number))" }
            }
        }

        var columns: [ColumnData] {
            [
                .int64(places, none: nil), .int64(times, none: .min), .int64(times, none: .min),
                .int64(numbers, none: -1), .double(doubles), .double(wild), .boolean(flags), .text(textColumn(few)),
                .text(textColumn(many)), .text(textColumn(growing)), .textList(listColumn(lists)),
                .words(places.map { UInt8($0 % 2) }, names: ["used", "failed"]),
            ]
        }
    }

    private static let schema = ParquetSchema([
        ParquetColumn("place", .int64, optional: false), ParquetColumn("time", .timestamp),
        ParquetColumn("milli", .timestampMillis), ParquetColumn("number", .int64), ParquetColumn("double", .double),
        ParquetColumn("wild", .double), ParquetColumn("flag", .boolean), ParquetColumn("few", .text, bloom: true),
        ParquetColumn("many", .text, bloom: true), ParquetColumn("growing", .text, bloom: true),
        ParquetColumn("list", .textList), ParquetColumn("word", .text, optional: false),
    ])

    private static func batches(_ counts: [Int], emptyBatches: Int, seed: UInt64) -> [Batch] {
        var dice = SeededRandom(seed), from = 0
        return counts.enumerated().map { number, count in
            defer { from += count }
            return Batch(number, from: from, count: count, emptyBatches: emptyBatches, &dice)
        }
    }

    private static func bytes(_ groups: [[Batch]], pageRows: Int) throws -> [UInt8] {
        let writers = schema.columns.map { ColumnWriter($0, pageRows: pageRows) }
        // Whichever encoder makes a page.
        let encoders = [PageEncoder(), PageEncoder(), PageEncoder()]
        var writer = ParquetWriter(schema: schema, createdBy: "test")
        for group in groups {
            for (number, batch) in group.enumerated() {
                for (place, (column, data)) in zip(writers, batch.columns).enumerated() {
                    try column.add(data, in: encoders[(number + place) % 3])
                }
            }
            try writer.addRowGroup(
                writers.enumerated().map { place, column throws(ParquetError) in
                    try column.finish(in: encoders[place % 3])
                })
        }
        return writer.finish()
    }

    private func expectEqual(
        _ file: ParquetFile, _ group: Int, _ batches: [Batch], pages: [Int]?, _ rows: [Int]
    ) throws {
        func wanted<Value>(_ values: (Batch) -> [Value]) -> [Value] {
            let all = batches.flatMap(values)
            return rows.map { all[$0] }
        }
        func integers(_ column: Int, none: Int64) throws -> [Int64] {
            try file.integers(column: column, rowGroup: group, pages: pages, none: none)
        }
        #expect(try integers(0, none: 0) == wanted(\.places))
        #expect(try integers(1, none: .min) == wanted(\.times))
        #expect(try integers(2, none: .min) == wanted(\.times))
        #expect(try integers(3, none: -1) == wanted(\.numbers))
        #expect(try bits(file.doubles(column: 4, rowGroup: group, pages: pages)) == bits(wanted(\.doubles)))
        #expect(try bits(file.doubles(column: 5, rowGroup: group, pages: pages)) == bits(wanted(\.wild)))
        #expect(try file.booleans(column: 6, rowGroup: group, pages: pages) == wanted(\.flags))
        #expect(try file.texts(column: 7, rowGroup: group, pages: pages).values == wanted(\.few))
        #expect(try file.texts(column: 8, rowGroup: group, pages: pages).values == wanted(\.many))
        #expect(try file.texts(column: 9, rowGroup: group, pages: pages).values == wanted(\.growing))
        #expect(try file.textLists(column: 10, rowGroup: group, pages: pages).values == wanted(\.lists))
        let words = wanted(\.places).map { $0 % 2 == 0 ? "used" : "failed" as String? }
        #expect(try file.texts(column: 11, rowGroup: group, pages: pages).values == words)
    }

    @Test(arguments: [0, 1, 2, 3])
    func `a chunk whose first pages are all null has the values that come later`(emptyBatches: Int) throws {
        let batches = Self.batches([500, 300, 700, 1, 900], emptyBatches: emptyBatches, seed: UInt64(emptyBatches))
        let file = try ParquetFile(bytes: Self.bytes([batches], pageRows: 200))
        #expect(file.rowGroupCount == 1)
        #expect(file.rows == 2401)
        // Each batch begins a new page.
        let cuts = try file.pages(rowGroup: 0)
        let starts = [0, 200, 400, 500, 700, 800, 1000, 1200, 1400, 1500, 1501, 1701, 1901, 2101, 2301]
        #expect(cuts.map(\.lowerBound) == starts)
        try expectEqual(file, 0, batches, pages: nil, Array(0..<2401))
        for pages in [[0], [4], [14], [0, 2, 5, 11], [1, 3, 4, 10, 12, 13], Array(cuts.indices)] {
            try expectEqual(file, 0, batches, pages: pages, pages.flatMap { Array(cuts[$0]) })
        }
        let empty = batches.prefix(emptyBatches).reduce(0) { $0 + $1.places.count }
        for column in [1, 2, 3, 4, 5, 6, 8, 9] {
            let bounds = try #require(try file.pageBounds(column: column, rowGroup: 0))
            for (cut, bound) in zip(cuts, bounds) where cut.upperBound <= empty {
                #expect(bound == PageBounds(nullCount: cut.count))
            }
            for (cut, bound) in zip(cuts, bounds) where cut.lowerBound >= empty && cut.count > 10 {
                #expect(bound.min != nil && bound.max != nil)
            }
        }
    }

    @Test func `a bloom filter and the bounds of a chunk know the values of all batches`() throws {
        let batches = Self.batches([400, 400, 400], emptyBatches: 1, seed: 5)
        let file = try ParquetFile(bytes: Self.bytes([batches], pageRows: 200))
        let columns = [7: batches.flatMap(\.few), 8: batches.flatMap(\.many), 9: batches.flatMap(\.growing)]
        for (column, values) in columns {
            let texts = values.compactMap(\.self).map { Array($0.utf8) }
            let statistics = file.statistics(column: column, rowGroup: 0)
            #expect(statistics.min == texts.min { $0.lexicographicallyPrecedes($1) })
            #expect(statistics.max == texts.max { $0.lexicographicallyPrecedes($1) })
            #expect(statistics.nullCount == values.count { $0 == nil })
            for text in values.compactMap(\.self) { #expect(try file.mightContain(text, column: column, rowGroup: 0)) }
        }
        #expect(file.bloomBytes(column: 7, rowGroup: 0) > 0)
        #expect(file.bloomBytes(column: 8, rowGroup: 0) > 0)
        // Its pages ascend, so their bounds find a text.
        #expect(file.bloomBytes(column: 9, rowGroup: 0) == 0)
        #expect(try file.pageBounds(column: 9, rowGroup: 0) != nil)
        let wrong = try (0..<400).count { try file.mightContain("id x\($0)", column: 8, rowGroup: 0) }
        #expect(wrong < 12)
    }

    @Test func `a dictionary of more than 256 texts has bounds for the chunk and none for its pages`() throws {
        for (distinct, isKnown) in [(256, true), (257, false)] {
            let rows: [String?] = (0..<2000).map { "t\(1000 + $0 % distinct)" }
            let file = try file(.text, pageRows: 500, .text(textColumn(rows)))
            #expect(file.groups[0].chunks[0].valueEncoding == Encoding.rleDictionary.rawValue)
            #expect(try (file.pageBounds(column: 0, rowGroup: 0) != nil) == isKnown)
            #expect(file.statistics(column: 0, rowGroup: 0).min == Array("t1000".utf8))
            #expect(file.statistics(column: 0, rowGroup: 0).max == Array("t\(999 + distinct)".utf8))
            #expect(try texts(file) == rows)
        }
    }

    @Test func `dictionary indices get wider from batch to batch`() throws {
        // 1, 3, 9, ... 59,049 distinct texts and doubles: from one bit to more than sixteen.
        let writers = [
            ColumnWriter(ParquetColumn("text", .text), pageRows: 4000),
            ColumnWriter(ParquetColumn("double", .double), pageRows: 4000),
            ColumnWriter(ParquetColumn("list", .textList), pageRows: 4000),
        ]
        let encoder = PageEncoder()
        var texts: [String?] = [], doubles: [Double] = [], lists: [[String]?] = []
        var distinct = 1
        for _ in 0...10 {
            let rows = max(100, distinct * 2)
            let numbers = (0..<rows).map { $0 * 7919 % distinct }
            let newTexts = numbers.map { "text \($0)" as String? }, newDoubles = numbers.map { Double($0) / 4 }
            let newLists = numbers.map { $0 % 5 == 0 ? nil : ["s\($0)", "s\($0 / 2)"] as [String]? }
            try writers[0].add(.text(textColumn(newTexts)), in: encoder)
            try writers[1].add(.double(newDoubles), in: encoder)
            try writers[2].add(.textList(listColumn(newLists)), in: encoder)
            texts += newTexts
            doubles += newDoubles
            lists += newLists
            distinct *= 3
        }
        var writer = ParquetWriter(schema: ParquetSchema(writers.map(\.column)), createdBy: "test")
        try writer.addRowGroup(writers.map { column throws(ParquetError) in try column.finish(in: encoder) })
        let file = try ParquetFile(bytes: writer.finish())
        for chunk in file.groups[0].chunks { #expect(chunk.valueEncoding == Encoding.rleDictionary.rawValue) }
        let areTexts = try file.texts(column: 0, rowGroup: 0).values == texts
        let areDoubles = try bits(file.doubles(column: 1, rowGroup: 0)) == bits(doubles)
        let areLists = try file.textLists(column: 2, rowGroup: 0).values == lists
        #expect(areTexts)
        #expect(areDoubles)
        #expect(areLists)
        #expect(try file.dictionary(column: 0, rowGroup: 0)?.count == 59_049)
    }

    @Test func `a column writer starts its next row group with an empty dictionary`() throws {
        let groups = [
            Self.batches([300, 300], emptyBatches: 1, seed: 6), Self.batches([250], emptyBatches: 0, seed: 7),
            Self.batches([10, 20, 30], emptyBatches: 3, seed: 8),
        ]
        let file = try ParquetFile(bytes: Self.bytes(groups, pageRows: 100))
        #expect(file.rowGroupCount == 3)
        for (group, batches) in groups.enumerated() {
            let rows = batches.reduce(0) { $0 + $1.places.count }
            try expectEqual(file, group, batches, pages: nil, Array(0..<rows))
        }
        #expect(try file.dictionary(column: 7, rowGroup: 1)?.count == 20)
    }

    @Test(arguments: 1...20)
    func `any batches come back`(seed: Int) throws {
        var dice = SeededRandom(UInt64(seed) + 900)
        let counts = (0..<(1 + dice.below(6))).map { _ in 1 + dice.below(2000) }
        let batches = Self.batches(counts, emptyBatches: dice.below(3), seed: UInt64(seed))
        let file = try ParquetFile(bytes: Self.bytes([batches], pageRows: 1 + dice.below(700)))
        try expectEqual(file, 0, batches, pages: nil, Array(0..<counts.reduce(0, +)))
        let cuts = try file.pages(rowGroup: 0)
        let pages = cuts.indices.filter { _ in dice.below(3) == 0 }
        try expectEqual(file, 0, batches, pages: pages, pages.flatMap { Array(cuts[$0]) })
    }

    @Test(.disabled(if: Engines.maySkip, "needs a Python with pyarrow and duckdb"), arguments: [0, 2])
    func `pyarrow and DuckDB read a row group of several batches`(emptyBatches: Int) throws {
        let batches = Self.batches([500, 300, 700, 1, 900], emptyBatches: emptyBatches, seed: 12)
        let path = try temporaryFile(Self.bytes([batches], pageRows: 200))
        defer { remove(path) }
        var expected = Expected(order: "place", bloom: ["few", "many"], metadata: [:])
        expected.rowGroups = [2401]
        for batch in batches {
            expected.add("place", "int64", batch.places)
            expected.add("time", "timestamp", batch.times.map { $0 == .min ? nil : $0 })
            expected.add("milli", "timestamp_ms", batch.times.map { $0 == .min ? nil : $0 })
            expected.add("number", "int64", batch.numbers.map { $0 == -1 ? nil : $0 })
            expected.add("double", "double", batch.doubles.map { $0.isNaN ? nil : $0 })
            expected.add("wild", "double", batch.wild.map { $0.isNaN ? nil : $0 })
            expected.add("flag", "boolean", batch.flags.map { $0 == 2 ? nil : $0 == 1 })
            expected.add("few", "text", batch.few)
            expected.add("many", "text", batch.many)
            expected.add("growing", "text", batch.growing)
            expected.add("list", "list", batch.lists)
            expected.add("word", "text", batch.places.map { $0 % 2 == 0 ? "used" : "failed" })
        }
        let problem = try Engines.check(path, expected)
        #expect(problem == nil)
    }

    @Test func `chunks that do not fit the schema or each other are refused`() throws {
        let schema = ParquetSchema([ParquetColumn("a", .int64), ParquetColumn("b", .int64)])
        func chunk(_ name: String, _ rows: Int) throws -> FinishedChunk {
            let writer = ColumnWriter(ParquetColumn(name, .int64)), encoder = PageEncoder()
            try writer.add(.int64((0..<rows).map { Int64($0) }, none: nil), in: encoder)
            return try writer.finish(in: encoder)
        }
        func write(_ chunks: [FinishedChunk]) throws {
            var writer = ParquetWriter(schema: schema, createdBy: "test")
            try writer.addRowGroup(chunks)
        }
        #expect(throws: Never.self) { try write([chunk("a", 3), chunk("b", 3)]) }
        #expect(throws: ParquetError.mismatch(column: "list", problem: "1 given; 2 are in the schema")) {
            try write([chunk("a", 3)])
        }
        #expect(throws: ParquetError.mismatch(column: "b", problem: "2 rows of b given; 3 wanted")) {
            try write([chunk("a", 3), chunk("b", 2)])
        }
        #expect(throws: ParquetError.mismatch(column: "a", problem: "3 rows of b given; 3 wanted")) {
            try write([chunk("b", 3), chunk("a", 3)])
        }
    }
}

struct TimestampMillisTests {
    private let times: [Int64] = [
        0, 1000, -1000, 1_777_161_600_212_000, .min, 253_402_300_799_999_000, -62_135_596_800_000_000, .min, 5000,
    ]

    @Test func `whole milliseconds come back as microseconds`() throws {
        let read = try file(.timestampMillis, pageRows: 4, .int64(times, none: .min))
        #expect(read.schema.columns[0].type == .timestampMillis)
        #expect(try read.integers(column: 0, rowGroup: 0, none: -7) == times.map { $0 == .min ? -7 : $0 })
        #expect(try read.integers(column: 0, rowGroup: 0, pages: [1], none: -7) == [-7, times[5], times[6], -7])
        let required = try file(.timestampMillis, optional: false, .int64([3000, 9000], none: nil))
        #expect(try required.integers(column: 0, rowGroup: 0, none: 0) == [3000, 9000])
    }

    @Test func `bounds are in milliseconds`() throws {
        let read = try file(.timestampMillis, pageRows: 4, .int64(times, none: .min))
        let statistics = read.statistics(column: 0, rowGroup: 0)
        #expect(statistics.min == bytes(-62_135_596_800_000))
        #expect(statistics.max == bytes(253_402_300_799_999))
        #expect(statistics.nullCount == 2)
        let pages = try #require(try read.pageBounds(column: 0, rowGroup: 0))
        #expect(pages.map(\.min) == [bytes(-1), bytes(-62_135_596_800_000), bytes(5)])
        #expect(pages.map(\.max) == [bytes(1_777_161_600_212), bytes(253_402_300_799_999), bytes(5)])
    }

    private func bytes(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }

    @Test func `milliseconds take less room than the same times in microseconds`() throws {
        var dice = SeededRandom(41)
        var time: Int64 = 1_777_161_600_000_000
        let times = (0..<20_000).map { _ in
            time += Int64(dice.below(2000)) * 1000
            return time
        }
        let millis = try file(.timestampMillis, .int64(times, none: nil)).storedBytes(column: 0, rowGroup: 0)
        let micros = try file(.timestamp, .int64(times, none: nil)).storedBytes(column: 0, rowGroup: 0)
        #expect(millis < micros * 3 / 4)
    }

    @Test(arguments: [1, 999, 1001, -1, 1_777_161_600_212_345])
    func `a time that is no whole millisecond is refused`(time: Int64) throws {
        #expect(throws: ParquetError.mismatch(column: "column", problem: "\(time) is no whole millisecond")) {
            try file(.timestampMillis, .int64([1000, time], none: nil))
        }
        // As "no value" it is none.
        let read = try file(.timestampMillis, .int64([1000, time], none: time))
        #expect(try read.integers(column: 0, rowGroup: 0, none: 0) == [1000, 0])
    }
}
