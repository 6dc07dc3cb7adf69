internal import GRDB

/// The tables of lines that were delivered again.
enum DuplicateTables {
    /// Adds the counter `duplicate`: a table whose CHECK changes is written anew. Those that name `sources` and
    /// `batches` go on naming them.
    ///
    /// `duplicate_spans`: where in its source lines stand that are not stored again, `lines` of them one behind the
    /// other with a newline between; `original_id` and `original_offset` say where equal lines begin that are stored,
    /// and which follow each other in the same way. `noted`: whether a segment tells of it, too.
    static func make(_ db: Database) throws {
        try TableSums.rewrite("sources", with: sources, db)
        try TableSums.rewrite("batches", with: batches, db)
        try TableSums.rewrite("lost_lines", with: lostLines, db)
        try db.execute(
            sql: """
                CREATE INDEX sources_by_inode ON sources (device, inode);
                CREATE INDEX sources_by_head ON sources (head_hash);
                CREATE TABLE duplicate_spans (
                    source_id       INTEGER NOT NULL REFERENCES sources,
                    from_offset     INTEGER NOT NULL,
                    to_offset       INTEGER NOT NULL,
                    lines           INTEGER NOT NULL,
                    original_id     INTEGER NOT NULL REFERENCES sources,
                    original_offset INTEGER NOT NULL,
                    noted           INTEGER NOT NULL,
                    PRIMARY KEY (source_id, from_offset)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX duplicate_spans_to_note ON duplicate_spans (source_id, from_offset) WHERE noted = 0;
                """)
        try TableSums.add(["duplicate_spans"], db)
    }

    private static let sources = """
        (
            source_id     INTEGER PRIMARY KEY,
            path          TEXT NOT NULL,
            compressed    INTEGER NOT NULL,
            device        INTEGER,
            inode         INTEGER,
            head_length   INTEGER NOT NULL,
            head_hash     TEXT NOT NULL,
            tail_length   INTEGER NOT NULL,
            tail_hash     TEXT NOT NULL,
            start         INTEGER NOT NULL,
            checkpoint    INTEGER NOT NULL,
            open_line     INTEGER NOT NULL,
            size          INTEGER NOT NULL,
            lines         INTEGER NOT NULL,
            stored        INTEGER NOT NULL,
            quarantined   INTEGER NOT NULL,
            blank         INTEGER NOT NULL,
            duplicate     INTEGER NOT NULL DEFAULT 0,
            flagged       INTEGER NOT NULL,
            last_event    INTEGER,
            redacted      INTEGER NOT NULL DEFAULT 0,
            log           TEXT NOT NULL DEFAULT '',
            generation    INTEGER NOT NULL DEFAULT 1,
            read_at       INTEGER,
            ended         TEXT,
            ended_at      INTEGER,
            lost          INTEGER NOT NULL DEFAULT 0,
            start_hash    TEXT NOT NULL DEFAULT '',
            CHECK (lines = stored + quarantined + blank + duplicate)
        ) STRICT
        """

    private static let batches = """
        (
            batch_id      INTEGER PRIMARY KEY,
            committed_at  INTEGER NOT NULL,
            lines         INTEGER NOT NULL,
            stored        INTEGER NOT NULL,
            quarantined   INTEGER NOT NULL,
            blank         INTEGER NOT NULL,
            duplicate     INTEGER NOT NULL DEFAULT 0,
            flagged       INTEGER NOT NULL,
            bytes_in      INTEGER NOT NULL,
            bytes_stored  INTEGER NOT NULL,
            segments      INTEGER NOT NULL,
            redacted      INTEGER NOT NULL DEFAULT 0,
            oldest_event  INTEGER,
            CHECK (lines = stored + quarantined + blank + duplicate)
        ) STRICT
        """

    private static let lostLines = """
        (
            source_id     INTEGER PRIMARY KEY REFERENCES sources,
            before        INTEGER NOT NULL,
            stored        INTEGER NOT NULL,
            quarantined   INTEGER NOT NULL,
            blank         INTEGER NOT NULL,
            unplaced      INTEGER NOT NULL,
            duplicate     INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """
}
