package import Events
internal import Foundation
internal import GRDB
package import Rollups

/// What detection and reports ask of the rollups.
extension Catalog {
    // Of dropped months the last day of each token is kept, so that it is known how long the token slept.

    /// The uses by token of one UTC day, one piece for each segment.
    package func tokenDays(on day: Int32) throws(CatalogError) -> [TokenDays] {
        try read("read token_days") { db in
            let last = try db.lastToken()
            return try Row.fetchAll(
                db.cachedStatement(sql: Self.blocksOfDay), arguments: [day]
            ).map { try TokenDays(row: $0, lastToken: last) }
        }
    }

    /// The tokens used on each of some UTC days, from the last day to the first, a set for each segment. `body` says
    /// whether it wants more.
    package func tokensUsed(
        on days: ClosedRange<Int32>, newestFirst body: (Int32, TokenSet) throws -> Bool
    ) throws(CatalogError) {
        try read("read token_days") { db in
            let last = try db.lastToken()
            let rows = try Row.fetchCursor(
                db.cachedStatement(sql: Self.setsBack), arguments: [days.lowerBound, days.upperBound])
            while let row = try rows.next() {
                let day = try row.int32("day", .day)
                let tokens = try TokenSet(day: day, encoded: row.bytes("tokens"))
                guard tokens.last ?? 0 <= last else { throw DamagedRollup(name: "token_days", day: day) }
                guard try body(day, tokens) else { return }
            }
        }
    }

    private static let blocksOfDay = """
        SELECT 0 AS segment_id, day, tokens, times FROM kept_token_days WHERE day = ?1
        UNION ALL SELECT segment_id, day, tokens, times FROM token_day_blocks WHERE day = ?1 ORDER BY segment_id
        """
    private static let setsBack = """
        SELECT day, tokens FROM token_day_blocks WHERE day BETWEEN ?1 AND ?2
        UNION ALL SELECT day, tokens FROM kept_token_days WHERE day BETWEEN ?1 AND ?2 ORDER BY day DESC
        """

    /// The failures by address and hour of one UTC day, one piece for each segment.
    package func ipHours(on day: Int32) throws(CatalogError) -> [IPHours] {
        try read("read ip_hours") { db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT * FROM ip_hour_blocks WHERE day = ? ORDER BY segment_id"),
                arguments: [day]
            ).map(IPHours.init(row:))
        }
    }

    /// Who was let in from where with what in the months that some days lie in, a piece for each segment. False, and
    /// nothing of it is told, if a segment with events of these days has no such rollup, as those of older versions.
    package func principalDays(
        in days: ClosedRange<Int32>, _ body: (PrincipalDays) throws -> Void
    ) throws(CatalogError) -> Bool {
        try read("read principal_days") { db in
            let span: StatementArguments = [
                Timestamp.start(ofDay: days.lowerBound), Timestamp.start(ofDay: days.upperBound).plus(Timestamp.day),
            ]
            let segments =
                "FROM main.segments LEFT JOIN principal_day_blocks USING (segment_id) "
                + "WHERE max_ts >= ?1 AND min_ts < ?2"
            let isWhole = try Bool.fetchOne(
                db, sql: "SELECT NOT EXISTS (SELECT 1 \(segments) AND block IS NULL)", arguments: span)
            guard isWhole == true else { return false }
            let rows = try Row.fetchCursor(
                db, sql: "SELECT min_ts, block \(segments) ORDER BY segment_id", arguments: span)
            while let row = try rows.next() { try body(PrincipalDays(row: row)) }
            return true
        }
    }

    /// The latest use of a token on a day before the given one.
    package func lastUse(ofToken number: UInt32, beforeDay day: Int32) throws(CatalogError) -> Int64? {
        var found: Int32?
        guard day > .min else { return nil }
        try tokensUsed(on: .min...(day - 1)) { day, tokens in
            if tokens.contains(number) { found = day }
            return found == nil
        }
        guard let found else { return nil }
        return try tokenDays(on: found).compactMap { piece in piece.place(of: number).map { piece.last[$0] } }.max()
    }

    /// The UTC days on which tokens were used, ascending.
    package func daysWithUses() throws(CatalogError) -> [Int32] {
        try read("list days") { db in
            try db.days(
                sql: """
                    SELECT day FROM token_day_blocks UNION SELECT day FROM kept_token_days ORDER BY day
                    """)
        }
    }

    /// The UTC days of a span on which there is any event, ascending.
    package func daysWithEvents(in days: ClosedRange<Int32>) throws(CatalogError) -> [Int32] {
        try read("list days") { db in
            try db.days(
                sql: "SELECT DISTINCT day FROM event_counts WHERE day BETWEEN ? AND ? ORDER BY day",
                arguments: [days.lowerBound, days.upperBound])
        }
    }

    /// How many events of some kinds each UTC day has, ascending; days without any are left out.
    package func eventsByDay(of kinds: EventKinds) throws(CatalogError) -> [(day: Int32, events: Int64)] {
        try read("count the events of days") { db in
            let names = EventKind.allCases.filter(kinds.contains).map { "'\($0.name)'" }.joined(separator: ", ")
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT day, sum(events) AS events FROM event_counts WHERE event IN (\(names))
                    GROUP BY day ORDER BY day
                    """
            ).map { try ($0.int32("day", .day), $0.count("events")) }
        }
    }

    /// The UTC days with failures, ascending.
    package func daysWithFailures() throws(CatalogError) -> [Int32] {
        try read("list days") { db in
            try db.days(sql: "SELECT DISTINCT day FROM ip_hour_blocks ORDER BY day")
        }
    }
}

extension Database {
    /// The greatest number that a token has. Numbers of tokens are places in arrays: a block that names a greater one
    /// is damaged.
    func lastToken() throws -> UInt32 {
        try UInt32.fetchOne(cachedStatement(sql: "SELECT ifnull(max(token_no), 0) FROM main.tokens")) ?? 0
    }

    fileprivate func days(sql: String, arguments: StatementArguments = StatementArguments()) throws -> [Int32] {
        try Int64.fetchAll(self, sql: sql, arguments: arguments).map { Int32(try CatalogNumber.day.checked($0, "day")) }
    }
}

extension TokenDays {
    init(row: Row, lastToken: UInt32) throws {
        try self.init(day: row.int32("day", .day), tokens: row.bytes("tokens"), times: row.bytes("times"))
        guard tokens.last ?? 0 <= lastToken else { throw DamagedRollup(name: "token_days", day: day) }
    }
}

extension IPHours {
    init(row: Row) throws { try self.init(day: row.int32("day", .day), encoded: row.bytes("block")) }
}

extension PrincipalDays {
    /// Of a row with `block` and a time of its segment, `min_ts`.
    init(row: Row) throws {
        let month = Timestamp.month(of: try row.int64("min_ts", .time))
        try self.init(firstDay: Timestamp.day(of: Timestamp.start(ofMonth: month)), encoded: row.bytes("block"))
    }
}

extension Row {
    func bytes(_ column: String) throws -> [UInt8] { [UInt8](try value(column) as Data) }

    /// A text of a log, of a column that is read as bytes: it may hold a NUL, where a column read as text ends.
    func text(_ column: String) throws -> String { String(decoding: try value(column) as Data, as: UTF8.self) }

    /// The same where there may be none.
    func textIfAny(_ column: String) throws -> String? {
        let bytes: Data? = try value(column)
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value of a column. Throws if the row lacks it or holds something else, as rows of a damaged catalog may: a
    /// subscript would end the program.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        // Where a value may be missing, so may its column, for all that GRDB knows.
        guard hasColumn(column) else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        return try decode(forColumn: column)
    }
}
