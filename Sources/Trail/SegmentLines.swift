internal import Catalog
internal import Events
internal import Segments

/// Where the lines of a batch stand in their sources.
struct LineMeasure {
    private var renderer = LineRenderer(shapes: [])
    private var shapes: [LineShape] = []
    private var text: [UInt8] = []

    /// Calls `body` with each line, without its newline, and where it stands. The batch must hold all columns. Throws
    /// `LineRenderError`.
    mutating func each(
        _ columns: EventColumns, _ body: (_ source: Int64, _ offset: Int64, _ line: borrowing [UInt8]) throws -> Void
    ) throws {
        if columns.shapes != shapes {
            shapes = columns.shapes
            renderer = LineRenderer(shapes: shapes)
        }
        let (sources, offsets) = (columns.sourceID, columns.sourceOffset)
        for row in 0..<columns.count {
            text.removeAll(keepingCapacity: true)
            try renderer.append(columns, row: row, to: &text)
            try body(sources[row], offsets[row], text)
        }
    }
}
