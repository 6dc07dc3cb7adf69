internal import Foundation
internal import GRDB
package import Rollups

/// Lines of one source that a rebuild could not bring back.
package struct LostLines: Sendable, Equatable {
    package var sourceID: Int64
    /// All of them lie before this offset.
    package var before: Int64
    /// Lines of segments that could not be read.
    package var stored: Int64 = 0
    /// Lines that only the catalog had.
    package var quarantined: Int64 = 0
    package var blank: Int64 = 0
    /// Lines that were delivered again, of which nothing tells any more where they stand.
    package var duplicate: Int64 = 0
    /// It is not known which file the source is.
    package var isUnplaced = false

    package init(sourceID: Int64, before: Int64) {
        self.sourceID = sourceID
        self.before = before
    }

    package var isEmpty: Bool { stored == 0 && quarantined == 0 && blank == 0 && duplicate == 0 && !isUnplaced }
}

/// Filling a new, empty catalog from segments.
extension Catalog {
    /// The batch that all segments of a rebuilt catalog belong to.
    private static let batch: Int64 = 1

    /// Begins a rebuild: takes over what the `PrunedFile` knows, if there is one. Returns the numbers of segments whose
    /// files count no more, and the sources as they stood at the last prune.
    package func beginRebuild(pruned file: String?) throws(CatalogError) -> (dead: [Int64], sources: [SourceRecord]) {
        try unsynced()
        try write("begin a rebuild") { db in
            try db.execute(
                sql: """
                    INSERT INTO batches (batch_id, committed_at, lines, stored, quarantined, blank, flagged, bytes_in,
                        bytes_stored, segments) VALUES (\(Self.batch), 0, 0, 0, 0, 0, 0, 0, 0, 0)
                    """)
        }
        guard let file else { return ([], []) }
        do {
            return try attached(file) { db in
                let problems = try Self.integrity(of: "kept", atMost: 3, db)
                guard problems.isEmpty else {
                    throw CatalogError.damaged(path: file, reason: problems.joined(separator: "; "))
                }
                if let table = try TableSums.problem(ofCopy: "kept", db) {
                    throw CatalogError.damaged(path: file, reason: "\(table) holds a row that is not what was written")
                }
                try db.inTransaction {
                    try db.execute(
                        sql: """
                            INSERT INTO prunes SELECT * FROM kept.prunes;
                            INSERT INTO pruned_tokens SELECT * FROM kept.pruned_tokens;
                            INSERT INTO tokens SELECT token_no, token_id, kind, principal, scopes, issued_at, issued_by,
                                expires_at, revoked_at, superseded_at, superseded_by, first_use, last_use, uses
                                FROM main.pruned_tokens ORDER BY token_no;
                            """)
                    return .commit
                }
                let dead = try Int64.fetchAll(db, sql: "SELECT segment_id FROM kept.removed_segments")
                let sources = try Row.fetchAll(db, sql: "SELECT * FROM kept.sources").map(SourceRecord.init)
                return (dead, sources)
            }
        } catch { throw CatalogError(error, "read", file) }
    }

    /// Lists a segment, in one transaction: `read` notes the facts of its tokens and gives its record and its rollups.
    /// What `read` throws is thrown, and nothing of the segment is there then.
    package func restore(
        known: inout KnownTokens,
        _ read: (TokenNotes) throws -> (record: SegmentRecord, rollups: SegmentRollups)
    ) throws {
        let before = known
        // Held by the notes alone, so that it is changed in place.
        known = KnownTokens()
        var failure: (any Error)?
        do {
            known = try write("list a segment again") { db in
                let notes = TokenNotes(db, table: "tokens", known: before)
                do {
                    let (record, rollups) = try read(notes)
                    try Self.insert(record, Self.batch, db)
                    try Self.insertRollups(record, rollups, notes.add(rollups.tokenUse), db)
                } catch {
                    failure = error
                    throw error
                }
                return notes.known
            }
        } catch { throw failure ?? error }
    }

    /// Ends a rebuild: sources, lines that were delivered again, lines that are lost, files that count no more.
    package func finishRebuild(
        _ sources: [SourceRecord], _ duplicates: [DuplicateSpan], lost: [LostLines], removed: [RemovedSegment],
        pruned file: String?, at time: Int64
    ) throws(CatalogError) {
        try write("end a rebuild") { db in
            for source in sources { try Self.save(source, db) }
            try Self.insert(duplicates, areNoted: true, db)
            for lines in lost where !lines.isEmpty {
                try db.execute(
                    sql: "INSERT INTO lost_lines VALUES (?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        lines.sourceID, lines.before, lines.stored, lines.quarantined, lines.blank, lines.isUnplaced,
                        lines.duplicate,
                    ])
            }
            for segment in removed {
                try db.execute(
                    sql: "INSERT INTO removed_segments VALUES (?, ?, ?, ?, ?)",
                    arguments: [segment.id, segment.month, segment.file, segment.bytes, time])
            }
            try db.execute(
                sql: """
                    UPDATE batches SET committed_at = ?, (lines, stored, quarantined, blank, duplicate, flagged) =
                        (SELECT ifnull(sum(lines), 0), ifnull(sum(stored), 0), ifnull(sum(quarantined), 0),
                            ifnull(sum(blank), 0), ifnull(sum(duplicate), 0), ifnull(sum(flagged), 0)
                        FROM main.sources),
                        (bytes_stored, segments) = (SELECT ifnull(sum(bytes), 0), count(*) FROM main.segments)
                    """, arguments: [time])
            try RetainedTokenDays.write(RetainedTokenDays.blocks(from: db), db)
        }
        guard let file else { return }
        do {
            try attached(file) { db in
                try db.execute(sql: "INSERT INTO pruned_spans SELECT * FROM kept.pruned_spans")
            }
        } catch { throw CatalogError(error, "read", file) }
    }

    /// Lines that rebuilds could not bring back, by source.
    package func lostLines() throws(CatalogError) -> [LostLines] {
        try read("list lost lines") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM lost_lines ORDER BY source_id").map { row in
                var lines = LostLines(sourceID: try row.int64("source_id", .number), before: try row.count("before"))
                lines.stored = try row.count("stored")
                lines.quarantined = try row.count("quarantined")
                lines.blank = try row.count("blank")
                lines.duplicate = try row.count("duplicate")
                lines.isUnplaced = try row.value("unplaced")
                return lines
            }
        }
    }

    /// What is written is not yet true: it becomes so with the file's name.
    private func unsynced() throws(CatalogError) {
        do {
            try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = OFF") }
        } catch { throw CatalogError(error, "begin a rebuild", path) }
    }

    private func attached<Value>(_ file: String, _ body: (Database) throws -> Value) throws -> Value {
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "ATTACH ? AS kept", arguments: [file])
            defer { try? db.execute(sql: "DETACH kept") }
            return try body(db)
        }
    }
}
