internal import GRDB
internal import Model

/// Moves quarantined lines from the table of earlier versions, a row for each, into blocks.
///
/// It is one transaction, like each step of the migrations, and holds one block at a time. What is damaged must not
/// look sound in its new place, and must not keep a log from being read on: a row that cannot be read is left out, so
/// that the counters name it, and where the old table was not what its checksum said, neither is the new one.
enum QuarantineMove {
    /// The table of earlier versions.
    static let table = "quarantine"

    static func run(_ db: Database) throws {
        let wasSound = try TableSums.isSound(table, db)
        try db.execute(sql: QuarantineTable.sql)
        try fill(db)
        try db.execute(sql: "DROP TABLE quarantine; DELETE FROM table_sums WHERE name = 'quarantine'")
        try TableSums.add(["quarantine_blocks"], db)
        if !wasSound { try db.execute(sql: "UPDATE table_sums SET sum = sum + 1 WHERE name = 'quarantine_blocks'") }
    }

    private static func fill(_ db: Database) throws {
        var cutter = QuarantineCutter()
        // Its index gives them in this order; sorting them would take room for all.
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT q.*, b.committed_at FROM quarantine AS q LEFT JOIN main.batches AS b USING (batch_id)
                ORDER BY q.source_id, q.source_offset, q.quarantine_id
                """)
        while let row = try rows.next() {
            guard let line = line(row) else { continue }
            if let part = cutter.add(line) { try QuarantineTable.insert(QuarantineBlock(part), db) }
        }
        if let part = cutter.finish() { try QuarantineTable.insert(QuarantineBlock(part), db) }
    }

    private static func line(_ row: Row) -> ReadLine? {
        do {
            let bytes = try row.bytes("bytes")
            let record = QuarantinedLine(
                sourceID: try row.int64("source_id", .number), source: try row.value("source"),
                offset: try row.count("source_offset"), length: try row.count("length"),
                reason: try row.value("reason"), detail: try row.value("detail"), bytes: bytes,
                redacted: try row.value("redacted"))
            return ReadLine(
                record: record, batch: try row.int64("batch_id", .number), readAt: try row.time("committed_at"))
        } catch { return nil }
    }
}
