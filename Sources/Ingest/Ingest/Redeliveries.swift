internal import Catalog
internal import Columns
internal import Events
internal import Trail

/// Finds out which lines of at-least-once deliveries are stored already.
///
/// A line is looked for among those that are on their way to a commit, and in the segments of its month whose bounds
/// hold its time. Commits leave this memory when their segments are listed, so it holds marks of two or three commits
/// and what was just read.
final class Redeliveries {
    private let marks = EventMarks()
    private let lookup: EventLookup
    /// One for each commit that is not known to be true, the one that is being filled at the end.
    private var open = [OpenEvents()]
    /// Lines that were found, in no order.
    private var found: [DuplicateSpan] = []

    /// - Parameters:
    ///   - trail: the trail's folder.
    ///   - segments: those that are listed.
    init(_ trail: String, _ segments: [SegmentRecord]) { lookup = EventLookup(path: trail, segments, marks) }

    /// Judges rows that were just read from a chunk of a source.
    /// - Parameters:
    ///   - bytes: the chunk; `offset` is where it begins in the source.
    /// - Returns: a verdict for each row; nil keeps all.
    func judge(
        _ columns: EventColumns, _ rows: Range<Int>, in bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws -> [EventBatch.Verdict]? {
        try judge(columns, rows, ReadLines(columns: columns, bytes: bytes, offset: offset))
    }

    /// Judges rows that were just read from records, which they hold unless only fields are kept.
    func judge(_ columns: EventColumns, _ rows: Range<Int>) throws -> [EventBatch.Verdict]? {
        try judge(columns, rows, ReadLines(columns: columns, bytes: nil, offset: 0))
    }

    private func judge(
        _ columns: EventColumns, _ rows: Range<Int>, _ lines: ReadLines
    ) throws -> [EventBatch.Verdict]? {
        let questions = try questions(columns, rows, lines)
        guard let first = questions.first else { return nil }
        let answers = try lookup.answers(
            to: questions, about: columns, month: Timestamp.month(of: columns.ts[first.row]),
            areRecords: lines.bytes == nil, isLine: lines.isLine)
        var verdicts = [EventBatch.Verdict](repeating: .kept, count: rows.count)
        let (sources, offsets) = (columns.sourceID, columns.sourceOffset)
        for (question, answer) in zip(questions, answers) {
            let row = question.row
            let place = OpenEvents.Place(source: sources[row], offset: offsets[row])
            switch known(question, answer) {
            case .unknown: open[open.count - 1].add(question.event, question.line, place)
            case .reused:
                verdicts[row - rows.lowerBound] = .reused
                open[open.count - 1].add(question.event, question.line, place)
            case .stored(let original):
                verdicts[row - rows.lowerBound] = .duplicate
                // Only our own lines are given back one by one.
                guard lines.bytes != nil else { continue }
                found.append(
                    DuplicateSpan(
                        sourceID: place.source, from: place.offset, to: place.offset + lines.length(of: row),
                        originalID: original.source, originalOffset: original.offset))
            }
        }
        return verdicts
    }

    private func questions(
        _ columns: EventColumns, _ rows: Range<Int>, _ lines: ReadLines
    ) throws -> [EventLookup.Question] {
        var questions: [EventLookup.Question] = []
        questions.reserveCapacity(rows.count)
        let (kinds, times, ids) = (columns.event, columns.ts, columns[.eventID])
        for row in rows {
            // An empty id tells nothing apart.
            guard let id = ids.bytes(at: row), !id.isEmpty else { continue }
            questions.append(
                .init(
                    row: row, event: marks.mark(kinds[row], times[row], id),
                    line: try lines.mark(of: row, marks)))
        }
        return questions
    }

    private func known(_ question: EventLookup.Question, _ stored: EventLookup.Answer) -> OpenEvents.Answer {
        var isKnown = false
        switch stored {
        case .stored(let source, let offset): return .stored(.init(source: source, offset: offset))
        case .reused: isKnown = true
        case .unknown: break
        }
        for commit in open.indices {
            switch open[commit].answer(question.event, question.line) {
            case .stored(let place): return .stored(place)
            case .reused: isKnown = true
            case .unknown: break
            }
        }
        return isKnown ? .reused : .unknown
    }

    /// The lines that were found since the last call.
    func takeFound() -> [DuplicateSpan] {
        defer { found = [] }
        return found.joined()
    }

    // MARK: Commits

    /// What is judged from now on is of the next commit.
    func beginCommit() { open.append(OpenEvents()) }

    /// The oldest commit that was not known to be true is, with these segments.
    func endCommit(_ segments: [SegmentRecord]) {
        lookup.add(segments)
        open.removeFirst()
    }

    /// Segments were merged or dropped: these are left.
    func replaceSegments(with all: [SegmentRecord]) { lookup.replace(with: all) }

    /// Why some lines could not be looked for, if that was not reported yet: a segment is damaged.
    func takeProblem() -> (any Error)? { lookup.takeProblem() }
}

/// The lines of rows, in the chunk from which they were read; it must not outlive that.
private struct ReadLines {
    let columns: EventColumns
    /// Nil where rows hold their records.
    let bytes: UnsafeRawBufferPointer?
    /// Where the chunk begins in the source.
    let offset: Int64

    /// A line as it was read, without its newline.
    private func line(of row: Int) -> UnsafeRawBufferPointer {
        guard let bytes else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let rest = UnsafeRawBufferPointer(rebasing: bytes[Int(columns.sourceOffset[row] - offset)...])
        return UnsafeRawBufferPointer(rebasing: rest[..<(rest.bytes.newline(from: 0) ?? rest.count)])
    }

    func length(of row: Int) -> Int64 { Int64(line(of: row).count) }

    /// Of the line as it is to be stored.
    func mark(of row: Int, _ marks: EventMarks) throws -> UInt64 {
        let length = columns.sourceLength[row]
        if bytes == nil {
            guard let record = columns[.raw].bytes(at: row) else { return marks.mark(fieldsOf: columns, row) }
            return record.withUnsafeBytes { marks.mark(line: $0, length: length) }
        }
        guard length == EventColumns.noLength else {
            return try redacted(row).withUnsafeBytes { marks.mark(line: $0, length: length) }
        }
        return marks.mark(line: line(of: row), length: length)
    }

    /// Whether a stored line, of so many bytes in its source, is that of a row.
    func isLine(_ row: Int, _ stored: [UInt8], _ length: Int64) throws -> Bool {
        guard columns.sourceLength[row] == length else { return false }
        if length != EventColumns.noLength || bytes == nil { return try redacted(row) == stored }
        let line = line(of: row)
        return stored.count == line.count && line.elementsEqual(stored)
    }

    /// A line in which credentials were replaced, or a record.
    private func redacted(_ row: Int) throws -> [UInt8] {
        var line: [UInt8] = []
        try LineRenderer(shapes: columns.shapes).append(columns, row: row, to: &line)
        return line
    }
}
