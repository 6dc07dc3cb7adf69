internal import Catalog
internal import Columns
internal import Events
internal import Trail

/// `events` in SQL: every stored event, read from the segments, with skipping by time, kind and the texts that have
/// bloom filters. Only the columns that a statement names are decoded.
final class EventsTable: VirtualTable {
    /// The columns of `EventField`, then `date`. Times are texts, and microseconds beside them. The key tells SQLite
    /// which rows of several passes (an OR) are the same one: a place in a source, and for a source that was written
    /// anew what happened there.
    static let declaration = """
        CREATE TABLE events(\(EventField.allCases.map(column).joined(separator: ", ")), date TEXT,
            \(times.map { "\($0.name)_us INTEGER HIDDEN" }.joined(separator: ", ")),
            PRIMARY KEY (source, source_offset, ts_us, event)) WITHOUT ROWID
        """

    private static func column(_ field: EventField) -> String {
        let type =
            switch field.type {
            case .time: "TEXT COLLATE \(TimeCollation.name)"
            case .kind, .text, .texts: "TEXT"
            case .decimal: "REAL"
            case .boolean, .integer: "INTEGER"
            }
        return "\(field.name) \(type)"
    }

    private static let times = EventField.allCases.filter { $0.type == .time }
    private static let date = Int32(EventField.allCases.count)
    private static let tsMicros = date + 1
    private static let expiresAtMicros = date + 2
    static let helpfulColumns: Set<Int32> = Set(
        ([.ts, .event, .tokenID, .ip, .principal, .eventID, .tool] as [EventField]).map { Int32($0.rawValue) }
            + [date, tsMicros])

    static let timeColumns = Set(times.map { Int32($0.rawValue) })
    static let dayColumns: Set<Int32> = [date]
    static let microsecondColumns: Set<Int32> = [tsMicros, expiresAtMicros]
    static let exactColumns: Set<Int32> = [Int32(EventField.ts.rawValue), tsMicros]

    static let leastCost = 1e6

    private static let key = EventFields([.source, .sourceOffset, .ts, .event])

    /// Not owned: the trail's connection owns the table.
    private unowned let trail: Trail

    init(_ trail: Trail) { self.trail = trail }

    func open(_ conditions: [SQLCondition], columns: UInt64) throws -> any VirtualCursor {
        var scan = EventScan(fields: Self.fields(columns))
        // With a condition the pass may be one of several, whose rows SQLite tells apart by the key, asked for or not.
        if !conditions.isEmpty { scan.fields.formUnion(Self.key) }
        for condition in conditions { Self.apply(condition, to: &scan) }
        return try Cursor(trail, scan)
    }

    private static func fields(_ columns: UInt64) -> EventFields {
        var fields = EventFields(EventField.allCases.filter { columns & (1 << UInt64($0.rawValue)) != 0 })
        if columns & (1 << UInt64(date) | 1 << UInt64(tsMicros)) != 0 { fields.formUnion(EventFields(.ts)) }
        if columns & (1 << UInt64(expiresAtMicros)) != 0 { fields.formUnion(EventFields(.expiresAt)) }
        return fields
    }

    private static func apply(_ condition: SQLCondition, to scan: inout EventScan) {
        if condition.column == date { return applyDate(condition, to: &scan) }
        let column = condition.column == tsMicros ? Int32(EventField.ts.rawValue) : condition.column
        guard let field = EventField(rawValue: UInt8(column)) else { return }
        switch (field, condition.comparison, condition.value) {
        case (.ts, .greaterOrEqual, .integer(let time)): scan.from = max(scan.from, time)
        case (.ts, .greater, .integer(let time)) where time < .max: scan.from = max(scan.from, time + 1)
        case (.ts, .less, .integer(let time)): scan.to = min(scan.to, time)
        case (.ts, .lessOrEqual, .integer(let time)) where time < .max: scan.to = min(scan.to, time + 1)
        case (.ts, .equal, .integer(let time)) where time < .max:
            scan.from = max(scan.from, time)
            scan.to = min(scan.to, time + 1)
        case (.event, .equal, .text(let name)):
            scan.kinds.formIntersection(EventKind(name: name).map { EventKinds($0) } ?? EventKinds(rawValue: 0))
        case (.event, .equal, .anyText(let names)):
            scan.kinds.formIntersection(EventKinds(names.compactMap { EventKind(name: $0).map { EventKinds($0) } }))
        case (.ts, _, _), (.event, _, _): break
        case (_, .equal, .text(let text)): scan.texts[field] = .equals([text])
        case (_, .equal, .anyText(let texts)): scan.texts[field] = .equals(texts)
        default: break
        }
    }

    private static func applyDate(_ condition: SQLCondition, to scan: inout EventScan) {
        guard case .text(let text) = condition.value, let midnight = TimeText.time(text), text.utf8.count == 10 else {
            return
        }
        switch condition.comparison {
        case .equal:
            scan.from = max(scan.from, midnight)
            scan.to = min(scan.to, midnight + Timestamp.day)
        case .greaterOrEqual, .greater: scan.from = max(scan.from, midnight)
        case .lessOrEqual: scan.to = min(scan.to, midnight + Timestamp.day)
        case .less: scan.to = min(scan.to, midnight)
        }
    }

    /// Walks batch after batch.
    private final class Cursor: VirtualCursor {
        private let batches: EventBatches
        private var batch = EventColumns(fields: [])
        /// What nearly every statement asks for, apart: to touch the batch is to retain each of its columns.
        private var times: [Int64] = []
        private var kinds: [UInt8] = []
        private var count = 0
        private var row = -1
        private var ts = SortableTime()
        private var expiry = SortableTime()

        private static let names = EventKind.allCases.map(\.name)

        init(_ trail: Trail, _ scan: EventScan) throws {
            batches = try trail.batches(of: scan)
        }

        func next() throws -> Bool {
            row += 1
            while row >= count {
                guard let next = try batches.next() else { return false }
                begin(next)
            }
            return true
        }

        private func begin(_ next: EventColumns) {
            batch = next
            (times, kinds, count, row) = (next.ts, next.event, next.count, 0)
        }

        /// Not asked for: the table has a key.
        var rowID: Int64 { 0 }

        func give(_ column: Int32, to result: SQLResult) {
            switch column {
            case EventsTable.date: return result.set(Timestamp.dayText(Timestamp.day(of: times[row])))
            case EventsTable.tsMicros: return result.set(times[row])
            case EventsTable.expiresAtMicros:
                let time = batch.expiresAt[row]
                return time == EventColumns.noTime ? result.setNull() : result.set(time)
            default: break
            }
            switch EventField(rawValue: UInt8(column)) {
            case .ts: result.set(time: times[row], &ts)
            case .event: result.set(Self.names[Int(kinds[row])])
            case .expiresAt:
                // What is no time is none of the times that can be written.
                result.set(time: batch.expiresAt[row], &expiry)
            case .latencyMS: batch.latencyMS[row].isNaN ? result.setNull() : result.set(batch.latencyMS[row])
            case .success: batch.success[row] == 2 ? result.setNull() : result.set(Int64(batch.success[row]))
            case .scopes: batch.scopes[row].map { result.set(JSONTexts.array($0)) } ?? result.setNull()
            case .sourceOffset: result.set(batch.sourceOffset[row])
            case .sourceID: result.set(batch.sourceID[row])
            case .shape: result.set(batch.shape[row])
            case .sourceLength:
                batch.sourceLength[row] == EventColumns.noLength
                    ? result.setNull() : result.set(batch.sourceLength[row])
            case .some(let field): batch[field].bytes(at: row).map { result.set($0) } ?? result.setNull()
            case nil: result.setNull()
            }
        }
    }
}
