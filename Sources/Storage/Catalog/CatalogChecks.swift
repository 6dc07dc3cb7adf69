internal import Columns
internal import Events
internal import Foundation
internal import GRDB
package import Rollups

extension Catalog {
    /// What SQLite itself finds wrong with its file; empty when it is sound.
    package func integrityProblems() throws(CatalogError) -> [String] {
        try read("check the catalog") { db in
            let answers = try Self.integrity(of: "main", atMost: 20, db)
            let orphans = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
                let (table, parent): (String, String) = (try row.value("table"), try row.value("parent"))
                return "a row of \(table) names a \(parent) that is not there"
            }
            return answers + orphans
        }
    }

    /// What SQLite finds wrong with a database. Throws if a part of it could not be read: SQLite counts it as damaged.
    static func integrity(of database: String, atMost most: Int, _ db: Database) throws -> [String] {
        _ = SystemCalls.takeFailure()
        let answers = try String.fetchAll(db, sql: "PRAGMA \(database).integrity_check(\(most))")
        guard SystemCalls.takeFailure() == nil else { throw DatabaseError(resultCode: .SQLITE_IOERR_READ) }
        return answers == ["ok"] ? [] : answers
    }

    /// The tables whose rows are not those that were written.
    package func sumProblems() throws(CatalogError) -> [(table: String, what: String)] {
        try read("check the tables") { db in try TableSums.problems(db) }
    }

    /// Sums that must agree and do not: lines of sources against batches, and lines that stand in the catalog against
    /// its rows.
    package func counterProblems() throws(CatalogError) -> [String] {
        try read("add up the counters") { db in
            let left = try db.number("lines", .count, sql: "SELECT sum(lines) FROM main.sources") ?? 0
            let right = try db.number("lines", .count, sql: "SELECT sum(lines) FROM main.batches") ?? 0
            var problems = left == right ? [] : ["all sources have \(left) lines, all batches \(right)"]
            problems += try Self.miscounts("quarantined", in: "main.quarantine_blocks", each: "sum(lines)", db)
            // Of records that mappings read, it is only counted how many were delivered again.
            problems += try Self.miscounts(
                "duplicate", in: "main.duplicate_spans", each: "sum(lines)", of: "s.mapping IS NULL", db)
            return problems
        }
    }

    /// The blocks of quarantine that cannot be read, and the numbers of their sources.
    package func quarantineProblems() throws(CatalogError) -> [(sourceID: Int64, what: String)] {
        try read("check the quarantine") { db in
            var problems: [(sourceID: Int64, what: String)] = []
            let rows = try Row.fetchCursor(db, sql: "SELECT * FROM quarantine_blocks ORDER BY source_id, first_offset")
            while let row = try rows.next() {
                do {
                    let block = try QuarantineBlock(row)
                    _ = try block.texts(block.heads())
                } catch let error as DatabaseError { throw error } catch {
                    problems.append((try row.int64("source_id", .number), Self.sentence(error, row)))
                }
            }
            return problems
        }
    }

    private static func sentence(_ error: any Error, _ row: Row) -> String {
        if let error = error as? DamagedQuarantine { return error.description }
        let number = (try? row.int64("block_id", .number)).map { " \($0)" } ?? ""
        return "the block of quarantined lines\(number) cannot be read: \(error)"
    }

    /// The sources that count other lines of a sort than a table has of them.
    private static func miscounts(
        _ sort: String, in table: String, each: String, of sources: String = "true", _ db: Database
    ) throws -> [String] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT s.path, s.\(sort) AS counted, ifnull(t.found, 0) + ifnull(l.\(sort), 0) AS found
                FROM main.sources AS s
                LEFT JOIN (SELECT source_id, \(each) AS found FROM \(table) GROUP BY 1) AS t USING (source_id)
                LEFT JOIN lost_lines AS l USING (source_id)
                WHERE s.\(sort) <> ifnull(t.found, 0) + ifnull(l.\(sort), 0) AND \(sources)
                """)
        return try rows.map { row in
            let name: String = try row.value("path")
            let (counted, found): (Int64, Int64) = (try row.value("counted"), try row.value("found"))
            return "\(name) counts \(counted) \(sort) lines; \(found) are there"
        }
    }

    /// Calls `body` with each line that stands in the catalog: quarantined ones, blank ones that are not empty, and
    /// stretches of dropped ones and of those that were delivered again, in no order; of all sources or of one. Blocks
    /// that cannot be read are passed over: `quarantineProblems` names them.
    package func eachKeptLine(ofSource id: Int64? = nil, _ body: (LineSpan, KeptLine) throws -> Void) throws {
        try read("read lines") { db in
            let blocks = try Row.fetchCursor(
                db, sql: "SELECT * FROM quarantine_blocks WHERE source_id = ifnull(?, source_id)", arguments: [id])
            while let row = try blocks.next() {
                do {
                    let block = try QuarantineBlock(row)
                    try Self.eachLine(of: block.heads(), ofSource: block.sourceID, body)
                } catch is DamagedQuarantine { continue }
            }
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT source_id, source_offset AS from_offset, source_offset + length(bytes) AS to_offset,
                        1 AS lines, 1 + (bytes = x'0D') AS kind
                    FROM blank_lines WHERE source_id = ifnull(?1, source_id)
                    UNION ALL SELECT source_id, from_offset, to_offset, lines, 3 FROM pruned_spans
                    WHERE source_id = ifnull(?1, source_id)
                    UNION ALL SELECT source_id, from_offset, to_offset, lines, 5 FROM duplicate_spans
                    WHERE source_id = ifnull(?1, source_id)
                    """, arguments: [id])
            while let row = try rows.next() {
                try body(LineSpan(row), KeptLine(rawValue: try row.value("kind")) ?? .pruned)
            }
        }
    }

    private static func eachLine(
        of heads: QuarantineHeads, ofSource id: Int64, _ body: (LineSpan, KeptLine) throws -> Void
    ) throws {
        for line in 0..<heads.count {
            let reason = QuarantineReason(rawValue: heads.reason(line))
            // Zero bytes without a newline end with the last of them, as others do with their newline.
            let isOpen = reason == .nulBytes && heads.detail(line) == nil
            let from = heads.offsets[line]
            let span = LineSpan(sourceID: id, from: from, to: from + heads.lengths[line] - (isOpen ? 1 : 0), lines: 1)
            try body(span, reason == .unterminated ? .unterminated : .quarantined)
        }
    }

    /// What `kept_token_days` says otherwise than `pruned_tokens`; nil when they agree.
    package func keptDaysFault() throws(CatalogError) -> String? {
        try read("compare kept days") { db in
            let wanted = try RetainedTokenDays.blocks(from: db)
            let last = try db.lastToken()
            let got = try Row.fetchAll(db, sql: "SELECT * FROM kept_token_days ORDER BY day").map {
                try TokenDays(row: $0, lastToken: last)
            }
            return got == wanted ? nil : "kept_token_days are not those of pruned_tokens"
        }
    }

    /// What differs between the stored rollups of a segment and those counted from its events anew; nil when equal.
    package func rollupFault(of segment: SegmentRecord, _ rollups: SegmentRollups) throws(CatalogError) -> String? {
        try read("compare rollups") { db in
            let use = rollups.tokenUse
            let numbers = try (0..<use.tokens.count).map { place in
                try UInt32.fetchOne(
                    db.cachedStatement(sql: "SELECT token_no FROM main.tokens WHERE token_id = CAST(? AS TEXT)"),
                    arguments: [Data(use.tokens.slice(at: place))])
            }
            guard !numbers.contains(nil) else { return "uses a token that the catalog does not list" }
            let last = try db.lastToken()
            let days = try Self.blocks("token_day_blocks", segment, db).map { try TokenDays(row: $0, lastToken: last) }
            if days != use.numbered(numbers.compactMap(\.self)) {
                return "gives other token_days than the catalog holds"
            }
            guard try Self.holds(rollups.ipHours(), segment, db) else {
                return "gives other ip_hours than the catalog holds"
            }
            // Segments of older versions have none.
            let who = try Row.fetchOne(
                db,
                sql: "SELECT min_ts, block FROM principal_day_blocks JOIN main.segments USING (segment_id) "
                    + "WHERE segment_id = ?", arguments: [segment.id])
            if let who, try PrincipalDays(row: who) != rollups.principalDays() {
                return "gives other principal_days than the catalog holds"
            }
            var counts = EventCounts()
            let rows = try Row.fetchAll(
                db, sql: "SELECT day, event, events FROM event_counts WHERE segment_id = ?", arguments: [segment.id])
            for row in rows {
                if let kind = EventKind(name: try row.value("event")) {
                    counts.add(try row.count("events"), of: kind, on: try row.int32("day", .day))
                }
            }
            if counts != rollups.eventCounts { return "gives other counts by day than the catalog holds" }
            return nil
        }
    }

    /// Whether the blocks of a segment are these; one is held at a time, as in a flood one is large.
    private static func holds(_ wanted: [IPHours], _ segment: SegmentRecord, _ db: Database) throws -> Bool {
        let rows = try Row.fetchCursor(
            db, sql: "SELECT * FROM ip_hour_blocks WHERE segment_id = ? ORDER BY day", arguments: [segment.id])
        var next = 0
        while let row = try rows.next() {
            guard next < wanted.count, try IPHours(row: row) == wanted[next] else { return false }
            next += 1
        }
        return next == wanted.count
    }

    private static func blocks(_ table: String, _ segment: SegmentRecord, _ db: Database) throws -> [Row] {
        try Row.fetchAll(db, sql: "SELECT * FROM \(table) WHERE segment_id = ? ORDER BY day", arguments: [segment.id])
    }
}

/// What kind of line stands in the catalog.
package enum KeptLine: Int, Sendable {
    case quarantined, blank
    /// A carriage return alone, which may stand behind a line that was stored before its end came.
    case loneReturn
    case pruned
    /// A quarantined line that is cut off, which may have been taken before the rest of it came.
    case unterminated
    /// Stored where it was read first.
    case duplicate
}
