/// The catalog's tables in the form in which SQL sees them. They are temporary views of the reading connection.
enum CatalogViews {
    static let sql = """
        CREATE TEMP VIEW IF NOT EXISTS event_days(date, event, events) AS
            SELECT date(day * 86400, 'unixepoch'), event, events FROM main.event_counts;
        CREATE TEMP VIEW IF NOT EXISTS quarantine AS
            SELECT source, source_id AS generation, source_offset, length, reason, detail, redacted,
                CAST(bytes AS TEXT) AS text
            FROM main.quarantine;
        """
}
