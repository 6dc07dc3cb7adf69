package import Events
package import Parquet

/// A finished segment, still in memory.
package struct SealedSegment: Sendable {
    /// The bytes of the Parquet file.
    package let bytes: [UInt8]
    /// The UTC day of all rows, counted from the epoch.
    package let day: Int32
    package let rows: Int
    package let rowGroups: Int
    /// Event time of the first and the last event, microseconds since the epoch; both 0 if there are no rows.
    package let minTS: Int64
    package let maxTS: Int64
    /// Rows of each kind, by `EventKind.rawValue`.
    package let counts: [Int]
}

/// Builds one segment in memory from batches of events of one UTC day.
///
/// A writer belongs to one thread at a time and may move between threads.
package struct SegmentWriter: ~Copyable, Sendable {
    private let day: Int32
    private var parquet: ParquetWriter
    private var minTS = Int64.max
    private var maxTS = Int64.min
    private var counts = [Int](repeating: 0, count: EventKind.allCases.count)
    /// Rows so far.
    package private(set) var rows = 0

    /// A segment without rows.
    ///
    /// - Parameters:
    ///   - day: the UTC day of all events, counted from the epoch.
    ///   - level: zlib's compression level, 1 to 9.
    ///   - experience: what the writer of another segment learned about compressing the columns.
    package init(day: Int32, level: Int = Limits.compressionLevel, experience: WritingExperience? = nil) {
        self.day = day
        parquet = ParquetWriter(
            schema: SegmentSchema.schema, createdBy: "authtrail", level: level, pageRows: Limits.rowsPerPage,
            experience: experience)
    }

    /// What this writer learned so far.
    package var experience: WritingExperience { parquet.experience }

    /// Bytes so far, without indexes and footer.
    package var byteCount: Int { parquet.byteCount }

    /// Adds a batch as one row group: all fields filled, at most `Limits.rowsPerGroup` rows, all on the segment's day.
    ///
    /// After an error the writer must not be used again.
    package mutating func add(_ events: EventColumns) throws(SegmentError) {
        guard events.count > 0 else { return }
        try check(events)
        let columns = EventField.allCases.map { Self.data($0, of: events) }
        do throws(ParquetError) { try parquet.addRowGroup(columns) } catch { throw .parquet(error) }
        for kind in events.event { counts[Int(kind)] += 1 }
        rows += events.count
    }

    /// Ends the segment; `metadata` goes into the file after the format entry. The writer is used up.
    package consuming func finish(metadata: [(key: String, value: String)] = []) -> SealedSegment {
        let rowGroups = parquet.rowCounts.count
        let entries = [(key: SegmentSchema.formatKey, value: SegmentSchema.format)] + metadata
        let isEmpty = rows == 0
        let (day, rows, counts) = (day, rows, counts)
        let span = isEmpty ? (0, 0) : (minTS, maxTS)
        return SealedSegment(
            bytes: parquet.finish(metadata: entries), day: day, rows: rows, rowGroups: rowGroups, minTS: span.0,
            maxTS: span.1, counts: counts)
    }

    private mutating func check(_ events: EventColumns) throws(SegmentError) {
        guard events.count <= Limits.rowsPerGroup else {
            throw .cannotAdd(reason: "\(events.count) rows in a batch; at most \(Limits.rowsPerGroup) fit a row group")
        }
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
        for time in [minTS, maxTS] where Timestamp.day(of: time) != day {
            let (got, want) = (Timestamp.text(time), Timestamp.dayText(day))
            throw .cannotAdd(reason: "an event of \(got) in the segment of \(want); give each day its own segment")
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
        case .shape: .int64(events.shape, none: nil)
        default: .text(events[field])
        }
    }
}
