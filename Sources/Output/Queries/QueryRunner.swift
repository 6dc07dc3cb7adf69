internal import Catalog
package import Events
internal import GRDB
internal import GRDBSQLite
internal import Synchronization
package import Trail

/// The rows that a statement gave.
package struct QueryResult {
    /// A value of a row. Times are integers (microseconds) here, though SQL has them as texts; `types` says which
    /// columns hold them.
    package enum Value: Sendable, Equatable {
        case null, integer(Int64), decimal(Double), text(String)
    }

    package var columns: [String]
    package var types: [NamedQuery.ValueType]
    package var rows: ResultRows
}

/// Runs SQL over a trail: the tables of `CatalogViews` over the catalog, `events`, `token_days`, `ip_hours` and
/// `failures_by_ip` over segments and rollups, and `quarantine` over compressed lines. Nothing can be changed through
/// it: the connection only reads, and cannot attach other files.
///
/// Statements run on the trail's own connection, so that catalog, rollups and segments are those of one moment. One
/// runner belongs to a trail.
package final class QueryRunner {
    private let trail: Trail
    private let times = TimeCollation()
    private let errors = ErrorNote()

    /// Throws `CatalogError` or a database error's sentence.
    ///
    /// - Parameter clients: which client an address as logged stands for.
    package init(_ trail: Trail, _ clients: Clients) throws {
        self.trail = trail
        try trail.catalog.read("make the tables of SQL") { [errors] db in
            times.register(on: db.sqliteConnection)
            VirtualTableModule.register(EventsTable(trail), as: "events", on: db.sqliteConnection, errors)
            VirtualTableModule.register(TokenDaysTable(trail), as: "token_days", on: db.sqliteConnection, errors)
            VirtualTableModule.register(IPHoursTable(trail), as: "ip_hours", on: db.sqliteConnection, errors)
            VirtualTableModule.register(
                FailuresByIPTable(trail, clients), as: "failures_by_ip", on: db.sqliteConnection, errors)
            VirtualTableModule.register(QuarantineTable(trail), as: "quarantine", on: db.sqliteConnection, errors)
            sqlite3_limit(db.sqliteConnection, SQLITE_LIMIT_ATTACHED, 0)
            SQLFunctions.register(on: db, clients)
            for function in MarkFunctions(trail, errors).all { db.add(function: function) }
            for function in LogBeginningFunctions(trail, errors).all { db.add(function: function) }
            try CatalogViews.make(on: db)
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

    /// Runs any one statement that reads. Throws `QueryError.times` for one that would answer wrongly about times.
    package func run(sql: String) throws -> QueryResult {
        try run(sql, [:], types: nil, first: .max)
    }

    private func run(
        _ sql: String, _ values: [String: BoundValue], types: [NamedQuery.ValueType]?, first: Int
    ) throws -> QueryResult {
        do {
            return try trail.catalog.database.unsafeReentrantRead { db in
                let written = try db.makeStatement(sql: sql)
                guard written.isReadonly, written.columnCount > 0 else { throw QueryError.notReading }
                let plan = try types == nil ? Plan(sql, written, db) : Plan(types ?? [])
                let statement = try plan.sql.map { try db.makeStatement(sql: $0) } ?? written
                // A statement may use fewer parameters than its header declares; SQLite takes no others.
                let used = Set(Self.parameters(statement))
                let arguments = StatementArguments(values.filter { used.contains($0.key) }.mapValues(Self.argument))
                let rows = ResultRows(width: statement.columnCount)
                times.begin()
                let cursor = try Row.fetchCursor(statement, arguments: arguments)
                while rows.count < first, let row = try cursor.next() {
                    try rows.append(row.databaseValues.enumerated().map { Self.value($1, $0, statement, plan) })
                }
                if plan.asksWhileRunning, let text = times.stranger { throw QueryError.times(.noTime(text)) }
                return QueryResult(
                    columns: written.columnNames.map(MarkFunctions.columnName), types: plan.types, rows: rows)
            }
        } catch let error as DatabaseError {
            if let cause = errors.take() { throw cause }
            if error.resultCode == .SQLITE_MISUSE { throw QueryError.notReading }
            // These say nothing about the statement.
            if [
                .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_NOMEM, .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL,
                .SQLITE_CANTOPEN, .SQLITE_CORRUPT, .SQLITE_NOTADB,
            ].contains(error.resultCode) {
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

    /// What is known of a statement before it runs.
    private struct Plan {
        let types: [NamedQuery.ValueType]
        /// Whether it is a free one, whose times are texts.
        var hasTexts = false
        var asksWhileRunning = false
        /// The statement with its times as times are stored, if they were written otherwise.
        var sql: String?

        init(_ types: [NamedQuery.ValueType]) { self.types = types }

        init(_ sql: String, _ statement: Statement, _ db: Database) throws {
            // What explains a statement has no times of its own.
            guard sqlite3_stmt_isexplain(statement.sqliteStatement) == 0 else {
                types = Array(repeating: .text, count: statement.columnCount)
                return
            }
            var text = sql
            // Looks up the tables once the statement has made SQLite connect them.
            let tables = try TimeTables(db)
            var check = try TimeCheck(StatementProgram(text, db), tables)
            // What a time is compared with letter by letter is written as times are, if it serves for nothing else.
            while case .bytewise(let literal?) = check.refusal, !check.literalsElsewhere.contains(literal),
                let time = TimeLiteral.sortable(literal), time != literal,
                let better = StatementText.replacing(literal, with: time, in: text)
            {
                text = better
                check = try TimeCheck(StatementProgram(text, db), tables)
            }
            if let refusal = check.refusal { throw QueryError.times(refusal) }
            self.sql = text == sql ? nil : text
            types = (0..<statement.columnCount).map { check.timeColumns.contains($0) ? .time : .text }
            hasTexts = true
            asksWhileRunning = check.asksWhileRunning
        }
    }

    /// A value of the row at which the statement stands.
    private static func value(
        _ value: DatabaseValue, _ place: Int, _ statement: Statement, _ plan: Plan
    ) -> QueryResult.Value {
        switch value.storage {
        case .null: return .null
        case .int64(let number): return .integer(number)
        case .double(let number): return .decimal(number)
        case .string:
            // By length, because a text may hold a NUL.
            let text = String(
                decoding: UnsafeBufferPointer(
                    start: sqlite3_column_text(statement.sqliteStatement, Int32(place)),
                    count: Int(sqlite3_column_bytes(statement.sqliteStatement, Int32(place)))), as: UTF8.self)
            guard plan.hasTexts, plan.types[place] == .time, let time = TimeText.time(text) else { return .text(text) }
            return .integer(time)
        case .blob(let data): return .text(String(decoding: data, as: UTF8.self))
        }
    }

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
