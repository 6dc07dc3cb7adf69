internal import Catalog
package import Events
internal import Model
internal import Segments

/// A line as it is stored, and how long it is in its source: longer or shorter where a credential was replaced.
private struct StoredLine {
    var offset: Int64
    var bytes: [UInt8]
    var sourceLength: Int64?
}

extension Trail {
    /// Whether bytes that end at an offset of a source are those that were read of it: every line that was kept of it
    /// and begins among them, stored (also as a line of another source) or in quarantine, is there as far as they go,
    /// and at least one is whole: many lines begin alike.
    /// - Parameter secrets: replaces credentials by the key with which they were replaced when the lines were stored.
    package func holds(
        _ bytes: [UInt8], ofSource id: Int64, endingAt end: Int64, secrets: SecretMarker?
    ) throws -> Bool {
        let start = end - Int64(bytes.count)
        var whole = 0
        var isSame = true
        func there(_ offset: Int64, _ length: Int64) -> [UInt8] {
            Array(bytes[Int(offset - start)...].prefix(Int(clamping: length)))
        }
        func compare(_ line: StoredLine) {
            let there = there(line.offset, line.sourceLength ?? Int64(line.bytes.count))
            if line.sourceLength == Int64(there.count) {
                if secrets?.isStored(there.span.bytes, as: line.bytes) != true { isSame = false }
                whole += 1
            } else if line.sourceLength == nil {
                if there[...] != line.bytes.prefix(there.count) { isSame = false }
                if there.count == line.bytes.count { whole += 1 }
            }
        }
        try storedLines(ofSource: id, in: start..<end, compare)
        var duplicates = DuplicateLines(of: id, in: self, range: start..<end)
        while let line = try duplicates.next() {
            compare(
                StoredLine(
                    offset: line.offset, bytes: line.bytes, sourceLength: line.isRedacted ? line.length : nil))
        }
        for line in try catalog.quarantinedLines(ofSource: id, in: start..<end) {
            let there = there(line.offset, line.length)
            let isWhole = Int64(there.count) == line.length
            if line.isRedacted {
                guard isWhole, line.bytes.count < QuarantinedLine.keptBytes else { continue }
                if secrets?.isStored(there.span.bytes, as: line.bytes) != true { isSame = false }
            } else if there.prefix(line.bytes.count) != line.bytes.prefix(there.count) {
                isSame = false
            }
            if isWhole { whole += 1 }
        }
        return whole > 0 && isSame
    }

    /// The stored lines of a source that start in a range of it, in no promised order. Lines in quarantine are not
    /// among them.
    private func storedLines(
        ofSource id: Int64, in range: Range<Int64>, _ body: (StoredLine) throws -> Void
    ) throws {
        let fields = LineRenderer.fields.union(EventFields([.sourceID, .sourceOffset, .sourceLength]))
        for segment in try catalog.segments().reversed() {
            let reader = try SegmentReader(path: path + "/" + segment.file)
            for group in 0..<reader.rowGroupCount {
                guard reader.bounds(.sourceID, rowGroup: group)?.contains(id) ?? true,
                    reader.bounds(.sourceOffset, rowGroup: group)?.overlaps(range.lowerBound...range.upperBound) ?? true
                else { continue }
                for page in try reader.pages(rowGroup: group).indices {
                    let columns = try reader.columns(rowGroup: group, page: page, fields: fields)
                    try lines(of: columns, source: id, in: range, body)
                }
            }
        }
    }

    private func lines(
        of columns: EventColumns, source id: Int64, in range: Range<Int64>, _ body: (StoredLine) throws -> Void
    ) throws {
        let renderer = LineRenderer(shapes: columns.shapes)
        for row in 0..<columns.count
        where columns.sourceID[row] == id && range.contains(columns.sourceOffset[row]) {
            let length = columns.sourceLength[row]
            var line = StoredLine(
                offset: columns.sourceOffset[row], bytes: [],
                sourceLength: length == EventColumns.noLength ? nil : length)
            try renderer.append(columns, row: row, to: &line.bytes)
            try body(line)
        }
    }
}
