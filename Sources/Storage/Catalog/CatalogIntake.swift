internal import GRDB

/// What came of the lines that were read, whenever that was.
package struct IntakeRecord: Sendable, Equatable {
    /// Lines that were ever read, and events that were ever stored.
    package var lines: Int64 = 0
    package var stored: Int64 = 0
    /// Lines that went to quarantine since anything was stored last, and when the first of them was read, microseconds
    /// since the epoch.
    package var quarantinedSinceStored: Int64 = 0
    package var quarantineBegan: Int64?
    /// Path of the source that has most of them.
    package var quarantinedSource: String?
}

extension Catalog {
    /// The findings of a detector that are open.
    package func openEntries(ofDetector detector: String) throws(CatalogError) -> [LedgerEntry] {
        try read("read findings") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(LedgerEntry.columns) FROM main.findings WHERE detector = ? AND status = 'open'
                    ORDER BY finding_id
                    """,
                arguments: [detector]
            ).map(LedgerEntry.init)
        }
    }

    /// Whether a scheduled run has looked at a time.
    package func hasScheduledRun(over time: Int64) throws(CatalogError) -> Bool {
        try read("read runs") { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM main.runs WHERE is_told AND window_from <= ?1 AND as_of > ?1)",
                arguments: [time]) ?? false
        }
    }

    /// What came of the lines that were read.
    package func intake() throws(CatalogError) -> IntakeRecord {
        try read("add up batches") { db in
            var intake = IntakeRecord()
            // Merging batches adds them up, so that the last one with events stays the last one.
            let since =
                try Int64.fetchOne(
                    db, sql: "SELECT max(batch_id) FROM main.batches WHERE stored + duplicate > 0") ?? 0
            let sums = try Row.fetchOne(
                db,
                sql: """
                    SELECT ifnull(sum(lines), 0) AS lines, ifnull(sum(stored), 0) AS stored,
                        ifnull(sum(quarantined) FILTER (WHERE batch_id > ?1), 0) AS quarantined,
                        min(committed_at) FILTER (WHERE batch_id > ?1 AND quarantined > 0) AS began
                    FROM main.batches
                    """, arguments: [since])
            guard let sums else { return intake }
            intake.lines = try sums.value("lines")
            intake.stored = try sums.value("stored")
            intake.quarantinedSinceStored = try sums.value("quarantined")
            intake.quarantineBegan = try sums.value("began")
            guard intake.quarantinedSinceStored > 0 else { return intake }
            intake.quarantinedSource = try Self.mostQuarantined(since, db)
            return intake
        }
    }

    /// The path of the source that has most of the lines that went to quarantine after a batch. A block may have lines
    /// of that batch, too.
    private static func mostQuarantined(_ since: Int64, _ db: Database) throws -> String? {
        var lines: [Int64: Int] = [:]
        try QuarantineTable.each("WHERE last_batch > ?", [since], db) { block in
            lines[block.sourceID, default: 0] += try block.heads().batches.count { $0 > since }
        }
        let most = lines.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        return try String.fetchOne(db, sql: "SELECT path FROM main.sources WHERE source_id = ?", arguments: [most])
    }
}
