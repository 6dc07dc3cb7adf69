internal import Catalog
internal import Events
internal import Segments

/// Finds stored lines by where they stand in their sources, many at a time.
final class OriginalLines {
    /// Lines of one source that begin in a range of it.
    struct Wanted {
        var source: Int64
        var starts: Range<Int64>
    }

    struct Line {
        var source: Int64
        var offset: Int64
        var bytes: [UInt8]
        /// How long it is in its source, where credentials were replaced in it.
        var sourceLength: Int64?

        var length: Int64 { sourceLength ?? Int64(bytes.count) }
    }

    private struct Group {
        var file: String
        var number: Int
        var sources: ClosedRange<Int64>
        var offsets: ClosedRange<Int64>
    }

    private static let place = EventFields([.sourceID, .sourceOffset])
    private static let whole = LineRenderer.fields.union(EventFields([.sourceID, .sourceOffset, .sourceLength]))

    private let groups: [Group]
    private let readers = SegmentReaderCache()

    /// Throws what the catalog and the segments throw.
    init(in trail: Trail) throws {
        groups = try trail.catalog.segments().flatMap { segment in
            let file = trail.path + "/" + segment.file
            let reader = try SegmentReader(path: file)
            return (0..<reader.rowGroupCount).map { number in
                Group(
                    file: file, number: number,
                    sources: reader.bounds(.sourceID, rowGroup: number) ?? .min ... .max,
                    offsets: reader.bounds(.sourceOffset, rowGroup: number) ?? .min ... .max)
            }
        }
    }

    /// The lines that are stored, by source and offset. Throws what the segments throw.
    func lines(_ wanted: [Wanted]) throws -> [Line] {
        let places = Places(wanted)
        var found: [Line] = []
        for group in groups where places.mayMeet(group.sources, group.offsets) {
            try readers.withReader(group.file) { try read($0, group.number, places, into: &found) }
        }
        return found.sorted { ($0.source, $0.offset) < ($1.source, $1.offset) }
    }

    private func read(_ reader: SegmentReader, _ group: Int, _ places: Places, into found: inout [Line]) throws {
        let sources = try reader.pageBounds(.sourceID, rowGroup: group)
        let offsets = try reader.pageBounds(.sourceOffset, rowGroup: group)
        for page in try reader.pages(rowGroup: group).indices {
            let known = (sources?[page] ?? .min ... .max, offsets?[page] ?? .min ... .max)
            guard places.mayMeet(known.0, known.1) else { continue }
            let all = try reader.columns(rowGroup: group, page: page, fields: Self.place)
            let (ids, starts) = (all.sourceID, all.sourceOffset)
            let rows = ids.indices.filter { places.has(ids[$0], starts[$0]) }
            guard !rows.isEmpty else { continue }
            let columns = try reader.columns(rowGroup: group, page: page, rows: rows, fields: Self.whole)
            let renderer = LineRenderer(shapes: columns.shapes)
            for row in 0..<columns.count {
                let length = columns.sourceLength[row]
                var line = Line(
                    source: columns.sourceID[row], offset: columns.sourceOffset[row], bytes: [],
                    sourceLength: length == EventColumns.noLength ? nil : length)
                try renderer.append(columns, row: row, to: &line.bytes)
                found.append(line)
            }
        }
    }
}

/// What is wanted, as ranges that ascend and do not touch.
private struct Places {
    private let ranges: [OriginalLines.Wanted]

    init(_ wanted: [OriginalLines.Wanted]) {
        var joined: [OriginalLines.Wanted] = []
        for next in wanted.sorted(by: { ($0.source, $0.starts.lowerBound) < ($1.source, $1.starts.lowerBound) }) {
            if let last = joined.last, last.source == next.source, next.starts.lowerBound <= last.starts.upperBound {
                let end = max(last.starts.upperBound, next.starts.upperBound)
                joined[joined.count - 1].starts = last.starts.lowerBound..<end
            } else {
                joined.append(next)
            }
        }
        ranges = joined
    }

    func mayMeet(_ sources: ClosedRange<Int64>, _ offsets: ClosedRange<Int64>) -> Bool {
        ranges.contains { wanted in
            sources.contains(wanted.source) && wanted.starts.lowerBound <= offsets.upperBound
                && wanted.starts.upperBound > offsets.lowerBound
        }
    }

    func has(_ source: Int64, _ offset: Int64) -> Bool {
        var low = 0, high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            let range = ranges[middle]
            let ends = (range.source, range.starts.upperBound - 1) < (source, offset)
            if ends { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].source == source && ranges[low].starts.contains(offset)
    }
}
