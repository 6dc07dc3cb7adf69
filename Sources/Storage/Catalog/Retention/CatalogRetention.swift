internal import Columns
internal import Foundation
internal import GRDB
package import Rollups

/// The file of a segment that no list names any more, and that a reader may still be reading.
package struct RemovedSegment: Sendable, Equatable {
    package var id: Int64
    package var month: Int32
    /// Path below the trail's folder.
    package var file: String
    package var bytes: Int64

    package init(id: Int64, month: Int32, file: String, bytes: Int64) {
        self.id = id
        self.month = month
        self.file = file
        self.bytes = bytes
    }
}

/// Taking segments out of the list.
extension Catalog {
    /// Puts one segment in the place of others with the same events, in one transaction. Their rollups go with them;
    /// their files are noted as removed. It belongs to the last batch whose lines it holds.
    package func replace(
        _ old: [SegmentRecord], with new: SegmentRecord, _ rollups: SegmentRollups, at time: Int64
    ) throws(CatalogError) {
        try write("list a merged segment") { db in
            let batch = try Int64.fetchOne(
                db, sql: "SELECT max(batch_id) FROM main.segments WHERE segment_id IN (\(Self.list(old)))")
            guard let batch else { throw CatalogError.damaged(path: path, reason: "segments to merge are not listed") }
            try Self.remove(old, at: time, db)
            try Self.insert(new, batch, db)
            try Self.insertRollups(new, rollups, Self.numbers(of: rollups.tokenUse, db), db)
            try Self.foldBatches(into: batch, db)
        }
    }

    /// Adds to a batch those before it that nothing names any more, down to the next one that something does: a
    /// collector that commits every second would leave millions of them. No sum changes.
    ///
    /// Quarantined lines know themselves when they were read.
    private static func foldBatches(into batch: Int64, _ db: Database) throws {
        let sql = "SELECT max(batch_id) FROM main.segments WHERE batch_id < ?"
        try foldBatches(after: Int64.fetchOne(db, sql: sql, arguments: [batch]) ?? 0, into: batch, db)
    }

    /// Adds the batch before one that stored nothing to that one, if it stored nothing itself: a log of which no line
    /// is an event has no segments whose merging would do it. The first batch that sent lines to quarantine since
    /// something was stored stays, because its time is when that began.
    static func foldQuietBatch(before batch: Int64, _ db: Database) throws {
        let isFolded = try Bool.fetchOne(
            db,
            sql: """
                SELECT last.stored = 0 AND own.stored = 0
                    AND NOT EXISTS (SELECT 1 FROM main.segments WHERE batch_id = last.batch_id)
                    AND (last.quarantined = 0 OR before.stored = 0 AND before.quarantined > 0)
                FROM main.batches AS own, main.batches AS last, main.batches AS before
                WHERE own.batch_id = ?1
                    AND last.batch_id = (SELECT max(batch_id) FROM main.batches WHERE batch_id < own.batch_id)
                    AND before.batch_id = (SELECT max(batch_id) FROM main.batches WHERE batch_id < last.batch_id)
                """, arguments: [batch])
        guard isFolded == true else { return }
        let sql = """
            SELECT max(batch_id) FROM main.batches
            WHERE batch_id < (SELECT max(batch_id) FROM main.batches WHERE batch_id < ?)
            """
        try foldBatches(after: Int64.fetchOne(db, sql: sql, arguments: [batch]) ?? 0, into: batch, db)
    }

    private static func foldBatches(after first: Int64, into batch: Int64, _ db: Database) throws {
        let sums = [
            "lines", "stored", "quarantined", "skipped", "unmapped", "blank", "duplicate", "flagged", "redacted",
            "bytes_in", "bytes_stored", "segments",
        ]
        let range = "batch_id > ?1 AND batch_id < ?2"
        // What a scheduled run has known of is not late any more.
        try db.execute(
            sql: """
                UPDATE batches SET oldest_event = (
                    SELECT min(oldest_event) FROM main.batches WHERE batch_id > ?1 AND batch_id <= ?2
                        AND batch_id > (SELECT ifnull(max(last_batch), 0) FROM main.runs WHERE is_told)
                ) WHERE batch_id = ?2
                """, arguments: [first, batch])
        try db.execute(
            sql: """
                UPDATE batches SET (\(sums.joined(separator: ", "))) = (
                    SELECT \(sums.map { "sum(\($0))" }.joined(separator: ", ")) FROM main.batches
                    WHERE batch_id > ?1 AND batch_id <= ?2
                ) WHERE batch_id = ?2
                """, arguments: [first, batch])
        try db.execute(sql: "DELETE FROM main.batches WHERE \(range)", arguments: [first, batch])
    }

    /// The files that wait to be removed, by number.
    package func removedSegments() throws(CatalogError) -> [RemovedSegment] {
        try read("list removed segments") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM main.removed_segments ORDER BY segment_id").map { row in
                RemovedSegment(
                    id: try row.int64("segment_id", .number), month: try row.int32("month", .month),
                    file: try row.value("file"), bytes: try row.count("bytes"))
            }
        }
    }

    /// Forgets files that are gone.
    package func forget(_ removed: [RemovedSegment]) throws(CatalogError) {
        try write("forget removed segments") { db in
            let statement = try db.makeStatement(sql: "DELETE FROM main.removed_segments WHERE segment_id = ?")
            for segment in removed { try statement.execute(arguments: [segment.id]) }
        }
    }

    /// The greatest number that a segment ever had, as far as it is known; a number is never given twice, or a reader
    /// with an old list would open a new file.
    package func lastSegmentNumber() throws(CatalogError) -> Int64 {
        try read("find the last number") { db in
            let sql = """
                SELECT max(ifnull((SELECT max(segment_id) FROM main.segments), 0),
                    ifnull((SELECT max(segment_id) FROM main.removed_segments), 0),
                    ifnull((SELECT max(last_segment) FROM main.prunes), 0))
                """
            // The next ones are counted from it.
            return try db.number("segment_id", .number, sql: sql) ?? 0
        }
    }

    static func remove(_ segments: [SegmentRecord], at time: Int64, _ db: Database) throws {
        let note = try db.makeStatement(
            sql: """
                INSERT INTO removed_segments (segment_id, month, file, bytes, removed_at) VALUES (?, ?, ?, ?, ?)
                """)
        let delete = try db.makeStatement(sql: "DELETE FROM main.segments WHERE segment_id = ?")
        for segment in segments {
            try note.execute(arguments: [segment.id, segment.month, segment.file, segment.bytes, time])
            try delete.execute(arguments: [segment.id])
            guard db.changesCount == 1 else {
                throw DatabaseError(message: "segment \(segment.id) is not listed")
            }
        }
    }

    /// The numbers of the tokens that were used, all of which are known.
    static func numbers(of use: TokenUse, _ db: Database) throws -> [UInt32] {
        let statement = try db.cachedStatement(sql: "SELECT token_no FROM main.tokens WHERE token_id = CAST(? AS TEXT)")
        return try (0..<use.tokens.count).map { place in
            let number = try UInt32.fetchOne(statement, arguments: [Data(use.tokens.slice(at: place))])
            guard let number else { throw DatabaseError(message: "a token that was used is not in the table tokens") }
            return number
        }
    }

    private static func list(_ segments: [SegmentRecord]) -> String {
        segments.map { String($0.id) }.joined(separator: ",")
    }
}
