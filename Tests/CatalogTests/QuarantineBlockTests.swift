import TestSupport
import Events
import FuzzProperties
import Model
import Testing

@testable import Catalog

/// Lines of quarantine in their blocks.
struct QuarantineBlockTests {
    /// A line as `QuarantineBlock` takes it.
    private func line(
        _ text: [UInt8], at offset: Int64, length: Int64? = nil, reason: String = "not_json", detail: String? = nil,
        redacted: String? = nil, batch: Int64 = 1, readAt: Int64 = 5
    ) -> ReadLine {
        ReadLine(
            record: QuarantinedLine(
                sourceID: 3, source: "/var/log/a.ndjson", offset: offset, length: length ?? Int64(text.count),
                reason: reason, detail: detail, bytes: text, redacted: redacted),
            batch: batch, readAt: readAt)
    }

    private func lines(_ texts: [[UInt8]]) -> [ReadLine] {
        var offset: Int64 = 0
        return texts.map { text in
            defer { offset += Int64(text.count) + 1 }
            return line(text, at: offset)
        }
    }

    /// Texts of a few shapes, and some of none.
    private func texts(_ dice: inout SeededRandom) -> [[UInt8]] {
        let shapes = [
            "{\"a\":\"%\",\"b\":%}", "% % - [%] \"GET /%\" %", "%", "", "é%ü,%", "%\u{0}%", "a\tb%", "-%", "%-",
        ]
        return (0..<(1 + dice.below(60))).map { _ in
            if dice.below(12) == 0 { return (0..<dice.below(80)).map { _ in UInt8(truncatingIfNeeded: dice.next()) } }
            if dice.below(25) == 0 { return Array(repeating: UInt8(ascii: "x"), count: 4000 + dice.below(2000)) }
            let shape = shapes[dice.below(shapes.count)]
            return Array(
                shape.split(separator: "%", omittingEmptySubsequences: false).joined(
                    separator: "\(dice.below(3) == 0 ? 7 : dice.below(100_000))"
                ).utf8)
        }
    }

    @Test(arguments: 0..<30 as Range<UInt64>) func `all lines come back as they were, whatever bytes they have`(
        seed: UInt64
    ) throws {
        var dice = SeededRandom(seed)
        let details = [nil, "token_id", "at byte 17", "at byte 017", "9", "at byte 123456789012345678", "", "at byte "]
        var offset = Int64(dice.below(1 << 20))
        var batch: Int64 = 4
        let lines = texts(&dice).map { text -> ReadLine in
            let length = dice.below(5) == 0 ? Int64(dice.below(1 << 40)) : Int64(text.count)
            defer { offset += length + Int64(dice.below(4) == 0 ? dice.below(1000) : 1) }
            if dice.below(9) == 0 { batch += 1 }
            return line(
                text, at: offset, length: length, reason: ["not_json", "bad_field", "unterminated"][dice.below(3)],
                detail: details[dice.below(details.count)], redacted: dice.below(7) == 0 ? "jwt,github" : nil,
                batch: batch,
                readAt: 1_780_272_000_000_000 + batch * 999_983)
        }
        let block = QuarantineBlock(lines)
        #expect(try block.readLines() == lines)
        #expect(block.lines == lines.count)
        #expect(block.isRedacted == lines.contains { $0.record.redacted != nil })
        #expect(QuarantineCounts(block.counts.text)?.lines == block.counts.lines)
        #expect(block.counts.lines.values.reduce(0, +) == lines.count)
    }

    @Test func `what a block counts stands beside it, with fields for the reasons that have one`() {
        let lines = [
            line([0x41], at: 0, detail: "at byte 1"), line([0x42], at: 2, detail: "at byte 0"),
            line([0x43], at: 4, reason: "missing_field", detail: "token_id"),
            line([0x44], at: 6, reason: "missing_field", detail: "reason"),
            line([0x45], at: 8, reason: "missing_field", detail: "token_id"),
            line([], at: 10, reason: "bad_field", detail: "ip"),
        ]
        #expect(
            QuarantineBlock(lines).counts.text
                == "1 bad_field ip\n1 missing_field reason\n2 missing_field token_id\n2 not_json")
        for text in ["x", "-1 not_json", "9999 not_json", "1", "99999999999999999999 not_json"] {
            #expect(QuarantineCounts(text) == nil)
        }
    }

    @Test(arguments: [UInt64(1), 2, 3]) func `every flipped bit of a block is found`(seed: UInt64) throws {
        var dice = SeededRandom(seed)
        let lines = lines(texts(&dice))
        let block = QuarantineBlock(lines)
        for at in block.bytes.indices {
            let damaged = block.with(bytes: block.bytes.flipping(at, &dice))
            #expect(throws: DamagedQuarantine.self, "byte \(at)") { try damaged.heads() }
        }
        for cut in [0, 1, 4, 5, block.bytes.count - 1] {
            #expect(throws: DamagedQuarantine.self) { try block.with(bytes: Array(block.bytes[..<cut])).heads() }
        }
    }

    @Test(arguments: 0..<6 as Range<UInt64>)
    func `a block that somebody made, with its checksum right, ends no program and has no more lines than it says`(
        seed: UInt64
    ) throws {
        var dice = SeededRandom(seed)
        let lines = lines(texts(&dice))
        let deflater = PartDeflater()
        LineColumns.write(lines.map(\.record.bytes), to: deflater)
        let columns = try #require(inflated(deflater.finish()[...], count: deflater.count))
        let heads = QuarantineHeads(lines).encoded()
        let size = lines.reduce(0) { $0 + $1.record.bytes.count }
        #expect(LineColumns.read(columns, count: lines.count, size: size) != nil)
        #expect(QuarantineHeads(heads, first: 0, count: lines.count) == QuarantineHeads(lines))
        for _ in 0..<500 {
            var forged = columns.flipping(dice.below(columns.count), &dice)
            if dice.below(4) == 0 { forged = Array(forged.prefix(dice.below(forged.count))) }
            if !forged.isEmpty, dice.below(4) == 0 { forged[dice.below(forged.count)] = 0xFF }
            if let read = LineColumns.read(forged, count: lines.count, size: size) {
                #expect(read.bytes.count == size && read.ends.count == lines.count)
            }
            let forgedHeads = heads.flipping(dice.below(heads.count), &dice)
            if let read = QuarantineHeads(forgedHeads, first: 0, count: lines.count) {
                #expect(read.count == lines.count)
            }
            _ = LineColumns.read(columns, count: dice.below(4097), size: dice.below(1 << 20))
            _ = QuarantineHeads(heads, first: .max, count: dice.below(4097))
        }
    }

    @Test func `a stream that holds more or less than it should is refused`() {
        let deflater = PartDeflater()
        deflater.put([1, 2, 3][...])
        let packed = deflater.finish()
        #expect(inflated(packed[...], count: 3) == [1, 2, 3])
        for count in [-1, 0, 2, 4, 1 << 40] { #expect(inflated(packed[...], count: count) == nil) }
        #expect(inflated((packed + [0])[...], count: 3) == nil)
        #expect(inflated([], count: 0) == nil)
        #expect(inflated(PartDeflater().finish()[...], count: 0) == [])
    }
}

extension QuarantineBlock {
    /// The same row with another block.
    fileprivate func with(bytes: [UInt8]) -> QuarantineBlock {
        var block = self
        block.bytes = bytes
        return block
    }
}

extension [UInt8] {
    fileprivate func flipping(_ at: Int, _ dice: inout SeededRandom) -> [UInt8] {
        var bytes = self
        bytes[at] ^= 1 << UInt8(dice.below(8))
        return bytes
    }
}
