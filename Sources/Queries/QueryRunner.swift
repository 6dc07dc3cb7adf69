internal import Catalog
internal import Events
internal import GRDB
internal import GRDBSQLite
internal import Synchronization
package import Trail

/// The rows that a statement gave.
package struct QueryResult {
    /// A value of a row. Times are integers (microseconds) here; `types` says which columns hold them.
    package enum Value: Sendable, Equatable {
        case null, integer(Int64), decimal(Double), text(String)
    }

    package var columns: [String]
    package var types: [NamedQuery.ValueType]
    package var rows: ResultRows
}

/// Runs SQL over a trail: the tables of `CatalogViews` over the catalog, and `events`, `token_days`, `ip_hours` and
/// `failures_by_ip` over segments and rollups. Nothing can be changed through it: the connection only reads, and cannot
/// attach other files.
///
/// Statements run on the trail's own connection, so that catalog, rollups and segments are those of one moment. One
/// runner belongs to a trail.
package final class QueryRunner {
    private let trail: Trail

    /// Throws `CatalogError` or a database error's sentence.
    package init(_ trail: Trail) throws {
        self.trail = trail
        try trail.catalog.read("make the tables of SQL") { db in
            VirtualTableModule.register(EventsTable(trail), as: "events", on: db.sqliteConnection)
            VirtualTableModule.register(TokenDaysTable(trail), as: "token_days", on: db.sqliteConnection)
            VirtualTableModule.register(IPHoursTable(trail), as: "ip_hours", on: db.sqliteConnection)
            VirtualTableModule.register(
                FailuresByIPTable(trail), as: "failures_by_ip", on: db.sqliteConnection)
            sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
            for function in SQLFunctions.all { db.add(function: function) }
            try db.execute(sql: CatalogViews.sql)
        }
    }

    /// Runs a report with values for its parameters, as text; those that are not given take their defaults. Of its rows
    /// the first ones, if a number is given.
    package func run(
        _ query: NamedQuery, _ values: [String: String], newest: Int64, first: Int = .max
    ) throws -> QueryResult {
        let bound = try query.bind(values, newest: newest)
        return try run(query.sql, bound, types: query.columns.map { $0.type }, first: first)
    }

    /// Runs any one statement that reads.
    package func run(sql: String) throws -> QueryResult {
        try run(sql, [:], types: nil, first: .max)
    }

    private func run(
        _ sql: String, _ values: [String: BoundValue], types: [NamedQuery.ValueType]?, first: Int
    ) throws -> QueryResult {
        do {
            return try trail.catalog.database.unsafeReentrantRead { db in
                let statement = try db.makeStatement(sql: sql)
                guard statement.isReadonly, statement.columnCount > 0 else { throw QueryError.notReading }
                // A statement may use fewer parameters than its header declares; SQLite takes no others.
                let used = Set(Self.parameters(statement))
                let arguments = StatementArguments(values.filter { used.contains($0.key) }.mapValues(Self.argument))
                let rows = ResultRows(width: statement.columnCount)
                let cursor = try Row.fetchCursor(statement, arguments: arguments)
                while rows.count < first, let row = try cursor.next() {
                    try rows.append(row.databaseValues.enumerated().map { Self.value($1, $0, statement) })
                }
                return QueryResult(
                    columns: statement.columnNames, types: types ?? Self.types(statement), rows: rows)
            }
        } catch let error as DatabaseError {
            if let cause = VirtualTableModule.lastError.withLock({ $0.take() }) { throw cause }
            if error.resultCode == .SQLITE_MISUSE { throw QueryError.notReading }
            // These say nothing about the statement.
            if [.SQLITE_IOERR, .SQLITE_FULL, .SQLITE_NOMEM, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL,
                .SQLITE_CANTOPEN, .SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
                throw CatalogError(error, "run the statement", trail.catalog.path)
            }
            throw QueryError.sql(reason: error.message ?? "SQLite code \(error.resultCode.rawValue)")
        }
    }

    private static func argument(_ value: BoundValue) -> (any DatabaseValueConvertible)? {
        switch value {
        case .integer(let number): number
        case .decimal(let number): number
        case .text(let text): text
        }
    }

    /// A value of the row at which the statement stands.
    private static func value(_ value: DatabaseValue, _ place: Int, _ statement: Statement) -> QueryResult.Value {
        switch value.storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .decimal(number)
        // By length, because a text may hold a NUL.
        case .string: .text(String(decoding: UnsafeBufferPointer(
            start: sqlite3_column_text(statement.sqliteStatement, Int32(place)),
            count: Int(sqlite3_column_bytes(statement.sqliteStatement, Int32(place)))), as: UTF8.self))
        case .blob(let data): .text(String(decoding: data, as: UTF8.self))
        }
    }

    /// The type of each column of a free statement, as far as its source declares one.
    private static func types(_ statement: Statement) -> [NamedQuery.ValueType] {
        (0..<statement.columnCount).map { place in
            isTime(statement.columnNames[place]) ? .time : .text
        }
    }

    /// Columns that hold times, and the first and last of them: `ts`, `max(last_use)`.
    private static func isTime(_ column: String) -> Bool {
        var name = column.lowercased()
        if name.hasSuffix(")"), name.hasPrefix("min(") || name.hasPrefix("max(") {
            name = String(name.dropFirst(4).dropLast())
        }
        if let dot = name.lastIndex(of: ".") { name = String(name[name.index(after: dot)...]) }
        return times.contains(name)
    }

    private static let times: Set<String> = [
        "ts", "min_ts", "max_ts", "expires_at", "issued_at", "revoked_at", "superseded_at", "first_use", "last_use",
        "previous_day", "hour_start", "first_seen", "last_seen", "as_of", "started_at", "committed_at", "window_from",
        "last_event",
    ]

    private static func parameters(_ statement: Statement) -> [String] {
        let count = sqlite3_bind_parameter_count(statement.sqliteStatement)
        guard count > 0 else { return [] }
        return (1...count).compactMap { place in
            sqlite3_bind_parameter_name(statement.sqliteStatement, place).map {
                String(String(cString: $0).dropFirst())
            }
        }
    }
}
