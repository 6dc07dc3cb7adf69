internal import GRDB

/// The catalog's tables in the form in which SQL sees them. They are temporary views of the reading connection, under
/// the names of the tables: what the program itself reads names the schema, `main.tokens`.
enum CatalogViews {
    static func make(on db: Database) throws {
        try db.execute(sql: views)
        for (table, times) in timeColumns where try db.tableExists(table, in: "main") {
            let columns = try db.columns(in: table, in: "main").map(\.name)
            try db.execute(sql: view(table, columns, times: columns.filter(times.contains)))
        }
    }

    private static let views = """
        CREATE TEMP VIEW IF NOT EXISTS event_days(date, event, events) AS
            SELECT date(day * 86400, 'unixepoch'), event, events FROM main.event_counts;
        -- One row: where the log begins, stray events apart, and where it ends.
        CREATE TEMP VIEW IF NOT EXISTS log_span AS
            SELECT time_text(log_begins()) COLLATE \(TimeCollation.name) AS begins,
                time_text(log_ends()) COLLATE \(TimeCollation.name) AS ends,
                log_begins() AS begins_us, log_ends() AS ends_us,
                log_strays(0) AS stray_from_us, log_strays(1) AS stray_to_us;
        """

    /// Where the catalog keeps microseconds.
    private static let timeColumns: [(table: String, columns: Set<String>)] = [
        ("tokens", lifeOfToken), ("pruned_tokens", lifeOfToken),
        ("sources", ["last_event", "read_at", "ended_at"]),
        ("batches", ["committed_at", "oldest_event"]),
        ("segments", ["min_ts", "max_ts"]),
        ("runs", ["started_at", "as_of", "window_from", "late_from"]),
        ("findings", ["first_seen", "last_seen"]),
        ("finding_changes", ["at"]),
        ("input_problems", ["since"]),
        ("removed_segments", ["removed_at"]),
        ("prunes", ["pruned_at"]),
    ]

    /// The columns of a table of the catalog that hold microseconds.
    static func microseconds(of table: String) -> Set<String> {
        timeColumns.first { $0.table == table }?.columns ?? []
    }

    private static let lifeOfToken: Set<String> = [
        "issued_at", "expires_at", "revoked_at", "superseded_at", "first_use", "last_use",
    ]

    /// Times as texts, in their places, and behind all columns their microseconds.
    private static func view(_ table: String, _ columns: [String], times: [String]) -> String {
        let texts = columns.map { column in
            times.contains(column)
                ? "time_text(\"\(column)\") COLLATE \(TimeCollation.name) AS \"\(column)\"" : "\"\(column)\""
        }
        let micros = times.map { "\"\($0)\" AS \"\($0)_us\"" }
        return """
            CREATE TEMP VIEW IF NOT EXISTS "\(table)" AS SELECT \((texts + micros).joined(separator: ", "))
            FROM main."\(table)"
            """
    }
}
