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
        var writer = ParquetWriter(schema: schema, createdBy: "test", pageRows: 20)
        for group in 0..<2 {
            let rows = 0..<(group == 0 ? 50 : 25)
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

    /// All that can be asked of a file, as text.
    private static func contents(_ bytes: [UInt8]) throws -> String {
        let file = try ParquetFile(bytes: bytes)
        var said = "\(file.rows) \(file.metadata.first { $0.key == "note" }?.value ?? "-") \(file.schema)"
        for group in 0..<file.rowGroupCount {
            said += " \(try file.pages(rowGroup: group))"
            said += " \(try file.integers(column: 0, rowGroup: group, none: 0))"
            said += " \(try file.doubles(column: 1, rowGroup: group))"
            said += " \(try file.booleans(column: 2, rowGroup: group))"
            said += " \(try file.texts(column: 3, rowGroup: group).values)"
            said += " \(try file.texts(column: 4, rowGroup: group).values)"
            said += " \(try file.textLists(column: 5, rowGroup: group).values)"
            for text in ["user:0", "user:1", "user:9", "user:1x"] {
                said += " \(try file.mightContain(text, column: 3, rowGroup: group))"
            }
            for column in 0..<6 {
                said += " \(file.statistics(column: column, rowGroup: group))"
                said += " \(String(describing: try file.pageBounds(column: column, rowGroup: group)))"
            }
        }
        return said
    }

    @Test func `every truncated file is refused`() throws {
        let bytes = try Self.bytes()
        for count in 0..<bytes.count {
            #expect(throws: ParquetError.self) { try Self.contents(Array(bytes[..<count])) }
        }
    }

    @Test func `a flipped bit anywhere gives an error or the right data`() throws {
        let bytes = try Self.bytes()
        let right = try Self.contents(bytes)
        var errors = 0, harmless = 0
        for at in bytes.indices {
            for mask in [UInt8(1) << UInt8(at % 8), UInt8(0x80) >> UInt8(at % 7), 0xFF] {
                var damaged = bytes
                damaged[at] ^= mask
                do {
                    let said = try Self.contents(damaged)
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
        var dice = Dice(seed: 3)
        for _ in 0..<2000 {
            let count = Int(dice.next() % 300)
            let noise = (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
            let length = UInt32(count).littleEndian
            let tail = withUnsafeBytes(of: length) { Array($0) }
            #expect(throws: ParquetError.self) {
                try Self.contents(Format.magic + noise + tail + Format.magic)
            }
        }
    }

    @Test func `pages of random bytes give an error without their checksums`() throws {
        // Without checksums the decoders themselves must stand: each page body is replaced, its header kept.
        var dice = Dice(seed: 4)
        for round in 0..<3000 {
            let count = Int(dice.next() % 120)
            var sink = ByteSink()
            for _ in 0..<count { sink.put(UInt8(truncatingIfNeeded: dice.next() >> UInt64(round % 8))) }
            var cursor = ByteCursor(sink.bytes)
            var scratch = Scratch<Int64>()
            var arena = TextArena()
            let values = 1 + Int(dice.next() % 64)
            let out = scratch.room(values)
            switch round % 5 {
            case 0: try? DeltaBinaryPacked.decode(&cursor, values, to: out)
            case 1: try? PlainTexts.decode(&cursor, values, into: &arena)
            case 2: try? DeltaLengthTexts.decode(&cursor, values, lengths: &scratch, into: &arena)
            case 3: try? DeltaTexts.decode(&cursor, values, lengths: &scratch, into: &arena)
            default:
                var length = 0
                _ = try? PageHeader(reading: sink.bytes, length: &length)
                _ = try? BloomFilter(reading: sink.bytes)
                _ = try? ColumnIndex(reading: sink.bytes)
                _ = try? OffsetIndex(reading: sink.bytes)
            }
            #expect(arena.count <= values)
        }
    }

    @Test func `errors name file, place and problem`() throws {
        var bytes = try Self.bytes()
        bytes[60] ^= 1
        let file = try ParquetFile(bytes: bytes, name: "segment 7")
        #expect(
            throws: ParquetError.damaged(
                file: "segment 7", place: "row group 0, column time, page 0", problem: "its checksum is wrong")
        ) { try file.integers(column: 0, rowGroup: 0, none: 0) }
        let error = ParquetError.damaged(file: "x", place: "footer", problem: "its checksum is wrong")
        #expect("\(error)" == "damaged data in x, footer: its checksum is wrong; restore the file from a backup")
    }
}
