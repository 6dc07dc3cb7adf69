package import Catalog
internal import Columns
package import Events
internal import Segments

/// Asks segments whether they hold events that were read again.
///
/// Only segments and pages are read whose bounds hold the time of such an event; of these first the times, then ids of
/// rows that have one of the times, then lines of rows that have an id, too. So what is asked for is compared byte for
/// byte, and no more is in memory than was asked for and a page.
///
/// Events of records are compared by these, and where one of two came without, by all their fields.
package final class EventLookup {
    /// A row that is asked for.
    package struct Question: Sendable {
        /// Its place in the columns.
        package var row: Int
        package var event: UInt64
        package var line: UInt64

        package init(row: Int, event: UInt64, line: UInt64) {
            self.row = row
            self.event = event
            self.line = line
        }
    }

    /// What is stored of it.
    package enum Answer: Sendable, Equatable {
        case unknown
        /// Its kind, time and id with another line.
        case reused
        /// The same line: where it stands.
        case stored(source: Int64, offset: Int64)
    }

    private let path: String
    private let marks: EventMarks
    /// By month, in the order in which their lines were committed.
    private var segments: [Int32: [SegmentRecord]] = [:]
    /// Few, since each has an open file.
    private let readers = SegmentReaderCache(keptBytes: 16 << 20, keptReaders: 8)
    private var unread: Set<Int64> = []
    /// Why a segment could not be asked: it is damaged. What was delivered again of it is taken for new.
    private var problem: (any Error)?

    /// - Parameter path: the trail's folder.
    package init(path: String, _ segments: [SegmentRecord], _ marks: EventMarks) {
        self.path = path
        self.marks = marks
        add(segments)
    }

    /// Takes in segments that were committed.
    package func add(_ new: [SegmentRecord]) {
        for segment in new { segments[segment.month, default: []].append(segment) }
    }

    /// Forgets all segments for these.
    package func replace(with all: [SegmentRecord]) {
        segments = [:]
        readers.clear()
        add(all)
    }

    package func takeProblem() -> (any Error)? {
        defer { problem = nil }
        return problem
    }

    /// Looks for rows of one month, all columns of which are filled.
    /// - Parameters:
    ///   - areRecords: the rows are of records, and have these unless only their fields are kept.
    ///   - isLine: whether the line of a row is this.
    ///
    /// Throws what the system throws; a segment that is damaged is not asked again.
    package func answers(
        to questions: [Question], about columns: EventColumns, month: Int32, areRecords: Bool,
        isLine: (_ row: Int, _ line: [UInt8], _ length: Int64) throws -> Bool
    ) throws -> [Answer] {
        let span = Self.span(of: questions, columns)
        let near = (segments[month] ?? []).filter { segment in
            segment.minTS <= span.upperBound && segment.maxTS >= span.lowerBound && !unread.contains(segment.id)
        }
        // So it is where a log is new.
        if near.isEmpty { return Array(repeating: .unknown, count: questions.count) }
        var asked = Asked(questions, columns, areRecords: areRecords)
        for segment in near where asked.mayMeet(segment.minTS...segment.maxTS) {
            do {
                try readers.withReader(path + "/" + segment.file) { try search($0, &asked, columns, isLine) }
            } catch  where !error.isInputOutput {
                unread.insert(segment.id)
                problem = problem ?? error
            }
        }
        return asked.answers
    }

    private static func span(of questions: [Question], _ columns: EventColumns) -> ClosedRange<Int64> {
        let times = columns.ts
        var low = Int64.max, high = Int64.min
        for question in questions { (low, high) = (min(low, times[question.row]), max(high, times[question.row])) }
        return min(low, high)...max(low, high)
    }

    private static let identity = EventFields([.event, .eventID])
    private static let whole = LineRenderer.fields.union(EventFields([.sourceID, .sourceOffset, .sourceLength]))

    private func search(
        _ reader: SegmentReader, _ asked: inout Asked, _ columns: EventColumns,
        _ isLine: (Int, [UInt8], Int64) throws -> Bool
    ) throws {
        for group in 0..<reader.rowGroupCount {
            let bounds = try reader.pageBounds(.ts, rowGroup: group)
            for page in try reader.pages(rowGroup: group).indices {
                if let known = bounds?[page], !asked.mayMeet(known) { continue }
                let times = try reader.columns(rowGroup: group, page: page, fields: EventFields(.ts)).ts
                let some = times.indices.filter { asked.has(time: times[$0]) }
                guard !some.isEmpty else { continue }
                let ids = try reader.columns(rowGroup: group, page: page, rows: some, fields: Self.identity)
                let known = some.indices.filter { place in
                    guard let id = ids[.eventID].bytes(at: place) else { return false }
                    let mark = marks.mark(ids.event[place], times[some[place]], id)
                    return asked.note(mark, ids.event[place], times[some[place]], id, columns)
                }
                guard !known.isEmpty else { continue }
                let stored = try reader.columns(
                    rowGroup: group, page: page, rows: known.map { some[$0] }, fields: Self.whole)
                try compare(stored, &asked, isLine)
                compareFields(stored, &asked, columns)
            }
        }
    }

    private func compare(
        _ stored: EventColumns, _ asked: inout Asked, _ isLine: (Int, [UInt8], Int64) throws -> Bool
    ) throws {
        let renderer = LineRenderer(shapes: stored.shapes)
        var line: [UInt8] = []
        for row in 0..<stored.count where stored.hasLine(row) {
            line.removeAll(keepingCapacity: true)
            try renderer.append(stored, row: row, to: &line)
            guard let id = stored[.eventID].bytes(at: row) else { continue }
            let event = marks.mark(stored.event[row], stored.ts[row], id)
            let mark = line.withUnsafeBytes { marks.mark(line: $0, length: stored.sourceLength[row]) }
            for question in asked.questions(event, mark) where asked.answers[question.place].isOpen {
                guard try isLine(question.row, line, stored.sourceLength[row]) else { continue }
                asked.answers[question.place] = stored.answer(row)
            }
        }
    }

    /// Holds events of records against each other of which one came without its record. Lines of our own format have a
    /// shape, or they stand in `raw` and have no equal among fields.
    private func compareFields(_ stored: EventColumns, _ asked: inout Asked, _ columns: EventColumns) {
        guard asked.areRecords else { return }
        for row in 0..<stored.count where stored.shape[row] == EventColumns.noShape {
            let hasRecord = stored.hasLine(row)
            guard !hasRecord || asked.lackRecords, let id = stored[.eventID].bytes(at: row) else { continue }
            let event = marks.mark(stored.event[row], stored.ts[row], id)
            let line = stored.fieldsLine(row)
            asked.markFields(columns, marks)
            for question in asked.questions(event, fields: marks.mark(fieldsOf: stored, row))
            where asked.answers[question.place].isOpen && !(hasRecord && columns.hasLine(question.row)) {
                guard columns.fieldsLine(question.row) == line else { continue }
                asked.answers[question.place] = stored.answer(row)
            }
        }
    }
}

extension EventColumns {
    /// Whether a row is kept with the line or the record that it came from.
    fileprivate func hasLine(_ row: Int) -> Bool {
        shape[row] != Self.noShape || self[.raw].bytes(at: row) != nil
    }

    fileprivate func answer(_ row: Int) -> EventLookup.Answer {
        .stored(source: sourceID[row], offset: sourceOffset[row])
    }
}

extension EventLookup.Answer {
    /// Whether an equal line may still be found.
    fileprivate var isOpen: Bool { if case .stored = self { false } else { true } }
}

/// Questions in an order in which they are found.
private struct Asked {
    private let times: [Int64]
    /// By mark of the event, then of the line; `place` is where the question stood.
    private let sorted: [Entry]
    /// The same with marks of fields in place of lines, once they are needed.
    private var sortedByFields: [Entry]?
    /// Whether the rows are of records, and whether some have none.
    let areRecords: Bool
    let lackRecords: Bool
    var answers: [EventLookup.Answer]
    /// Events that were found, in whatever line.
    private var found: Set<UInt64> = []

    typealias Entry = (event: UInt64, line: UInt64, row: Int, place: Int)

    init(_ questions: [EventLookup.Question], _ columns: EventColumns, areRecords: Bool) {
        self.areRecords = areRecords
        lackRecords = areRecords && questions.contains { !columns.hasLine($0.row) }
        times = questions.map { columns.ts[$0.row] }.sorted()
        sorted = questions.enumerated().map { (event: $1.event, line: $1.line, row: $1.row, place: $0) }
            .sorted(by: Self.precedes)
        answers = Array(repeating: .unknown, count: questions.count)
    }

    /// Whether any question's time lies between two.
    func mayMeet(_ bounds: ClosedRange<Int64>) -> Bool {
        let place = times.place { $0 < bounds.lowerBound }
        return place < times.count && times[place] <= bounds.upperBound
    }

    func has(time: Int64) -> Bool {
        guard let first = times.first, let last = times.last, time >= first, time <= last else { return false }
        return times[times.place { $0 < time }] == time
    }

    /// Whether an event is asked for; all questions for it are answered at least in part then.
    mutating func note(
        _ mark: UInt64, _ kind: UInt8, _ time: Int64, _ id: ArraySlice<UInt8>, _ columns: EventColumns
    ) -> Bool {
        if found.contains(mark) { return true }
        var place = sorted.place { $0.event < mark }
        var isAsked = false
        while place < sorted.count, sorted[place].event == mark {
            let row = sorted[place].row
            if columns.event[row] == kind, columns.ts[row] == time, columns[.eventID].bytes(at: row) == id {
                if answers[sorted[place].place] == .unknown { answers[sorted[place].place] = .reused }
                isAsked = true
            }
            place += 1
        }
        if isAsked { found.insert(mark) }
        return isAsked
    }

    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        (left.event, left.line, left.place) < (right.event, right.line, right.place)
    }

    mutating func markFields(_ columns: EventColumns, _ marks: EventMarks) {
        guard sortedByFields == nil else { return }
        sortedByFields = sorted.map { entry in
            (entry.event, marks.mark(fieldsOf: columns, entry.row), entry.row, entry.place)
        }.sorted(by: Self.precedes)
    }

    /// The questions for an event in a line.
    func questions(_ event: UInt64, _ line: UInt64) -> ArraySlice<Entry> { Self.entries(sorted, event, line) }

    /// The questions for an event with such fields, which must be marked.
    func questions(_ event: UInt64, fields: UInt64) -> ArraySlice<Entry> {
        Self.entries(sortedByFields ?? [], event, fields)
    }

    private static func entries(_ sorted: [Entry], _ event: UInt64, _ line: UInt64) -> ArraySlice<Entry> {
        let first = sorted.place { ($0.event, $0.line) < (event, line) }
        var end = first
        while end < sorted.count, sorted[end].event == event, sorted[end].line == line { end += 1 }
        return sorted[first..<end]
    }
}

extension Array {
    /// Where the elements that precede end; they come first.
    fileprivate func place(_ precedes: (Element) -> Bool) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if precedes(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
