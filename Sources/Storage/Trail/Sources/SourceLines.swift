package import Catalog
internal import Events
internal import Model

/// Two lines of a source cover the same byte.
package struct OverlappingLines: Error, Equatable {
    package let offset: Int64
}

/// Bytes that lie in no line are more than the newlines of all lines.
package struct GapBetweenLines: Error, Equatable {
    /// Where the next line begins, or the source ends.
    package let before: Int64
}

/// The bytes of one source from where its own lines begin: stored, quarantined and blank lines, and those that are
/// stored as lines of others, in their order.
///
/// A source's events lie in the segments of their months, there in row groups by kind, and in each of these in the
/// order of their lines. So a few cursors are merged, one for each row group whose offsets have been reached, and each
/// holds one page; of the lines in the catalog, one block is held.
package struct SourceLines {
    private var waiting: [StoredLines]
    private var open: [StoredLines] = []
    private var kept: KeptLines
    private var duplicates: DuplicateLines
    private var text: SourceText

    /// - Parameter end: where to end, if not where the source is read to; what begins there or behind is left out.
    ///
    /// Throws what the catalog or the segments throw. `next` throws `MissingOriginal` for a line that was delivered
    /// again and is nowhere stored.
    package init(of source: SourceRecord, in trail: Trail, upTo end: Int64? = nil) throws {
        kept = try trail.catalog.keptLines(ofSource: source.id)
        text = SourceText(
            start: source.start, end: min(source.checkpoint, end ?? .max),
            newlines: source.counts.lines + 1 + (try Self.goneBytes(of: source, in: trail)))
        waiting = try StoredLines.all(of: source.id, in: trail)
        duplicates = DuplicateLines(of: source.id, in: trail, range: source.start..<max(source.start, text.end))
    }

    /// Bytes of lines that are known to be gone: newlines stand in their place.
    private static func goneBytes(of source: SourceRecord, in trail: Trail) throws -> Int64 {
        let lost = try trail.catalog.lostLines().first { $0.sourceID == source.id }
        let pruned = try trail.catalog.prunedSpans(ofSource: source.id).reduce(0) { $0 + max(0, $1.to - $1.from) }
        return pruned + max(0, lost?.before ?? 0)
    }

    /// The next bytes, some dozens of KiB; nil at the end.
    package mutating func next() throws -> [UInt8]? {
        while text.bytes.count < 1 << 16, try addRun() {}
        if text.bytes.isEmpty, try !text.fillPart(to: text.end) { try text.fill(to: text.end) }
        return text.bytes.isEmpty ? nil : text.take()
    }

    /// Adds lines that follow each other in one place; false if there are no more.
    private mutating func addRun() throws -> Bool {
        while let stored = waiting.last, (open.map(\.offset).min() ?? .max) >= stored.first {
            waiting.removeLast()
            if try stored.advance() { open.append(stored) }
        }
        let nextLine = try kept.nextOffset()
        let nextDuplicate = try duplicates.offset() ?? .max
        if let span = duplicates.takeMissing().first { throw MissingOriginal(span: span) }
        let nextOffset = min(nextLine, nextDuplicate)
        guard min(nextOffset, open.map(\.offset).min() ?? .max) < text.end else { return false }
        guard let least = open.indices.min(by: { open[$0].offset < open[$1].offset }), open[least].offset < nextOffset
        else {
            if nextDuplicate < nextLine { return try addDuplicate(nextDuplicate) }
            if nextLine < .max, try text.fillPart(to: nextLine) { return true }
            guard let line = try kept.next() else { return false }
            try text.begin(line.offset)
            text.bytes.append(contentsOf: line.bytes)
            text.end(sourceLength: line.length)
            return true
        }
        var limit = min(nextOffset, waiting.last?.first ?? .max, text.end)
        for place in open.indices where place != least { limit = min(limit, open[place].offset) }
        // At least one line, also where the next row group may begin with it.
        if try !open[least].add(before: max(limit, open[least].offset + 1), to: &text) { open.remove(at: least) }
        return true
    }

    private mutating func addDuplicate(_ offset: Int64) throws -> Bool {
        if try text.fillPart(to: offset) { return true }
        guard let line = try duplicates.next() else { return false }
        try text.begin(line.offset)
        text.bytes.append(contentsOf: line.bytes)
        text.end(sourceLength: line.length)
        return true
    }
}

/// The bytes of a source under construction.
struct SourceText {
    /// How far the source was read, or is wanted.
    let end: Int64
    var bytes: [UInt8] = []
    /// Where in the source `bytes` begins, if all of them stand there; a line with marks in it moves that, since it is
    /// as long here as it is, and there as it was.
    private var taken: Int64
    private var lineStart: Int64 = 0
    /// How many there can be still: each line has one, an empty one nothing else.
    private var newlines: Int64

    /// Newlines that are made at once; of more, the first so many.
    private static let part: Int64 = 1 << 16

    init(start: Int64 = 0, end: Int64, newlines: Int64) {
        taken = start
        self.end = end
        self.newlines = newlines
    }

    private var at: Int64 { taken + Int64(bytes.count) }

    /// What no line covers is newlines: those behind lines, and empty lines. A last line may have none yet.
    mutating func fill(to offset: Int64) throws {
        guard at < offset else { return }
        guard offset - at <= newlines else { throw GapBetweenLines(before: offset) }
        newlines -= offset - at
        bytes.append(contentsOf: repeatElement(0x0A, count: Int(offset - at)))
    }

    /// Of very many newlines before an offset makes the first ones; false if there are no so many.
    mutating func fillPart(to offset: Int64) throws -> Bool {
        guard offset > at, offset - at > Self.part else { return false }
        guard offset - at <= newlines else { throw GapBetweenLines(before: offset) }
        try fill(to: at + Self.part)
        return true
    }

    mutating func begin(_ offset: Int64) throws {
        guard offset >= at else { throw OverlappingLines(offset: offset) }
        try fill(to: offset)
        lineStart = offset
    }

    /// Ends the line begun last, whose length in the source is known to be this.
    mutating func end(sourceLength: Int64) { taken = lineStart + sourceLength - Int64(bytes.count) }

    mutating func take() -> [UInt8] {
        defer {
            taken += Int64(bytes.count)
            bytes = []
            bytes.reserveCapacity(1 << 17)
        }
        return bytes
    }
}
