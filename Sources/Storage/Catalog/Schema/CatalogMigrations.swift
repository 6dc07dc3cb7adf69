internal import GRDB

/// The tables of the catalog, as named steps. A step that has shipped is never changed; a new one is added.
enum CatalogMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("2 sources and batches") { db in
            try db.execute(sql: sourcesAndBatches)
        }
        migrator.registerMigration("2 segments and rollups") { db in
            try db.execute(sql: segmentsAndRollups)
        }
        migrator.registerMigration("2 quarantine") { db in
            try db.execute(sql: quarantine)
        }
        migrator.registerMigration("2 runs and findings") { db in
            try db.execute(sql: runsAndFindings)
        }
        migrator.registerMigration("3 following") { db in
            try db.execute(sql: following)
        }
        migrator.registerMigration("3 replaced credentials") { db in
            try db.execute(sql: replacedCredentials)
        }
        migrator.registerMigration("3 retention") { db in
            try db.execute(sql: RetentionTables.sql)
            try TableSums.begin(db)
        }
        migrator.registerMigration("4 states of findings") { db in
            try db.execute(sql: statesOfFindings)
            try TableSums.add(["finding_changes"], db)
        }
        migrator.registerMigration("5 credentials in quarantine") { db in
            try db.execute(sql: "CREATE INDEX quarantine_redacted ON quarantine (batch_id) WHERE redacted IS NOT NULL")
        }
        migrator.registerMigration("6 what runs have seen") { db in
            try db.execute(sql: whatRunsHaveSeen)
        }
        migrator.registerMigration("7 files beside the catalog") { db in
            try db.execute(sql: Catalog.keptFilesTable)
            try TableSums.add(["kept_files"], db)
        }
        migrator.registerMigration("7 what is wrong with inputs") { db in
            try db.execute(sql: Catalog.inputProblemTable)
            try TableSums.add(["input_problems"], db)
        }
        migrator.registerMigration("8 quarantine in blocks") { db in try QuarantineMove.run(db) }
        migrator.registerMigration("8 lines delivered again") { db in try DuplicateTables.make(db) }
        migrator.registerMigration("9 mapped sources") { db in try MappedSourceTables.make(db) }
        migrator.registerMigration("10 who was let in") { db in try db.execute(sql: principalDays) }
        return migrator
    }

    /// Segments that are older than this step have no block here.
    private static let principalDays = """
        CREATE TABLE principal_day_blocks (
            segment_id    INTEGER PRIMARY KEY REFERENCES segments ON DELETE CASCADE,
            block         BLOB NOT NULL
        ) STRICT;
        """

    /// By which policy a run judged, and what it could know of: its last batch, and the oldest event that had come
    /// since the scheduled run before it.
    private static let whatRunsHaveSeen = """
        ALTER TABLE batches ADD COLUMN oldest_event INTEGER;
        ALTER TABLE runs ADD COLUMN policy TEXT NOT NULL DEFAULT '';
        ALTER TABLE runs ADD COLUMN last_batch INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE runs ADD COLUMN late_from INTEGER;
        """

    /// What became of findings, by whom and why; and which runs told what they found.
    private static let statesOfFindings = """
        ALTER TABLE runs ADD COLUMN is_told INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE finding_changes (
            change_id     INTEGER PRIMARY KEY,
            finding_id    TEXT NOT NULL,
            at            INTEGER NOT NULL,
            status        TEXT NOT NULL,
            by            TEXT,
            note          TEXT
        ) STRICT;
        """

    /// Lines in which credentials were replaced, and of those in quarantine the types.
    private static let replacedCredentials = """
        ALTER TABLE sources ADD COLUMN redacted INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE batches ADD COLUMN redacted INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE quarantine ADD COLUMN redacted TEXT;
        """

    /// Times are microseconds since the epoch, UTC; offsets and lengths are bytes of the decompressed stream.
    private static let sourcesAndBatches = """
        CREATE TABLE sources (
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
            flagged       INTEGER NOT NULL,
            last_event    INTEGER,
            CHECK (lines = stored + quarantined + blank)
        ) STRICT;
        CREATE INDEX sources_by_inode ON sources (device, inode);
        CREATE INDEX sources_by_head ON sources (head_hash);
        CREATE TABLE batches (
            batch_id      INTEGER PRIMARY KEY,
            committed_at  INTEGER NOT NULL,
            lines         INTEGER NOT NULL,
            stored        INTEGER NOT NULL,
            quarantined   INTEGER NOT NULL,
            blank         INTEGER NOT NULL,
            flagged       INTEGER NOT NULL,
            bytes_in      INTEGER NOT NULL,
            bytes_stored  INTEGER NOT NULL,
            segments      INTEGER NOT NULL,
            CHECK (lines = stored + quarantined + blank)
        ) STRICT;
        """

    /// A log is what stands under one path, generation after generation: each is a source of its own.
    private static let following = """
        ALTER TABLE sources ADD COLUMN log TEXT NOT NULL DEFAULT '';
        ALTER TABLE sources ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE sources ADD COLUMN read_at INTEGER;
        ALTER TABLE sources ADD COLUMN ended TEXT;
        ALTER TABLE sources ADD COLUMN ended_at INTEGER;
        ALTER TABLE sources ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE sources ADD COLUMN start_hash TEXT NOT NULL DEFAULT '';
        UPDATE sources SET log = path;
        """

    private static let segmentsAndRollups = """
        CREATE TABLE segments (
            segment_id    INTEGER PRIMARY KEY,
            batch_id      INTEGER NOT NULL REFERENCES batches,
            month         INTEGER NOT NULL,
            file          TEXT NOT NULL UNIQUE,
            rows          INTEGER NOT NULL,
            row_groups    INTEGER NOT NULL,
            bytes         INTEGER NOT NULL,
            sha256        TEXT NOT NULL,
            min_ts        INTEGER NOT NULL,
            max_ts        INTEGER NOT NULL,
            issued        INTEGER NOT NULL,
            used          INTEGER NOT NULL,
            revoked       INTEGER NOT NULL,
            failed        INTEGER NOT NULL,
            exchanged     INTEGER NOT NULL,
            refreshed     INTEGER NOT NULL,
            CHECK (rows = issued + used + revoked + failed + exchanged + refreshed)
        ) STRICT;
        CREATE INDEX segments_by_month ON segments (month);
        CREATE TABLE token_day_blocks (
            segment_id    INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE,
            day           INTEGER NOT NULL,
            tokens        BLOB NOT NULL,
            times         BLOB NOT NULL
        ) STRICT;
        CREATE INDEX token_day_blocks_by_segment ON token_day_blocks (segment_id);
        CREATE INDEX token_day_blocks_by_day ON token_day_blocks (day);
        CREATE TABLE ip_hour_blocks (
            segment_id    INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE,
            day           INTEGER NOT NULL,
            block         BLOB NOT NULL
        ) STRICT;
        CREATE INDEX ip_hour_blocks_by_segment ON ip_hour_blocks (segment_id);
        CREATE INDEX ip_hour_blocks_by_day ON ip_hour_blocks (day);
        CREATE TABLE event_counts (
            day           INTEGER NOT NULL,
            event         TEXT NOT NULL,
            segment_id    INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE,
            events        INTEGER NOT NULL,
            PRIMARY KEY (day, event, segment_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX event_counts_by_segment ON event_counts (segment_id);
        CREATE TABLE tokens (
            token_no      INTEGER PRIMARY KEY,
            token_id      TEXT NOT NULL UNIQUE,
            kind          TEXT,
            principal     TEXT,
            scopes        TEXT,
            issued_at     INTEGER,
            issued_by     TEXT,
            expires_at    INTEGER,
            revoked_at    INTEGER,
            superseded_at INTEGER,
            superseded_by TEXT,
            first_use     INTEGER,
            last_use      INTEGER,
            uses          INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        """

    private static let quarantine = """
        CREATE TABLE quarantine (
            quarantine_id INTEGER PRIMARY KEY,
            batch_id      INTEGER NOT NULL REFERENCES batches,
            source_id     INTEGER NOT NULL REFERENCES sources,
            source        TEXT NOT NULL,
            source_offset INTEGER NOT NULL,
            length        INTEGER NOT NULL,
            reason        TEXT NOT NULL,
            detail        TEXT,
            bytes         BLOB NOT NULL
        ) STRICT;
        CREATE INDEX quarantine_by_reason ON quarantine (reason);
        CREATE INDEX quarantine_by_source ON quarantine (source_id, source_offset);
        CREATE TABLE blank_lines (
            source_id     INTEGER NOT NULL REFERENCES sources,
            source_offset INTEGER NOT NULL,
            bytes         BLOB NOT NULL,
            PRIMARY KEY (source_id, source_offset)
        ) STRICT, WITHOUT ROWID;
        """

    private static let runsAndFindings = """
        CREATE TABLE runs (
            run_id        INTEGER PRIMARY KEY,
            started_at    INTEGER NOT NULL,
            as_of         INTEGER NOT NULL,
            window_from   INTEGER NOT NULL,
            detectors     TEXT NOT NULL,
            findings      INTEGER NOT NULL,
            new_findings  INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE findings (
            finding_id    TEXT PRIMARY KEY,
            detector      TEXT NOT NULL,
            class         TEXT NOT NULL,
            severity      TEXT NOT NULL,
            status        TEXT NOT NULL,
            entity_type   TEXT NOT NULL,
            entity        TEXT NOT NULL,
            first_seen    INTEGER NOT NULL,
            last_seen     INTEGER NOT NULL,
            title         TEXT NOT NULL,
            told          TEXT,
            first_run     INTEGER NOT NULL REFERENCES runs,
            last_run      INTEGER NOT NULL REFERENCES runs,
            body          TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX findings_by_last_seen ON findings (last_seen);
        """
}
