/// The tables of merging, dropping and rebuilding: what is no longer in the segments, and what must be said about it.
enum RetentionTables {
    /// `rank`: the order in which lines were committed, which a merged segment keeps although its number is new.
    ///
    /// `removed_segments`: files that no list names any more and that a reader may still have on its own.
    ///
    /// `prunes`: what was dropped and when; months before `before` are gone, as far as they had been read by then.
    /// `pruned_spans`: where in its source dropped lines stood, `lines` of them one behind the other with a newline
    /// between. `pruned_tokens`: what dropped lines said about each token, as `tokens` says it of all lines, and how
    /// often the token was used on the last of its dropped days, and since when. `kept_token_days`: these days as
    /// blocks like those of segments, so that a token's last use before the log begins is still known.
    ///
    /// `lost_lines`: lines of a source that a rebuild could not bring back; all lie before `before`. `unplaced`: it is
    /// not known which file the source is, so that the file of its name must not be read again.
    static let sql = """
        ALTER TABLE segments ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
        UPDATE segments SET rank = segment_id;
        CREATE TABLE removed_segments (
            segment_id    INTEGER PRIMARY KEY,
            month         INTEGER NOT NULL,
            file          TEXT NOT NULL UNIQUE,
            bytes         INTEGER NOT NULL,
            removed_at    INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE prunes (
            prune_id      INTEGER PRIMARY KEY,
            pruned_at     INTEGER NOT NULL,
            before        INTEGER NOT NULL,
            segments      INTEGER NOT NULL,
            events        INTEGER NOT NULL,
            bytes         INTEGER NOT NULL,
            last_segment  INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE pruned_spans (
            source_id     INTEGER NOT NULL REFERENCES sources,
            from_offset   INTEGER NOT NULL,
            to_offset     INTEGER NOT NULL,
            lines         INTEGER NOT NULL,
            PRIMARY KEY (source_id, from_offset)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pruned_tokens (
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
            uses          INTEGER NOT NULL DEFAULT 0,
            day_uses      INTEGER,
            day_first     INTEGER
        ) STRICT;
        CREATE TABLE lost_lines (
            source_id     INTEGER PRIMARY KEY REFERENCES sources,
            before        INTEGER NOT NULL,
            stored        INTEGER NOT NULL,
            quarantined   INTEGER NOT NULL,
            blank         INTEGER NOT NULL,
            unplaced      INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE kept_token_days (
            day           INTEGER PRIMARY KEY,
            tokens        BLOB NOT NULL,
            times         BLOB NOT NULL
        ) STRICT;
        """
}
