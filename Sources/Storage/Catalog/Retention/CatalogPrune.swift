internal import Foundation
internal import GRDB
package import Rollups

/// A stretch of a source in which lines stand one behind the other, a newline between two of them.
package struct LineSpan: Sendable, Equatable {
    package var sourceID: Int64
    /// Where the first line starts, and where the last one ends, without its newline.
    package var from: Int64
    package var to: Int64
    package var lines: Int64

    package init(sourceID: Int64, from: Int64, to: Int64, lines: Int64) {
        self.sourceID = sourceID
        self.from = from
        self.to = to
        self.lines = lines
    }
}

/// Takes what segments that are to be dropped say and what must be remembered of it, in a database that lives in a
/// temporary file of SQLite's own: reading the segments takes its time, in which others may write to the ledger.
package final class PruneNotes {
    private let database: DatabaseQueue
    private var known = KnownTokens()

    /// Throws `CatalogError`.
    package init() throws {
        // Sources are listed elsewhere.
        database = try DatabaseQueue.scratch(foreignKeys: false)
    }

    /// Notes facts of tokens, in the order in which their lines were read.
    package func add(_ facts: [TokenFact]) throws { try note { try $0.add(facts) } }

    /// Notes the uses of one segment, after its facts.
    package func add(_ uses: TokenUse) throws { try note { try $0.add(uses) } }

    /// Notes where lines stand.
    package func add(_ spans: [LineSpan]) throws { try database.writeScratch { db in try Self.add(spans, db) } }

    private func note(_ body: (TokenNotes) throws -> Void) throws { try TokenNotes.note(in: database, &known, body) }

    /// Adds all notes to those in the catalog.
    fileprivate func write(to db: Database) throws {
        try database.read { notes in
            let upsert = try db.makeStatement(sql: TokenNumbers.upsert("pruned_tokens"))
            let tokens = try Row.fetchCursor(
                notes,
                sql: """
                    SELECT \(TokenRecount.columns) FROM main.tokens ORDER BY token_no
                    """)
            while let row = try tokens.next() {
                _ = try Row.fetchOne(upsert, arguments: StatementArguments(row.databaseValues))
            }
            let spans = try Row.fetchCursor(notes, sql: "SELECT * FROM pruned_spans ORDER BY source_id, from_offset")
            while let row = try spans.next() { try Self.add([LineSpan(row)], db) }
        }
        try joinSpans(db)
    }

    private static func add(_ spans: [LineSpan], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO pruned_spans (source_id, from_offset, to_offset, lines) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET lines = lines + excluded.lines, to_offset = max(to_offset, excluded.to_offset)
                """)
        for span in spans { try statement.execute(arguments: [span.sourceID, span.from, span.to, span.lines]) }
    }

    /// Puts spans that touch each other together.
    private func joinSpans(_ db: Database) throws {
        for source in try Int64.fetchAll(db, sql: "SELECT DISTINCT source_id FROM pruned_spans") {
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM pruned_spans WHERE source_id = ? ORDER BY from_offset", arguments: [source])
            let spans = try rows.map(LineSpan.init).joined()
            guard spans.count < rows.count else { continue }
            try db.execute(sql: "DELETE FROM pruned_spans WHERE source_id = ?", arguments: [source])
            try Self.add(spans, db)
        }
    }
}

extension Catalog {
    /// Drops segments, in one transaction. Their rollups go with them; what was noted of them stays, and so do the
    /// facts of tokens, the counters and checkpoints of sources, quarantine and blank lines. Files are noted as
    /// removed.
    ///
    /// `before` is the month in which the log is to begin.
    package func prune(
        _ segments: [SegmentRecord], before month: Int32, at time: Int64, _ notes: PruneNotes
    ) throws(CatalogError) {
        let last = try lastSegmentNumber()
        try write("drop segments") { db in
            try notes.write(to: db)
            try RetainedTokenDays.keep(of: segments, db)
            try Self.remove(segments, at: time, db)
            try db.execute(
                sql: """
                    INSERT INTO prunes (pruned_at, before, segments, events, bytes, last_segment)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    time, month, segments.count, segments.reduce(0) { $0 + $1.rows },
                    segments.reduce(0) { $0 + $1.bytes }, last,
                ])
        }
    }

    /// Writes the catalog anew, without free pages and what lies in them: after a prune they hold what was dropped.
    /// Takes as much room as the catalog beside it, for a time. False if that cannot be had, or somebody is writing.
    package func clearFreePages() -> Bool {
        do {
            try database.writeWithoutTransaction { db in
                // The copy is made in a file: it is as large as the catalog.
                try db.execute(sql: "PRAGMA temp_store = FILE")
                defer { try? db.execute(sql: "PRAGMA temp_store = MEMORY") }
                try db.execute(sql: "VACUUM")
            }
            return true
        } catch { return false }
    }

    /// How many lines of each source were dropped.
    package func prunedLines() throws(CatalogError) -> [Int64: Int64] {
        try read("count dropped lines") { db in
            let sql = "SELECT source_id, sum(lines) AS lines FROM pruned_spans GROUP BY source_id"
            let rows = try Row.fetchAll(db, sql: sql)
            return try rows.reduce(into: [:]) { try $0[$1.int64("source_id", .number)] = $1.count("lines") }
        }
    }

    /// Where dropped lines of a source stood, by offset.
    package func prunedSpans(ofSource id: Int64) throws(CatalogError) -> [LineSpan] {
        try read("list dropped lines") { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM pruned_spans WHERE source_id = ? ORDER BY from_offset", arguments: [id]
            ).map(LineSpan.init)
        }
    }

    /// The month in which the log begins after what was dropped, and how much that was; nil if nothing ever was.
    package func pruned() throws(CatalogError) -> (before: Int32, at: Int64, segments: Int64, events: Int64)? {
        try read("find what was dropped") { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT max(before) AS before, max(pruned_at) AS at, sum(segments) AS segments, sum(events) AS events
                    FROM main.prunes
                    """)
            guard let row, let before = try row.int64IfAny("before", .month) else { return nil }
            return (Int32(before), try row.time("at"), try row.count("segments"), try row.count("events"))
        }
    }
}

extension LineSpan {
    init(_ row: Row) throws {
        self.init(
            sourceID: try row.int64("source_id", .number), from: try row.count("from_offset"),
            to: try row.count("to_offset"), lines: try row.count("lines"))
    }
}

extension [LineSpan] {
    /// The same lines in as few spans as can be. The spans must be sorted by source and offset.
    package func joined() -> [LineSpan] {
        var joined: [LineSpan] = []
        for span in self {
            if let last = joined.last, last.sourceID == span.sourceID, last.to + 1 == span.from {
                joined[joined.count - 1].to = span.to
                joined[joined.count - 1].lines += span.lines
            } else {
                joined.append(span)
            }
        }
        return joined
    }
}
