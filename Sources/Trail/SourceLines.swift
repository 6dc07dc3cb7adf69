package import Catalog
internal import Events
internal import Segments

/// Two lines of a source cover the same byte.
package struct OverlappingLines: Error, Equatable {
    package let offset: Int64
}

/// The bytes of one source from its beginning on: stored, quarantined and blank lines in their order.
///
/// A source's events lie in the segments of their months, there in row groups by kind, and in each of these in the
/// order of their lines. So a few cursors are merged, one for each row group whose offsets have been reached, and each
/// holds one page.
package struct SourceLines {
    private var waiting: [StoredLines]
    private var open: [StoredLines] = []
    private let kept: [(offset: Int64, bytes: [UInt8])]
    private var nextKept = 0
    private var text: SourceText

    /// Throws what the catalog or the segments throw.
    package init(of source: SourceRecord, in trail: Trail) throws {
        kept = try trail.catalog.keptLines(ofSource: source.id)
        text = SourceText(end: source.checkpoint)
        waiting = try trail.catalog.segments().flatMap { segment in
            let file = trail.path + "/" + segment.file
            let reader = try SegmentReader(path: file)
            return (0..<reader.rowGroupCount).compactMap { StoredLines(of: source.id, in: reader, file, $0) }
        }
        waiting.sort { $0.first > $1.first }
    }

    /// The next bytes, some dozens of KiB; nil at the end.
    package mutating func next() throws -> [UInt8]? {
        while text.bytes.count < 1 << 16, try addRun() {}
        if text.bytes.isEmpty { text.fill(to: text.end) }
        return text.bytes.isEmpty ? nil : text.take()
    }

    /// Adds lines that follow each other in one place; false if there are no more.
    private mutating func addRun() throws -> Bool {
        while let stored = waiting.last, (open.map(\.offset).min() ?? .max) >= stored.first {
            waiting.removeLast()
            if try stored.advance() { open.append(stored) }
        }
        let nextOffset = nextKept < kept.count ? kept[nextKept].offset : .max
        guard let least = open.indices.min(by: { open[$0].offset < open[$1].offset }), open[least].offset < nextOffset
        else {
            guard nextKept < kept.count else { return false }
            try text.begin(kept[nextKept].offset)
            text.bytes.append(contentsOf: kept[nextKept].bytes)
            nextKept += 1
            return true
        }
        var limit = min(nextOffset, waiting.last?.first ?? .max)
        for place in open.indices where place != least { limit = min(limit, open[place].offset) }
        // At least one line, also where the next row group may begin with it.
        if try !open[least].add(before: max(limit, open[least].offset + 1), to: &text) { open.remove(at: least) }
        return true
    }
}

/// The bytes of a source under construction.
private struct SourceText {
    /// How far the source was read.
    let end: Int64
    var bytes: [UInt8] = []
    private var taken: Int64 = 0

    init(end: Int64) { self.end = end }

    private var at: Int64 { taken + Int64(bytes.count) }

    /// What no line covers is newlines: those behind lines, and empty lines. A last line may have none yet.
    mutating func fill(to offset: Int64) {
        if at < offset { bytes.append(contentsOf: repeatElement(0x0A, count: Int(offset - at))) }
    }

    mutating func begin(_ offset: Int64) throws {
        guard offset >= at else { throw OverlappingLines(offset: offset) }
        fill(to: offset)
    }

    mutating func take() -> [UInt8] {
        defer {
            taken += Int64(bytes.count)
            bytes = []
            bytes.reserveCapacity(1 << 17)
        }
        return bytes
    }
}

/// The stored lines of one source in one row group.
private final class StoredLines {
    private static let fields = LineRenderer.fields.union(EventFields([.sourceID, .sourceOffset]))

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
        let (offsets, sources) = (columns.sourceOffset, columns.sourceID)
        while row < count, offsets[row] < limit, text.bytes.count < 1 << 17 {
            if sources[row] == source {
                try text.begin(offsets[row])
                try renderer.append(columns, row: row, to: &text.bytes)
            }
            row += 1
        }
        row -= 1
        return try advance()
    }
}
