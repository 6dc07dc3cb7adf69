internal import Catalog
internal import Events
internal import Segments

/// Where the lines of a batch stand in their sources.
struct LineMeasure {
    private var renderer = LineRenderer(shapes: [])
    private var shapes: [LineShape] = []
    private var text: [UInt8] = []

    /// Calls `body` with each line, without its newline, where it stands, and how long it is there: longer or shorter
    /// than here if a credential was replaced. The batch must hold all columns. Throws `LineRenderError`.
    mutating func each(
        _ columns: EventColumns,
        _ body: (_ source: Int64, _ offset: Int64, _ length: Int64, _ line: borrowing [UInt8]) throws -> Void
    ) throws {
        if columns.shapes != shapes {
            shapes = columns.shapes
            renderer = LineRenderer(shapes: shapes)
        }
        let (sources, offsets, lengths) = (columns.sourceID, columns.sourceOffset, columns.sourceLength)
        for row in 0..<columns.count {
            text.removeAll(keepingCapacity: true)
            try renderer.append(columns, row: row, to: &text)
            let length = lengths[row] == EventColumns.noLength ? Int64(text.count) : lengths[row]
            try body(sources[row], offsets[row], length, text)
        }
    }
}
