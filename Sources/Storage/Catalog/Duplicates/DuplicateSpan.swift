internal import GRDB

/// A stretch of a source whose lines were delivered again and are stored where they were read first.
package struct DuplicateSpan: Sendable, Equatable {
    package var sourceID: Int64
    /// Where the first line starts, and where the last one ends, without its newline.
    package var from: Int64
    package var to: Int64
    package var lines: Int64
    /// The source that equal lines are stored of, and where the first of them starts there. As many bytes follow each
    /// other there in the same lines.
    package var originalID: Int64
    package var originalOffset: Int64

    package init(
        sourceID: Int64, from: Int64, to: Int64, lines: Int64 = 1, originalID: Int64, originalOffset: Int64
    ) {
        self.sourceID = sourceID
        self.from = from
        self.to = to
        self.lines = lines
        self.originalID = originalID
        self.originalOffset = originalOffset
    }

    /// Where the last of the stored lines ends.
    package var originalEnd: Int64 { originalOffset + to - from }

    /// Takes in the span behind this one; false if something lies between them, here or there.
    package mutating func join(_ next: DuplicateSpan) -> Bool {
        guard sourceID == next.sourceID, to + 1 == next.from, originalID == next.originalID,
            originalEnd + 1 == next.originalOffset
        else { return false }
        to = next.to
        lines += next.lines
        return true
    }

    /// Whether its numbers can be: what a segment tells is checked where it is read.
    package var isPossible: Bool {
        let counts = [from, to, lines, originalOffset]
        return counts.allSatisfy { (try? CatalogNumber.count.checked($0, "")) != nil } && from < to && lines > 0
            && [sourceID, originalID].allSatisfy { (try? CatalogNumber.number.checked($0, "")) != nil }
    }
}

extension [DuplicateSpan] {
    /// The same lines in as few spans as can be, where one that is told twice counts once. Sorts them first.
    package func joined() -> [DuplicateSpan] {
        var joined: [DuplicateSpan] = []
        for span in sorted(by: { ($0.sourceID, $0.from, $1.to) < ($1.sourceID, $1.from, $0.to) }) {
            guard let last = joined.last else {
                joined.append(span)
                continue
            }
            if last.sourceID == span.sourceID, span.to <= last.to { continue }
            if !joined[joined.count - 1].join(span) { joined.append(span) }
        }
        return joined
    }
}

extension Catalog {
    private static let columns = "source_id, from_offset, to_offset, lines, original_id, original_offset"

    /// Notes spans. Those of one source must follow each other.
    static func insert(_ spans: [DuplicateSpan], areNoted: Bool, _ db: Database) throws {
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO duplicate_spans (\(columns), noted) VALUES (?, ?, ?, ?, ?, ?, ?)
                """)
        var source: Int64?
        for var span in spans {
            if span.sourceID != source, var last = try lastSpan(of: span.sourceID, areNoted, db), last.join(span) {
                // A run of many commits stays one row.
                try db.execute(
                    sql: "DELETE FROM duplicate_spans WHERE source_id = ? AND from_offset = ?",
                    arguments: [last.sourceID, last.from])
                span = last
            }
            source = span.sourceID
            try insert.execute(arguments: [
                span.sourceID, span.from, span.to, span.lines, span.originalID, span.originalOffset, areNoted,
            ])
        }
    }

    /// Only what is noted alike is joined, so that no segment tells of a part of what another one tells.
    private static func lastSpan(of source: Int64, _ isNoted: Bool, _ db: Database) throws -> DuplicateSpan? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT * FROM duplicate_spans WHERE source_id = ? ORDER BY from_offset DESC LIMIT 1
                    """), arguments: [source])
        guard let row, try row.value("noted") as Bool == isNoted else { return nil }
        return try DuplicateSpan(row)
    }

    /// Notes that a segment tells of all spans of some sources.
    static func markNoted(_ sources: [Int64], _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE duplicate_spans SET noted = 1 WHERE source_id = ? AND noted = 0
                """)
        for source in sources { try statement.execute(arguments: [source]) }
    }

    /// The spans that no segment records, at most so many.
    package func unnotedSpans(atMost most: Int) throws(CatalogError) -> [DuplicateSpan] {
        try read("list lines delivered again") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM duplicate_spans WHERE noted = 0 ORDER BY source_id, from_offset LIMIT ?
                    """, arguments: [most]
            ).map(DuplicateSpan.init)
        }
    }

    /// The spans of a source that end behind an offset, in their order, at most so many.
    package func duplicateSpans(
        ofSource id: Int64, behind offset: Int64, atMost most: Int
    ) throws(CatalogError) -> [DuplicateSpan] {
        try read("list lines delivered again") { db in
            // The last one that begins before the offset may reach beyond it.
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM duplicate_spans WHERE source_id = ?1 AND to_offset > ?2 AND from_offset >= ifnull(
                        (SELECT max(from_offset) FROM duplicate_spans WHERE source_id = ?1 AND from_offset <= ?2), 0)
                    ORDER BY from_offset LIMIT ?3
                    """, arguments: [id, offset, most]
            ).map(DuplicateSpan.init)
        }
    }

    /// The sources that have such spans, each with the number of lines in them.
    package func duplicateLines() throws(CatalogError) -> [Int64: Int64] {
        try read("count lines delivered again") { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT source_id, sum(lines) AS lines FROM duplicate_spans GROUP BY source_id")
            return try rows.reduce(into: [:]) { try $0[$1.int64("source_id", .number)] = $1.count("lines") }
        }
    }

    /// Of a source, the lines that are stored as lines of other sources, and were dropped there: where they stand.
    package func prunedDuplicates(ofSource id: Int64) throws(CatalogError) -> [LineSpan] {
        try read("list dropped lines") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT d.source_id, d.from_offset, d.to_offset, d.lines FROM duplicate_spans AS d
                    WHERE d.source_id = ? AND EXISTS (
                        SELECT 1 FROM pruned_spans AS p WHERE p.source_id = d.original_id
                            AND p.from_offset < d.original_offset + d.to_offset - d.from_offset
                            AND p.to_offset > d.original_offset)
                    ORDER BY d.from_offset
                    """, arguments: [id]
            ).map(LineSpan.init)
        }
    }
}

extension DuplicateSpan {
    init(_ row: Row) throws {
        self.init(
            sourceID: try row.int64("source_id", .number), from: try row.count("from_offset"),
            to: try row.count("to_offset"), lines: try row.count("lines"),
            originalID: try row.int64("original_id", .number), originalOffset: try row.count("original_offset"))
    }
}
