internal import Dispatch
package import Events
internal import Parquet
internal import Synchronization

/// A finished segment, still in memory.
package struct SealedSegment: Sendable {
    /// The bytes of the Parquet file, in the parts in which they were made.
    package let parts: [[UInt8]]
    /// The UTC month of all rows, counted from January 1970.
    package let month: Int32
    package let rows: Int
    package let rowGroups: Int
    /// Event time of the first and the last event, microseconds since the epoch; both 0 if there are no rows.
    package let minTS: Int64
    package let maxTS: Int64
    /// Rows of each kind, by `EventKind.rawValue`.
    package let counts: [Int]

    /// How many bytes the file has.
    package var byteCount: Int { parts.reduce(0) { $0 + $1.count } }
    /// The bytes of the file, copied together.
    package var bytes: [UInt8] { Array(parts.joined()) }
}

/// What writing one segment taught about compressing the columns; it saves the next one from trying everything anew.
package struct SegmentHints: Sendable {
    /// By row group, then by column.
    fileprivate var groups: [[CompressionHints]]
}

/// Builds one segment in memory from batches of events of one UTC month.
///
/// Rows of a batch go to the row group of their kind. The columns are encoded and compressed side by side, on as many
/// threads as there are cores; only compressed pages are kept. A writer has one user at a time and may move between
/// threads.
package final class SegmentWriter: @unchecked Sendable {
    /// In the order in which they are started: those that take longest first, so that no core waits for the last one.
    private static let order: [EventField] = {
        let heavy: [EventField] = [
            .eventID, .ip, .extra, .tokenID, .latencyMS, .principal, .userAgent, .scopes, .presented, .tool, .ts,
        ]
        return heavy + EventField.allCases.filter { !heavy.contains($0) }
    }()
    /// Fewer rows are written by one thread: reactivation others would take longer.
    private static let fewRows = 4096

    private let month: Int32
    /// Whether all times are whole milliseconds, as the first batch has it.
    private let isMillis: Bool
    private let groups: [[ColumnWriter]]
    private let encoders: Mutex<[PageEncoder]>
    private var minTS = Int64.max
    private var maxTS = Int64.min
    /// The shapes of all rows; later batches know those of earlier ones too.
    private var shapes: [LineShape] = []
    private var counts = [Int](repeating: 0, count: EventKind.allCases.count)
    /// Rows so far.
    package private(set) var rows = 0

    /// A segment without rows.
    ///
    /// - Parameters:
    ///   - month: the UTC month of all events, counted from January 1970.
    ///   - isMillis: whether the times of all events will be whole milliseconds (`isMillis(_:)`).
    ///   - hints: what the writer of another segment learned.
    package init(month: Int32, isMillis: Bool = false, hints: SegmentHints? = nil) {
        self.month = month
        self.isMillis = isMillis
        encoders = Mutex([])
        groups = SegmentSchema.groups.indices.map { group in
            SegmentSchema.schema(isMillis: isMillis).columns.enumerated().map { place, column in
                let known = hints?.groups[group][place]
                return ColumnWriter(column, pageRows: Limits.rowsPerPage, hints: known ?? CompressionHints())
            }
        }
    }

    /// What this writer learned so far.
    package var hints: SegmentHints { SegmentHints(groups: groups.map { $0.map(\.hints) }) }

    /// Bytes so far, without dictionaries, indexes and footer.
    package var byteCount: Int { groups.joined().reduce(0) { $0 + $1.byteCount } }

    /// Whether the times of a batch are whole milliseconds, as nearly all producers write them.
    package static func isMillis(_ events: EventColumns) -> Bool {
        events.ts.allSatisfy { $0 % 1000 == 0 }
            && events.expiresAt.allSatisfy { $0 == EventColumns.noTime || $0 % 1000 == 0 }
    }

    /// Whether a batch can be added: there is room, and its times are no finer than those before.
    package func canAdd(_ events: EventColumns) -> Bool {
        rows + events.count <= Limits.rowsPerSegment && (!isMillis || Self.isMillis(events))
    }

    /// Adds a batch: all fields filled, all events in the segment's month. Pages end where batches end, so batches
    /// should be large. `alongside` runs at the same time as the columns are written.
    ///
    /// After an error the writer must not be used again.
    package func add(_ events: EventColumns, alongside: @Sendable () -> Void = {}) throws(SegmentError) {
        guard events.count > 0 else { return }
        try check(events)
        let parts = SegmentSchema.split(events)
        let fields = Self.order
        try each(parts.count * fields.count + 1, isSmall: events.count < Self.fewRows) {
            [groups] task, encoder throws(ParquetError) in
            if task == 0 { return alongside() }
            let part = parts[(task - 1) / fields.count], field = fields[(task - 1) % fields.count]
            let writer = groups[part.group][SegmentSchema.index(field)]
            let own = part.rows.map { events.only(EventFields(field)).gathering($0) } ?? events
            try writer.add(Self.data(field, of: own), in: encoder)
        }
        for kind in events.event { counts[Int(kind)] += 1 }
        rows += events.count
        if events.shapes.count >= shapes.count { shapes = events.shapes }
    }

    /// Ends the segment; `metadata` goes into the file after the format entry. The writer is used up.
    package func finish(metadata: [(key: String, value: String)] = []) throws(SegmentError) -> SealedSegment {
        let width = SegmentSchema.schema(isMillis: isMillis).columns.count
        let finished = Mutex<[FinishedChunk?]>([FinishedChunk?](repeating: nil, count: groups.count * width))
        try each(groups.count * width, isSmall: rows < Self.fewRows) { [groups] task, encoder throws(ParquetError) in
            let chunk = try groups[task / width][task % width].finish(in: encoder)
            finished.withLock { $0[task] = chunk }
        }
        let chunks = finished.withLock { $0.compactMap(\.self) }
        let shapes = self.shapes.enumerated().map { (key: SegmentSchema.shapeKey + String($0), value: $1.text) }
        let entries = [(key: SegmentSchema.formatKey, value: SegmentSchema.format)] + shapes + metadata
        var file = ParquetWriter(schema: SegmentSchema.schema(isMillis: isMillis), createdBy: "authtrail")
        do throws(ParquetError) {
            for group in groups.indices { try file.addRowGroup(Array(chunks[group * width..<(group + 1) * width])) }
        } catch { throw .parquet(error) }
        let rowGroups = file.rowGroupCount
        return SealedSegment(
            parts: file.finishParts(metadata: entries), month: month, rows: rows, rowGroups: rowGroups,
            minTS: rows == 0 ? 0 : minTS, maxTS: rows == 0 ? 0 : maxTS, counts: counts)
    }

    /// Runs some tasks side by side, each with a encoder of its own for the time it takes. The first error is thrown.
    private func each(
        _ count: Int, isSmall: Bool, _ task: @Sendable (Int, PageEncoder) throws(ParquetError) -> Void
    ) throws(SegmentError) {
        let failure = Mutex<ParquetError?>(nil)
        let run: @Sendable (Int) -> Void = { [self] number in
            let encoder = encoders.withLock { $0.popLast() } ?? PageEncoder()
            defer { encoders.withLock { $0.append(encoder) } }
            do throws(ParquetError) { try task(number, encoder) } catch { failure.withLock { $0 = $0 ?? error } }
        }
        withoutActuallyEscaping(run) { run in
            if isSmall {
                for number in 0..<count { run(number) }
            } else {
                DispatchQueue.concurrentPerform(iterations: count, execute: run)
            }
        }
        if let error = failure.withLock({ $0 }) { throw .parquet(error) }
    }

    private func check(_ events: EventColumns) throws(SegmentError) {
        guard rows + events.count <= Limits.rowsPerSegment else {
            throw .cannotAdd(reason: "\(rows + events.count) rows; at most \(Limits.rowsPerSegment) fit a segment")
        }
        guard events.fields == .all else {
            throw .cannotAdd(reason: "the batch lacks some columns; a segment holds all of them")
        }
        for time in events.ts {
            minTS = min(minTS, time)
            maxTS = max(maxTS, time)
        }
        for time in [minTS, maxTS] where Timestamp.month(of: time) != month {
            let (got, want) = (Timestamp.text(time), Timestamp.monthText(month))
            throw .cannotAdd(reason: "an event of \(got) in the segment of \(want); give each month its own segment")
        }
    }

    private static func data(_ field: EventField, of events: EventColumns) -> ColumnData {
        switch field {
        case .ts: .int64(events.ts, none: nil)
        case .event: .words(events.event, names: EventKind.allCases.map(\.name))
        case .scopes: .textList(events.scopes)
        case .expiresAt: .int64(events.expiresAt, none: EventColumns.noTime)
        case .latencyMS: .double(events.latencyMS)
        case .success: .boolean(events.success)
        case .sourceOffset: .int64(events.sourceOffset, none: nil)
        case .sourceID: .int64(events.sourceID, none: nil)
        case .shape: .int64(events.shape, none: nil)
        case .sourceLength: .int64(events.sourceLength, none: EventColumns.noLength)
        default: .text(events[field])
        }
    }
}
