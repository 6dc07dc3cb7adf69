internal import CZlib
internal import GRDB
internal import Model
internal import Rollups

/// Quarantined lines of one source that follow each other, compressed together: a row of `quarantine_blocks`.
///
/// What a row says beside its block is what can be asked without opening it. `bytes` is a CRC-32 over all that the row
/// says, the size of the heads, the size of their compressed form, then compressed heads (`QuarantineHeads`), the size
/// of the texts, and compressed texts (`LineColumns`).
struct QuarantineBlock {
    /// Bytes of texts that a block may have; one line may have more. More lines share a shape then, but who looks for
    /// one of them decompresses all.
    static let mostBytes = 256 << 10
    /// Lines, so that a row of SQL has a number: that of its block, and of its line in twelve bits.
    static let mostLines = 1 << 12
    /// No line was ever kept longer, nor with marks in it; more texts than `mostBytes` are one line.
    private static let largest = 1 << 28

    var id: Int64 = 0
    let sourceID: Int64
    /// The name under which the lines were read; the source may have another one now.
    let source: String
    let first: Int64
    let last: Int64
    let lines: Int
    /// Bytes of their texts.
    let size: Int
    let lastBatch: Int64
    let isRedacted: Bool
    let counts: QuarantineCounts
    /// Empty where only the row was asked for.
    var bytes: [UInt8] = []

    /// What joining blocks goes by.
    var weight: Int { size + lines * 32 }

    // MARK: Writing

    /// - Parameter texts: those of the lines, if they are packed already.
    init(_ lines: [ReadLine], texts: PackedTexts? = nil) {
        let record = lines[0].record
        let texts = texts ?? PackedTexts(lines)
        (sourceID, source) = (record.sourceID, record.source)
        (first, last) = (record.offset, lines[lines.count - 1].record.offset)
        self.lines = lines.count
        size = lines.reduce(0) { $0 + $1.record.bytes.count }
        lastBatch = lines.map(\.batch).max() ?? 0
        isRedacted = lines.contains { $0.record.redacted != nil }
        counts = QuarantineCounts(lines)
        let heads = QuarantineHeads(lines).encoded()
        let deflater = PartDeflater()
        deflater.put(heads[...])
        let packed = deflater.finish()
        var front = VarintWriter()
        front.put(UInt64(heads.count))
        front.put(packed[...])
        front.put(UInt64(texts.count))
        bytes.reserveCapacity(4 + front.bytes.count + texts.bytes.count)
        bytes += [0, 0, 0, 0] + front.bytes
        bytes += texts.bytes
        let sum = checksum()
        for place in 0..<4 { bytes[place] = UInt8(truncatingIfNeeded: sum >> (place * 8)) }
    }

    /// A changed bit anywhere in the row, but for its number, changes it.
    private func checksum() -> UInt32 {
        var row = VarintWriter()
        for number in [sourceID, first, last, Int64(lines), Int64(size), lastBatch] {
            row.put(UInt64(bitPattern: number))
        }
        row.put(isRedacted ? 1 : 0)
        row.put(Array(source.utf8)[...])
        row.put(Array(counts.text.utf8)[...])
        let sum = crc32_z(0, row.bytes, row.bytes.count)
        return UInt32(
            truncatingIfNeeded: bytes[4...].withUnsafeBufferPointer { crc32_z(sum, $0.baseAddress, $0.count) })
    }

    // MARK: Reading

    init(_ row: Row, withBytes: Bool = true) throws {
        id = try row.int64("block_id", .number)
        sourceID = try row.int64("source_id", .number)
        source = try row.value("source")
        first = try row.count("first_offset")
        last = try row.count("last_offset")
        lines = Int(try row.count("lines"))
        size = Int(try row.count("size"))
        lastBatch = try row.int64("last_batch", .number)
        isRedacted = try row.value("is_redacted")
        let counts = QuarantineCounts(try row.value("counts"))
        self.counts = counts ?? QuarantineCounts([])
        if withBytes { bytes = try row.bytes("bytes") }
        guard counts != nil, isPossible else { throw damaged }
    }

    /// Whether its numbers can be; others would be a long way to go.
    private var isPossible: Bool {
        (1...Self.mostLines).contains(lines) && (0...Self.largest).contains(size) && first <= last
    }

    /// What the lines are, without their texts. Throws `DamagedQuarantine`, if so much as a bit of the row is another.
    func heads() throws(DamagedQuarantine) -> QuarantineHeads {
        guard bytes.count > 4, isPossible else { throw damaged }
        let stored = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[$1]) << ($1 * 8) }
        guard stored == checksum() else { throw damaged }
        var input = VarintReader(bytes)
        guard input.skip(4) != nil, let count = input.take(atMost: UInt64(Self.largest)), let packed = input.takeText(),
            let columns = inflated(packed, count: Int(count)),
            let heads = QuarantineHeads(columns, first: first, count: lines), heads.offsets.last == last,
            heads.kept.reduce(0, +) == size
        else { throw damaged }
        return heads
    }

    /// The lines' texts, in their order; of a block whose heads were read. Throws `DamagedQuarantine`.
    func texts(_ heads: QuarantineHeads) throws(DamagedQuarantine) -> QuarantineTexts {
        var input = VarintReader(bytes)
        guard input.skip(4) != nil, input.take() != nil, input.takeText() != nil,
            let count = input.take(atMost: UInt64(Self.largest)),
            let columns = inflated(bytes[input.place...], count: Int(count)),
            let (texts, ends) = LineColumns.read(columns, count: lines, size: size)
        else { throw damaged }
        var start = 0
        for (end, kept) in zip(ends, heads.kept) {
            guard Int64(end - start) == kept else { throw damaged }
            start = end
        }
        return QuarantineTexts(bytes: texts, ends: ends)
    }

    /// All lines, as they were put in. Throws `DamagedQuarantine`.
    func readLines() throws(DamagedQuarantine) -> [ReadLine] {
        let heads = try heads(), texts = try texts(heads)
        return (0..<heads.count).map { line in
            ReadLine(
                record: QuarantinedLine(
                    sourceID: sourceID, source: source, offset: heads.offsets[line], length: heads.lengths[line],
                    reason: heads.reason(line), detail: heads.detail(line), bytes: Array(texts[line]),
                    redacted: heads.redacted(line)),
                batch: heads.batches[line], readAt: heads.times[line])
        }
    }

    private var damaged: DamagedQuarantine {
        DamagedQuarantine(source: source, first: first, last: last, lines: lines)
    }
}

/// The texts of a block's lines.
struct QuarantineTexts {
    let bytes: [UInt8]
    let ends: [Int]

    subscript(_ line: Int) -> ArraySlice<UInt8> { bytes[(line == 0 ? 0 : ends[line - 1])..<ends[line]] }
}

/// The compressed texts of lines that are to be a block.
struct PackedTexts {
    /// Before they were compressed.
    let count: Int
    let bytes: [UInt8]

    init(_ lines: [ReadLine]) {
        let deflater = PartDeflater()
        LineColumns.write(lines.map(\.record.bytes), to: deflater)
        bytes = deflater.finish()
        count = deflater.count
    }
}

/// A block of quarantine whose bytes are not those that were written.
package struct DamagedQuarantine: Error, Sendable, Equatable, CustomStringConvertible {
    package let source: String
    /// Where its lines begin.
    package let first: Int64
    package let last: Int64
    package let lines: Int

    package var description: String {
        "the \(lines) quarantined lines of \(source) that begin from byte \(first) to byte \(last) cannot be read: the "
            + "bytes of their block are not those that were written"
    }
}
