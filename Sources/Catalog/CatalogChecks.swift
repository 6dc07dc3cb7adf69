internal import Columns
internal import Events
internal import Foundation
internal import GRDB
package import Rollups

extension Catalog {
    /// What SQLite itself finds wrong with its file; empty when it is sound.
    package func integrityProblems() throws(CatalogError) -> [String] {
        try read("check the catalog") { db in
            let answers = try String.fetchAll(db, sql: "PRAGMA integrity_check(20)")
            let orphans = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").map { row in
                "a row of \(row["table"] as String) names a \(row["parent"] as String) that is not there"
            }
            return (answers == ["ok"] ? [] : answers) + orphans
        }
    }

    /// Sums that must agree and do not: lines against batches, stored lines against segments, quarantine against rows.
    package func counterProblems() throws(CatalogError) -> [String] {
        try read("add up the counters") { db in
            let sums: [(what: String, left: String, right: String)] = [
                (
                    "lines of all sources and of all batches", "SELECT sum(lines) FROM sources",
                    "SELECT sum(lines) FROM batches"
                ),
                (
                    "stored lines and rows of all segments, with lines that were dropped or lost",
                    "SELECT sum(stored) FROM sources",
                    """
                    SELECT ifnull((SELECT sum(rows) FROM segments), 0)
                        + ifnull((SELECT sum(lines) FROM pruned_spans), 0)
                        + ifnull((SELECT sum(stored) FROM lost_lines), 0)
                    """
                ),
                (
                    "quarantined lines and rows of the quarantine", "SELECT sum(quarantined) FROM sources",
                    """
                    SELECT (SELECT count(*) FROM main.quarantine)
                        + ifnull((SELECT sum(quarantined) FROM lost_lines), 0)
                    """
                ),
            ]
            return try sums.compactMap { sum in
                let left = try Int64.fetchOne(db, sql: sum.left) ?? 0
                let right = try Int64.fetchOne(db, sql: sum.right) ?? 0
                return left == right ? nil : "\(sum.what) differ: \(left) and \(right)"
            }
        }
    }

    /// What differs between the stored rollups of a segment and those counted from its events anew; nil when equal.
    package func rollupFault(of segment: SegmentRecord, _ rollups: SegmentRollups) throws(CatalogError) -> String? {
        try read("compare rollups") { db in
            let use = rollups.tokenUse
            let numbers = try (0..<use.tokens.count).map { place in
                try UInt32.fetchOne(
                    db.cachedStatement(sql: "SELECT token_no FROM tokens WHERE token_id = CAST(? AS TEXT)"),
                    arguments: [Data(use.tokens.slice(at: place))])
            }
            guard !numbers.contains(nil) else { return "uses a token that the catalog does not list" }
            let days = try Self.blocks("token_day_blocks", segment, db).map(TokenDays.init(row:))
            if days != use.numbered(numbers.compactMap(\.self)) {
                return "gives other token_days than the catalog holds"
            }
            let hours = try Self.blocks("ip_hour_blocks", segment, db).map(IPHours.init(row:))
            if hours != rollups.ipHours() { return "gives other ip_hours than the catalog holds" }
            var counts = EventCounts()
            let rows = try Row.fetchAll(
                db, sql: "SELECT day, event, events FROM event_counts WHERE segment_id = ?", arguments: [segment.id])
            for row in rows {
                if let kind = EventKind(name: row["event"]) { counts.add(row["events"], of: kind, on: row["day"]) }
            }
            if counts != rollups.eventCounts { return "gives other counts by day than the catalog holds" }
            return nil
        }
    }

    private static func blocks(_ table: String, _ segment: SegmentRecord, _ db: Database) throws -> [Row] {
        try Row.fetchAll(db, sql: "SELECT * FROM \(table) WHERE segment_id = ? ORDER BY day", arguments: [segment.id])
    }
}
