/// The catalog's tables in the form in which SQL sees them. They are temporary views of the reading connection.
enum CatalogViews {
    static let sql = """
        CREATE TEMP VIEW event_days(date, event, events) AS
            SELECT date(day * 86400, 'unixepoch'), event, events FROM (
                SELECT day, 'issued' AS event, issued AS events FROM main.segments
                UNION ALL SELECT day, 'used', used FROM main.segments
                UNION ALL SELECT day, 'revoked', revoked FROM main.segments
                UNION ALL SELECT day, 'failed', failed FROM main.segments
                UNION ALL SELECT day, 'exchanged', exchanged FROM main.segments
                UNION ALL SELECT day, 'refreshed', refreshed FROM main.segments)
            WHERE events > 0;
        CREATE TEMP VIEW quarantine AS
            SELECT source, source_id AS generation, source_offset, length, reason, detail, CAST(bytes AS TEXT) AS text
            FROM main.quarantine;
        """
}
