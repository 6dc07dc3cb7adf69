internal import Catalog
internal import Events
internal import Segments

/// Builds one segment from the rows of several: the same rows with the same values and the same lines, in their order.
///
/// Rows of one kind of row group are taken from all segments before those of the next, so that pages come out full. No
/// more than a batch is held beside the compressed pages of the new segment.
struct SegmentMerge {
    /// Shapes of lines that a segment may have: each costs some hundred bytes in its footer.
    private static let mostShapes = 1024
    /// Spans of lines delivered again that it may tell of, some ten bytes each.
    private static let mostSpans = 1 << 18
    /// A batch is passed on before its texts take more, however few rows it has.
    private static let batchBytes = 16 << 20

    private let folder: String
    private let month: Int32
    private(set) var segments: [SegmentRecord] = []
    private var shapes = ShapeUnion()
    private var numbers: [[Int64]] = []
    private var notes = SegmentMetadata()
    private var isMillis = true

    /// Looks at the footers. Of the run it takes as many segments as can have their shapes, and what they tell of
    /// lines delivered again, in one file, at least the first. Throws `SegmentError`.
    init(of run: [SegmentRecord], in folder: String) throws(SegmentError) {
        self.folder = folder
        month = run.first?.month ?? 0
        for segment in run {
            let reader = try SegmentReader(path: folder + "/" + segment.file)
            var all = shapes
            let shapeNumbers = all.add(try reader.shapes())
            let own = SegmentMetadata(reader.metadata)
            let spans = (notes.duplicates + own.duplicates).joined()
            if all.shapes.count > Self.mostShapes || spans.count > Self.mostSpans, !segments.isEmpty { return }
            shapes = all
            numbers.append(shapeNumbers)
            notes.duplicates = spans
            notes.add(later: own.sources)
            notes.key = own.key ?? notes.key
            segments.append(segment)
            isMillis = isMillis && reader.isMillis
        }
    }

    /// Builds the segment. `sources` are all sources as they stand now; `dead` are segments of the month that were
    /// merged or dropped before and whose files may still be there. Throws `SegmentError`, also if its rows are not
    /// those that the catalog promises.
    func build(_ sources: [SourceRecord], dead: [Int64]) throws -> FinishedSegment {
        var notes = notes
        notes.rank = segments.map(\.rank).min()
        notes.replaces = segments.map(\.id) + dead
        let open = OpenSegment(month: month, isMillis: isMillis, nil, keepsFacts: false)
        for group in 0..<SegmentReader.groups {
            var batch = EventColumns()
            batch.shapes = shapes.shapes
            func pass() throws {
                if batch.count > 0 { try open.add(batch) }
                batch.removeAll()
                batch.shapes = shapes.shapes
            }
            for (segment, numbers) in zip(segments, numbers) {
                let reader = try SegmentReader(path: folder + "/" + segment.file)
                for place in 0..<reader.rowGroupCount where try reader.group(place) == group {
                    try reader.eachBatch(rowGroup: place) { columns in
                        if batch.count + columns.count > Limits.rowsPerBatch { try pass() }
                        batch.append(columns, shapeNumbers: numbers)
                        if batch.memory > Self.batchBytes { try pass() }
                    }
                }
            }
            try pass()
        }
        // Segments of an older version bring no states.
        notes.add(later: sources.filter { open.sources.contains($0.id) })
        let merged = try open.finish(metadata: notes.metadata())
        try check(merged.record(id: 0))
        return merged
    }

    /// What was built must be what was there, or the old segments stay.
    private func check(_ merged: SegmentRecord) throws(SegmentError) {
        let counts = merged.counts.indices.map { kind in segments.reduce(0) { $0 + $1.counts[kind] } }
        guard merged.counts == counts, merged.minTS == segments.map(\.minTS).min(),
            merged.maxTS == segments.map(\.maxTS).max()
        else {
            throw .cannotAdd(
                reason: "segments \(segments.map(\.file)) have \(merged.counts) events by kind from "
                    + "\(merged.minTS) to \(merged.maxTS), the catalog says \(counts); run authtrail verify")
        }
    }
}
