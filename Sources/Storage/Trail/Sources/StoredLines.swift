internal import Catalog
internal import Events
internal import Segments

/// The stored lines of one source in one row group.
final class StoredLines {
    private static let fields = LineRenderer.fields.union(
        EventFields([.sourceID, .sourceOffset, .sourceLength]))

    /// No line of the source starts before this.
    let first: Int64
    private let source: Int64
    private let file: String
    /// Opened when its first line is asked for: a trail may have more segments than a process descriptors.
    private var reader: SegmentReader?
    private let rowGroup: Int
    /// Descending.
    private var pages: [Int] = []
    private var columns = EventColumns(fields: [])
    private var renderer = LineRenderer(shapes: [])
    private var row = -1

    /// Nil if the row group has no line of the source.
    init?(of source: Int64, in reader: SegmentReader, _ file: String, _ rowGroup: Int) {
        guard reader.bounds(.sourceID, rowGroup: rowGroup)?.contains(source) ?? true else { return nil }
        self.source = source
        self.file = file
        self.rowGroup = rowGroup
        first = reader.bounds(.sourceOffset, rowGroup: rowGroup)?.lowerBound ?? 0
    }

    /// Those of all row groups that may have lines of a source, the ones that may begin first at the end.
    static func all(of source: Int64, in trail: Trail) throws -> [StoredLines] {
        var all = try trail.catalog.segments().flatMap { segment in
            let file = trail.path + "/" + segment.file
            let reader = try SegmentReader(path: file)
            return (0..<reader.rowGroupCount).compactMap { StoredLines(of: source, in: reader, file, $0) }
        }
        all.sort { $0.first > $1.first }
        return all
    }

    /// Where the current line starts.
    var offset: Int64 { columns.sourceOffset[row] }

    /// Goes on to the next line of the source; false at the end.
    func advance() throws -> Bool {
        let reader = try reader ?? open()
        while true {
            row += 1
            while row < columns.count, columns.sourceID[row] != source { row += 1 }
            if row < columns.count { return true }
            guard let page = pages.popLast() else { return false }
            columns = try reader.columns(rowGroup: rowGroup, page: page, fields: Self.fields)
            renderer = LineRenderer(shapes: columns.shapes)
            row = -1
        }
    }

    /// How many bytes the current line has in its source, without its newline.
    func length() throws -> Int64 {
        if columns.sourceLength[row] != EventColumns.noLength { return columns.sourceLength[row] }
        var text: [UInt8] = []
        try renderer.append(columns, row: row, to: &text)
        return Int64(text.count)
    }

    private func open() throws -> SegmentReader {
        let opened = try SegmentReader(path: file)
        pages = try opened.pages(rowGroup: rowGroup).indices.reversed()
        reader = opened
        return opened
    }

    /// Adds the lines that start before a limit, at most those of a page; false at the end.
    func add(before limit: Int64, to text: inout SourceText) throws -> Bool {
        // Taken out, because every use of a property of a shared object would copy the columns.
        let (columns, renderer, count) = (columns, renderer, columns.count)
        let (offsets, sources, lengths) = (columns.sourceOffset, columns.sourceID, columns.sourceLength)
        while row < count, offsets[row] < limit, text.bytes.count < 1 << 17 {
            if sources[row] == source {
                if try text.fillPart(to: offsets[row]) { break }
                try text.begin(offsets[row])
                try renderer.append(columns, row: row, to: &text.bytes)
                if lengths[row] != EventColumns.noLength { text.end(sourceLength: lengths[row]) }
            }
            row += 1
        }
        row -= 1
        return try advance()
    }
}
