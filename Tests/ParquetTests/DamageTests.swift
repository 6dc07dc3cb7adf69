import TestSupport
import Columns
import Testing

@testable import Parquet

/// A damaged file gives an error or the right data, wherever the damage is.
struct DamageTests {
    private static let schema = ParquetSchema([
        ParquetColumn("time", .timestamp, optional: false), ParquetColumn("double", .double),
        ParquetColumn("flag", .boolean), ParquetColumn("few", .text, bloom: true),
        ParquetColumn("many", .text), ParquetColumn("list", .textList),
    ])

    private static func bytes() throws -> [UInt8] {
        var writer = ParquetWriter(schema: schema, createdBy: "test", pageRows: 16)
        for group in 0..<2 {
            let rows = 0..<(group == 0 ? 30 : 12)
            try writer.addRowGroup([
                .int64(rows.map { Int64($0 * $0 * 1000) }, none: nil),
                .double(rows.map { $0 % 6 == 0 ? .nan : Double($0 % 4) / 10 }),
                .boolean(rows.map { UInt8($0 % 3) }),
                .text(textColumn(rows.map { $0 % 9 == 0 ? nil : "user:\($0 % 3)" })),
                .text(textColumn(rows.map { "id-\($0 * 7919 % 1000)" })),
                .textList(listColumn(rows.map { $0 % 5 == 0 ? nil : (0..<($0 % 3)).map { "s\($0)" } })),
            ])
        }
        return writer.finish(metadata: [("note", "damage")])
    }

    /// All that can be asked of a file.
    private struct Contents: Equatable {
        var rows: Int
        var note: String?
        var names: [String]
        var groups: [Group] = []

        struct Group: Equatable {
            var times: [Int64]
            var doubles: [UInt64?]
            var flags: [UInt8]
            var few: [String?]
            var many: [String?]
            var lists: [[String]?]
            var pages: [Range<Int>]
            var mightContain: [Bool]
            var statistics: [ColumnStatistics]
            var bounds: [[PageBounds]?]
        }

        init(_ bytes: [UInt8], verifiesChecksums: Bool = true) throws {
            let source = FileSource(bytes: bytes, name: "memory")
            let file = try ParquetFile(source: source, verifiesChecksums: verifiesChecksums)
            rows = file.rows
            note = file.metadata.first { $0.key == "note" }?.value
            names = file.schema.columns.map { "\($0.name) \($0.type) \($0.isOptional)" }
            for group in 0..<file.rowGroupCount {
                groups.append(
                    Group(
                        times: try file.integers(column: 0, rowGroup: group, none: 0),
                        doubles: bits(try file.doubles(column: 1, rowGroup: group)),
                        flags: try file.booleans(column: 2, rowGroup: group),
                        few: try file.texts(column: 3, rowGroup: group).values,
                        many: try file.texts(column: 4, rowGroup: group).values,
                        lists: try file.textLists(column: 5, rowGroup: group).values,
                        pages: try file.pages(rowGroup: group),
                        mightContain: try ["user:0", "user:1", "user:9", "user:1x"].map {
                            try file.mightContain($0, column: 3, rowGroup: group)
                        },
                        statistics: (0..<6).map { file.statistics(column: $0, rowGroup: group) },
                        bounds: try (0..<6).map { try file.pageBounds(column: $0, rowGroup: group) }))
            }
        }
    }

    @Test func `every truncated file is refused`() throws {
        let bytes = try Self.bytes()
        for count in bytes.indices {
            #expect(throws: ParquetError.self) { try Contents(Array(bytes[..<count])) }
        }
    }

    @Test func `a flipped bit anywhere gives an error or the right data`() throws {
        let bytes = try Self.bytes()
        let right = try Contents(bytes)
        var errors = 0, harmless = 0
        for at in bytes.indices {
            for mask in [UInt8(1) << UInt8(at % 8), 0xFF] {
                var damaged = bytes
                damaged[at] ^= mask
                do {
                    let said = try Contents(damaged)
                    let isRight = said == right
                    #expect(isRight, "byte \(at), mask \(mask)")
                    harmless += 1
                } catch is ParquetError {
                    errors += 1
                }
            }
        }
        // The checksums cover nearly everything; what is left is the numbers of thrift fields that nobody needs.
        #expect(errors > harmless * 20)
    }

    @Test func `random bytes between the magics give an error`() throws {
        var dice = SeededRandom(3)
        for _ in 0..<2000 {
            let count = dice.below(300)
            let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            let length = UInt32(count).littleEndian
            let tail = withUnsafeBytes(of: length) { Array($0) }
            #expect(throws: ParquetError.self) {
                try Contents(Format.magic + noise + tail + Format.magic)
            }
        }
    }

    @Test func `damage that no checksum betrays ends in an error or in some data`() throws {
        // The decoders themselves must stand: whatever a page, an index or the footer says, nothing may crash.
        let bytes = try Self.bytes()
        var dice = SeededRandom(4)
        var errors = 0
        for round in 0..<12_000 {
            var damaged = bytes
            for _ in 0...(round % 3) {
                damaged[Int(dice.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: dice.next())
            }
            do {
                let contents = try Contents(damaged, verifiesChecksums: false)
                #expect(contents.groups.allSatisfy { $0.times.count == $0.few.count })
            } catch is ParquetError {
                errors += 1
            }
        }
        #expect(errors > 6000)
    }

    @Test func `encoded values of random bytes end in an error or in as many values as were wanted`() throws {
        var dice = SeededRandom(6)
        for round in 0..<5000 {
            let count = dice.below(120)
            var sink = ByteSink()
            for _ in 0..<count { sink.put(UInt8(truncatingIfNeeded: dice.next() >> UInt64(round % 64))) }
            var cursor = ByteCursor(sink.padded)
            var scratch = Scratch<Int64>(), arena = TextArena()
            let values = 1 + dice.below(64)
            do {
                switch round % 4 {
                case 0: try DeltaBinaryPacked.decode(&cursor, values, to: scratch.checked(values))
                case 1: try PlainTexts.decode(&cursor, values, only: .all, into: &arena)
                case 2: try DeltaLengthTexts.decode(&cursor, values, only: .all, lengths: &scratch, into: &arena)
                default: try DeltaTexts.decode(&cursor, values, only: .all, lengths: &scratch, into: &arena)
                }
                #expect(round % 4 == 0 || arena.count == values)
            } catch is Malformed {
                #expect(arena.count < values)
            }
        }
    }

    @Test func `errors name file, place and problem`() throws {
        var bytes = try Self.bytes()
        bytes[40] ^= 1
        let file = try ParquetFile(bytes: bytes, name: "segment 7")
        #expect(
            throws: ParquetError.damaged(
                file: "segment 7", place: "row group 0, column time, page 0", problem: "its checksum is wrong")
        ) { try file.integers(column: 0, rowGroup: 0, none: 0) }
        let error = ParquetError.damaged(file: "x", place: "footer", problem: "its checksum is wrong")
        #expect("\(error)" == "damaged data in x, footer: its checksum is wrong; restore the file from a backup")
    }
}
