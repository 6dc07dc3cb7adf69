internal import Catalog
internal import Events
internal import Segments

extension Trail {
    /// The stored lines of a source that start in a range of it, with the offsets at which they do, in no promised
    /// order. Lines in quarantine are not among them. Throws what the catalog or the segments throw.
    package func storedLines(
        ofSource id: Int64, in range: Range<Int64>, _ body: (_ offset: Int64, _ line: [UInt8]) throws -> Void
    ) throws {
        let fields = LineRenderer.fields.union(EventFields([.sourceID, .sourceOffset]))
        for segment in try catalog.segments().reversed() {
            let reader = try SegmentReader(path: path + "/" + segment.file)
            for group in 0..<reader.rowGroupCount {
                guard reader.bounds(.sourceID, rowGroup: group)?.contains(id) ?? true,
                    reader.bounds(.sourceOffset, rowGroup: group)?.overlaps(range.lowerBound...range.upperBound) ?? true
                else { continue }
                for page in try reader.pages(rowGroup: group).indices {
                    let columns = try reader.columns(rowGroup: group, page: page, fields: fields)
                    let renderer = LineRenderer(shapes: columns.shapes)
                    for row in 0..<columns.count
                    where columns.sourceID[row] == id && range.contains(columns.sourceOffset[row]) {
                        var line: [UInt8] = []
                        try renderer.append(columns, row: row, to: &line)
                        try body(columns.sourceOffset[row], line)
                    }
                }
            }
        }
    }

    /// Whether bytes that end at an offset of a source are those that were read of it: every stored line that begins
    /// among them is there as far as they go, and at least one is whole: many lines begin alike.
    package func holds(_ bytes: [UInt8], ofSource id: Int64, endingAt end: Int64) throws -> Bool {
        let start = end - Int64(bytes.count)
        var found = 0
        var isSame = true
        try storedLines(ofSource: id, in: start..<end) { offset, line in
            let place = Int(offset - start)
            let there = bytes[place...].prefix(line.count)
            if there != line.prefix(there.count)[...] { isSame = false }
            if there.count == line.count { found += 1 }
        }
        return found > 0 && isSame
    }
}
