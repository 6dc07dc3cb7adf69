internal import GRDB

/// The tables of sources that a mapping reads.
enum MappedSourceTables {
    /// Adds the counters of records that are no auth events, and to a source its mapping and where between its records
    /// reading is (`frame`). `mappings`: those that are not built in. `source_types`: how many records of a source gave
    /// no event, by type.
    static func make(_ db: Database) throws {
        try TableSums.rewrite("sources", with: sources, db)
        try TableSums.rewrite("batches", with: batches, db)
        try db.execute(
            sql: """
                CREATE INDEX sources_by_inode ON sources (device, inode);
                CREATE INDEX sources_by_head ON sources (head_hash);
                CREATE TABLE source_types (
                    source_id     INTEGER NOT NULL REFERENCES sources,
                    type          TEXT NOT NULL,
                    skipped       INTEGER NOT NULL,
                    unmapped      INTEGER NOT NULL,
                    PRIMARY KEY (source_id, type)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE mappings (
                    name          TEXT PRIMARY KEY,
                    text          TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                """)
        try TableSums.add(["source_types", "mappings"], db)
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
            skipped       INTEGER NOT NULL DEFAULT 0,
            unmapped      INTEGER NOT NULL DEFAULT 0,
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
            mapping       TEXT,
            frame         TEXT,
            CHECK (lines = stored + quarantined + skipped + blank + duplicate)
        ) STRICT
        """

    private static let batches = """
        (
            batch_id      INTEGER PRIMARY KEY,
            committed_at  INTEGER NOT NULL,
            lines         INTEGER NOT NULL,
            stored        INTEGER NOT NULL,
            quarantined   INTEGER NOT NULL,
            skipped       INTEGER NOT NULL DEFAULT 0,
            unmapped      INTEGER NOT NULL DEFAULT 0,
            blank         INTEGER NOT NULL,
            duplicate     INTEGER NOT NULL DEFAULT 0,
            flagged       INTEGER NOT NULL,
            bytes_in      INTEGER NOT NULL,
            bytes_stored  INTEGER NOT NULL,
            segments      INTEGER NOT NULL,
            redacted      INTEGER NOT NULL DEFAULT 0,
            oldest_event  INTEGER,
            CHECK (lines = stored + quarantined + skipped + blank + duplicate)
        ) STRICT
        """
}
