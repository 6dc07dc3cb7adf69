/// The tables of merging, dropping and rebuilding: what is no longer in the segments, and what must be said about it.
enum RetentionTables {
    /// `rank`: the order in which lines were committed, which a merged segment keeps although its number is new.
    ///
    /// `removed_segments`: files that no list names any more and that a reader may still have on its own.
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
        """
}
