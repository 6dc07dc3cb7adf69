public import Columns

/// A batch of events, column by column, in the order in which their lines were read.
///
/// The reader of lines fills all columns; a scan fills only those that were asked for (`fields`) and leaves the others
/// empty. Every filled column has `count` rows.
///
/// Public where other modules look at every row: only public code is inlined there.
public struct EventColumns: Sendable {
    /// In `expiresAt`, "no value".
    package static let noTime = Int64.min

    /// In `shape`, "the line is in `raw`", or nowhere if the row was made by value.
    package static let noShape: Int64 = -1

    /// In `sourceLength`, "the line is as its source has it".
    package static let noLength: Int64 = -1

    package internal(set) var count = 0
    /// The columns that are filled.
    package internal(set) var fields: EventFields
    /// Event time in microseconds since the epoch, UTC.
    package var ts: [Int64] = []
    /// `EventKind.rawValue` of each row.
    package var event: [UInt8] = []
    /// Microseconds since the epoch, or `noTime`.
    package var expiresAt: [Int64] = []
    /// Milliseconds; NaN means "no value" (JSON has no NaN).
    package var latencyMS: [Double] = []
    /// 0 false, 1 true, 2 no value.
    package var success: [UInt8] = []
    package var scopes = TextListColumn()
    /// Byte offset of the line in its source.
    package var sourceOffset: [Int64] = []
    /// The catalog's number of the source.
    package var sourceID: [Int64] = []
    /// A number in `shapes`, or `noShape`.
    package var shape: [Int64] = []
    /// Bytes of the line in its source, or `noLength`.
    package var sourceLength: [Int64] = []
    /// The shapes of the rows, by number, as far as they were known when the last row was added. A later state of the
    /// same reader's list, which is longer and in which shapes have grown, says the same about these rows.
    package var shapes: [LineShape] = []
    /// By `EventField.rawValue`; the fields that hold no texts have an empty column here.
    @usableFromInline var texts = [TextColumn](repeating: TextColumn(), count: EventField.allCases.count)

    /// An empty batch in which the given columns will be filled.
    package init(fields: EventFields = .all) { self.fields = fields }

    /// A batch as a file holds it: the caller then sets the columns named in `fields`, each with `count` rows.
    package init(count: Int, fields: EventFields) {
        self.count = count
        self.fields = fields
    }

    /// The text column of a field in `EventField.texts`.
    @inlinable
    public subscript(field: EventField) -> TextColumn {
        _read { yield texts[Int(field.rawValue)] }
        _modify { yield &texts[Int(field.rawValue)] }
    }

    /// Makes room for so many rows, if they are like those that are here.
    mutating func reserve(_ rows: Int) {
        ts.reserveCapacity(rows)
        event.reserveCapacity(rows)
        expiresAt.reserveCapacity(rows)
        latencyMS.reserveCapacity(rows)
        success.reserveCapacity(rows)
        scopes.reserve(rows)
        sourceOffset.reserveCapacity(rows)
        sourceID.reserveCapacity(rows)
        shape.reserveCapacity(rows)
        sourceLength.reserveCapacity(rows)
        for field in EventField.texts { self[field].reserve(rows) }
    }

    /// Makes the columns empty and keeps their memory.
    package mutating func removeAll() {
        count = 0
        ts.removeAll(keepingCapacity: true)
        event.removeAll(keepingCapacity: true)
        expiresAt.removeAll(keepingCapacity: true)
        latencyMS.removeAll(keepingCapacity: true)
        success.removeAll(keepingCapacity: true)
        scopes.removeAll()
        sourceOffset.removeAll(keepingCapacity: true)
        sourceID.removeAll(keepingCapacity: true)
        shape.removeAll(keepingCapacity: true)
        sourceLength.removeAll(keepingCapacity: true)
        shapes = []
        for index in texts.indices { texts[index].removeAll() }
    }

    /// Bytes that the columns hold, about.
    package var memory: Int {
        let texts = texts.reduce(0) { $0 + $1.memory }
        return texts + scopes.memory + ts.capacity * 8 + event.capacity + expiresAt.capacity * 8
            + latencyMS.capacity * 8 + success.capacity
            + (sourceOffset.capacity + sourceID.capacity + shape.capacity + sourceLength.capacity) * 8
    }

    /// The kind of a row.
    package func kind(at row: Int) -> EventKind { EventKind(rawValue: event[row])! }

    /// Only the given rows, in the given order.
    package func gathering(_ rows: [Int]) -> EventColumns {
        var some = EventColumns(count: rows.count, fields: fields)
        if fields.contains(.ts) { some.ts = rows.map { ts[$0] } }
        if fields.contains(.event) { some.event = rows.map { event[$0] } }
        if fields.contains(.expiresAt) { some.expiresAt = rows.map { expiresAt[$0] } }
        if fields.contains(.latencyMS) { some.latencyMS = rows.map { latencyMS[$0] } }
        if fields.contains(.success) { some.success = rows.map { success[$0] } }
        if fields.contains(.scopes) { some.scopes = scopes.gathering(rows) }
        if fields.contains(.sourceOffset) { some.sourceOffset = rows.map { sourceOffset[$0] } }
        if fields.contains(.sourceID) { some.sourceID = rows.map { sourceID[$0] } }
        if fields.contains(.shape) { some.shape = rows.map { shape[$0] } }
        if fields.contains(.sourceLength) { some.sourceLength = rows.map { sourceLength[$0] } }
        some.shapes = shapes
        for field in EventField.texts where fields.contains(field) { some[field] = self[field].gathering(rows) }
        return some
    }

    /// Appends one event given by value. For examples and tests; lines are read by `LineReader`.
    package mutating func append(_ event: Event) {
        count += 1
        ts.append(event.ts)
        self.event.append(event.kind.rawValue)
        expiresAt.append(event.expiresAt ?? Self.noTime)
        latencyMS.append(event.latencyMS ?? .nan)
        success.append(event.success.map { $0 ? 1 : 0 } ?? 2)
        scopes.append(event.scopes)
        sourceOffset.append(event.sourceOffset)
        sourceID.append(event.sourceID)
        shape.append(Self.noShape)
        sourceLength.append(Self.noLength)
        for field in EventField.texts { self[field].append(event.texts[field]) }
    }

    /// One row by value. For reports and tests; hot loops read the columns. Columns that are not filled give nil.
    /// How the line was written is not part of the event.
    package func event(at row: Int) -> Event {
        var event = Event(ts: fields.contains(.ts) ? ts[row] : 0, kind: fields.contains(.event) ? kind(at: row) : .used)
        if fields.contains(.expiresAt), expiresAt[row] != Self.noTime { event.expiresAt = expiresAt[row] }
        if fields.contains(.latencyMS), !latencyMS[row].isNaN { event.latencyMS = latencyMS[row] }
        if fields.contains(.success), success[row] != 2 { event.success = success[row] == 1 }
        if fields.contains(.scopes) { event.scopes = scopes[row] }
        if fields.contains(.sourceOffset) { event.sourceOffset = sourceOffset[row] }
        if fields.contains(.sourceID) { event.sourceID = sourceID[row] }
        for field in EventField.texts where fields.contains(field) && field != .raw {
            event.texts[field] = self[field][row]
        }
        return event
    }
}
