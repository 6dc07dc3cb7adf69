import TestSupport
import EngineChecks
import Testing

@testable import Parquet

/// What pyarrow and DuckDB read is what was written.
@Suite(.disabled(if: Engines.maySkip, "needs a Python with pyarrow and duckdb"))
struct EngineTests {
    @Test func `pyarrow and DuckDB read every type, statistics, page index and bloom filter`() throws {
        var dice = SeededRandom(11)
        var expected = Expected(order: "place", bloom: ["few", "many"], metadata: ["origin": "tëst"])
        var writer = ParquetWriter(schema: Self.schema, createdBy: "test", pageRows: 128)
        for rows in [1000, 300, 1] {
            let from = expected.values("place").count
            let places = (from..<(from + rows)).map { Int64($0) }
            let times = places.map { 1_777_161_600_000_000 + $0 * 1_000_003 }
            let ends = places.map { $0 % 4 == 0 ? Int64.min : Int64(bitPattern: dice.next()) >> 12 }
            let extremes = places.map { $0 % 5 == 0 ? .max : $0 % 5 == 1 ? Int64.min : Int64(bitPattern: dice.next()) }
            let doubles = places.map { $0 % 9 == 0 ? .nan : Double($0 % 50) / 10 }
            let wild = places.map { $0 % 9 == 1 ? .nan : Double.random(in: -1e12...1e12, using: &dice) }
            let flags = places.map { UInt8(($0 / 100) % 3) }
            let few = places.map { $0 % 10 == 3 ? nil : "partner:é\($0 % 17)" }
            let many = places.map { $0 % 50 == 7 ? nil : "id \(String(dice.next(), radix: 36))" }
            let growing = places.map { String?("evt_\(1_000_000 + $0)") }
            let long = places.map { $0 % 3 == 0 ? nil : String(repeating: "日本\($0 % 100)", count: Int($0 % 90)) }
            let lists: [[String]?] = places.map { place in
                place % 6 == 0 ? nil : (0..<(place % 4)).map { "scope:\($0 + place % 5)" }
            }
            let nothing = [String?](repeating: nil, count: rows)
            try writer.addRowGroup([
                .int64(places, none: nil), .int64(times, none: nil), .int64(ends, none: .min),
                .int64(extremes, none: nil), .double(doubles), .double(wild), .boolean(flags), .text(textColumn(few)),
                .text(textColumn(many)), .text(textColumn(growing)), .text(textColumn(long)),
                .textList(listColumn(lists)), .text(textColumn(nothing)),
                .words(places.map { UInt8($0 % 2) }, names: ["used", "failed"]),
            ])
            expected.rowGroups.append(rows)
            expected.add("place", "int64", places)
            expected.add("time", "timestamp", times)
            expected.add("end", "timestamp", ends.map { $0 == .min ? nil : $0 })
            expected.add("extreme", "int64", extremes)
            expected.add("double", "double", doubles.map { $0.isNaN ? nil : $0 })
            expected.add("wild", "double", wild.map { $0.isNaN ? nil : $0 })
            expected.add("flag", "boolean", flags.map { $0 == 2 ? nil : $0 == 1 })
            expected.add("few", "text", few)
            expected.add("many", "text", many)
            expected.add("growing", "text", growing)
            expected.add("long", "text", long)
            expected.add("list", "list", lists)
            expected.add("nothing", "text", nothing)
            expected.add("word", "text", places.map { $0 % 2 == 0 ? "used" : "failed" })
        }
        let path = try temporaryFile(writer.finish(metadata: [("origin", "tëst")]))
        defer { remove(path) }
        let problem = try Engines.check(path, expected)
        #expect(problem == nil)
    }

    private static let schema = ParquetSchema([
        ParquetColumn("place", .int64, optional: false), ParquetColumn("time", .timestamp, optional: false),
        ParquetColumn("end", .timestamp), ParquetColumn("extreme", .int64), ParquetColumn("double", .double),
        ParquetColumn("wild", .double), ParquetColumn("flag", .boolean), ParquetColumn("few", .text, bloom: true),
        ParquetColumn("many", .text, bloom: true), ParquetColumn("growing", .text), ParquetColumn("long", .text),
        ParquetColumn("list", .textList), ParquetColumn("nothing", .text),
        ParquetColumn("word", .text, optional: false),
    ])
}
