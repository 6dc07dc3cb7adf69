package import Catalog

/// A line that was delivered again is nowhere stored any more, though its source was read.
package struct MissingOriginal: Error, Equatable {
    package let span: DuplicateSpan
}

/// The lines of one source that were delivered again, in its order, as they are stored where they were read first.
///
/// They are looked for many at a time: their originals may stand anywhere.
struct DuplicateLines {
    struct Line {
        /// Where it stands in this source.
        var offset: Int64
        var bytes: [UInt8]
        var length: Int64
        /// Whether credentials were replaced in it.
        var isRedacted: Bool
    }

    /// Bytes of lines that are looked for together, and spans: where originals are scattered over all pages, these are
    /// read once for so many.
    private static let windowBytes: Int64 = 8 << 20
    private static let windowSpans = 32_768

    private let source: Int64
    private let range: Range<Int64>
    private let trail: Trail
    /// Made when it is needed: most sources have no such lines.
    private var originals: OriginalLines?
    /// Spans that are still to be looked at, the next one at the end, and from where on.
    private var spans: [(span: DuplicateSpan, from: Int64)] = []
    /// Where the spans that were fetched end, and whether there are more.
    private var fetched: Int64
    private var hasMore = true
    /// Descending.
    private var lines: [Line] = []
    /// Of the span that is looked at, how many of its lines were found and where the next one must begin.
    private var progress: (lines: Int64, due: Int64) = (0, 0)
    /// Those of which not all lines are stored.
    private var missing: [DuplicateSpan] = []

    /// Lines that begin in a range of a source.
    init(of source: Int64, in trail: Trail, range: Range<Int64>) {
        (self.source, self.trail, self.range) = (source, trail, range)
        fetched = range.lowerBound
    }

    /// Where the next line begins; nil at the end. Throws what catalog and segments throw.
    mutating func offset() throws -> Int64? {
        while lines.isEmpty {
            if spans.isEmpty, hasMore { try fetch() }
            guard !spans.isEmpty, range.contains(spans[spans.count - 1].from) else { return nil }
            try lookUp()
        }
        return lines.last?.offset
    }

    mutating func next() throws -> Line? { try offset() == nil ? nil : lines.popLast() }

    /// Whether spans were met of which not all lines are stored.
    var hasMissing: Bool { !missing.isEmpty }

    /// Gives these spans, once.
    mutating func takeMissing() -> [DuplicateSpan] {
        defer { missing = [] }
        return missing
    }

    private mutating func fetch() throws {
        let next = try trail.catalog.duplicateSpans(ofSource: source, behind: fetched, atMost: Self.windowSpans)
        spans = next.reversed().map { ($0, max($0.from, range.lowerBound)) }
        hasMore = next.count == Self.windowSpans
        if let last = next.last { fetched = last.to }
    }

    /// Looks for the lines of the next spans.
    private mutating func lookUp() throws {
        var parts: [(span: DuplicateSpan, starts: Range<Int64>)] = []
        var room = Self.windowBytes
        while room > 0, let (span, from) = spans.popLast() {
            let end = min(span.to, range.upperBound)
            guard from < end else { continue }
            let to = min(end, from + room)
            parts.append((span, from..<to))
            room -= to - from
            if to < end { spans.append((span, to)) }
        }
        let originals = try originals ?? OriginalLines(in: trail)
        self.originals = originals
        let found = try originals.lines(
            parts.map { span, starts in
                .init(source: span.originalID, starts: starts.shifted(by: span.originalOffset - span.from))
            })
        for (span, starts) in parts { take(span, starts, found) }
        lines.reverse()
    }

    /// Adds the lines of a part of a span, and notes at its end whether all were there.
    private mutating func take(_ span: DuplicateSpan, _ starts: Range<Int64>, _ found: [OriginalLines.Line]) {
        let shift = span.originalOffset - span.from
        if starts.lowerBound == span.from { progress = (0, span.from) }
        for line in found.lines(of: span.originalID, starts.shifted(by: shift)) {
            let offset = line.offset - shift
            if offset == progress.due { progress = (progress.lines + 1, offset + line.length + 1) }
            lines.append(
                Line(
                    offset: offset, bytes: line.bytes, length: line.length, isRedacted: line.sourceLength != nil))
        }
        guard starts.upperBound == span.to, span.from >= range.lowerBound else { return }
        if progress.lines != span.lines || progress.due != span.to + 1 { missing.append(span) }
    }
}

extension Range<Int64> {
    fileprivate func shifted(by bytes: Int64) -> Range<Int64> { lowerBound + bytes..<upperBound + bytes }
}

extension [OriginalLines.Line] {
    /// Those that begin in a range of a source; all are sorted.
    fileprivate func lines(of source: Int64, _ starts: Range<Int64>) -> ArraySlice<OriginalLines.Line> {
        func place(_ offset: Int64) -> Int {
            var low = 0, high = count
            while low < high {
                let middle = (low + high) / 2
                if (self[middle].source, self[middle].offset) < (source, offset) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low
        }
        return self[place(starts.lowerBound)..<place(starts.upperBound)]
    }
}
