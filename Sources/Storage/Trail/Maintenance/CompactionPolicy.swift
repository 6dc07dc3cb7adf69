package import Catalog
internal import Segments

/// Which segments of a month are worth merging. A pure function of their sizes.
///
/// Only neighbors are merged, in the order in which their lines were committed, so that in each row group the lines of
/// a source stay in the order of their offsets. A run of neighbors is merged when it
///
/// - fills a segment: it has more than half of a segment's limit of rows or bytes, and the next one would not fit; or
/// - has at least 8 segments, of which none holds more than half of the rows; or
/// - has at least 32 segments, whatever their sizes.
///
/// So each merge but the last ones at least doubles the segment in which a row lies: a row is written again at most
/// some log₂ times (nearly always log₈), and what is left of a month, full segments apart, is a few dozen at the
/// very most. A segment of more than half the limit is full and is left alone.
package struct CompactionPolicy: Sendable {
    /// So many rows fit a segment.
    package var rows: Int64 = Int64(Limits.rowsPerSegment)
    /// So many bytes: a merged segment is built in memory.
    package var bytes: Int64 = 48 << 20
    /// Fewer segments are not merged, unless they fill one.
    package var fewest = 8
    /// So many are merged however uneven they are.
    package var many = 32
    /// The most that are merged at once.
    package var most = Int.max
    /// Everything that fits together is merged, however often it was before.
    package var takesAll = false

    package init() {}

    /// A run that is worth merging, or nil. `segments` are those of one month, in the order of their ranks.
    package func run(of segments: [SegmentRecord]) -> [SegmentRecord]? {
        var runs = chunks(segments)
        while let (chunk, isFull) = runs.popLast() {
            if let run = worthy(chunk[...], isFull) { return Array(run) }
        }
        return nil
    }

    /// Neighbors that fit one segment together, each as many as possible, and whether the next one was too large.
    private func chunks(_ segments: [SegmentRecord]) -> [(chunk: [SegmentRecord], isFull: Bool)] {
        var chunks: [(chunk: [SegmentRecord], isFull: Bool)] = []
        var open: [SegmentRecord] = []
        var size = (rows: Int64(0), bytes: Int64(0))
        func close(_ isFull: Bool) {
            if open.count > 1 { chunks.append((open, isFull)) }
            (open, size) = ([], (0, 0))
        }
        for segment in segments {
            if !takesAll, isFull(segment) {
                close(false)
                continue
            }
            if size.rows + segment.rows > rows || size.bytes + segment.bytes > bytes || open.count == most {
                close(true)
            }
            open.append(segment)
            size = (size.rows + segment.rows, size.bytes + segment.bytes)
        }
        close(false)
        return chunks
    }

    /// The chunk, or the part of it that is worth merging: where one segment outweighs all others, those beside it.
    private func worthy(_ chunk: ArraySlice<SegmentRecord>, _ isFull: Bool) -> ArraySlice<SegmentRecord>? {
        guard chunk.count > 1 else { return nil }
        let total = chunk.reduce(0) { $0 + $1.rows }
        let fills = isFull && (total > rows / 2 || chunk.reduce(0) { $0 + $1.bytes } > bytes / 2)
        if takesAll || fills || chunk.count >= many { return chunk }
        guard chunk.count >= fewest,
            let largest = chunk.indices.max(by: { chunk[$0].rows < chunk[$1].rows })
        else { return nil }
        if chunk[largest].rows * 2 <= total { return chunk }
        return worthy(chunk[..<largest], false) ?? worthy(chunk[(largest + 1)...], false)
    }

    private func isFull(_ segment: SegmentRecord) -> Bool { segment.rows > rows / 2 || segment.bytes > bytes / 2 }
}
