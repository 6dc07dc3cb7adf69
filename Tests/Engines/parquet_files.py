"""The tables that reports use, as DuckDB sees them over the Parquet files of a trail.

The rollups are computed from the events by their definitions; what the program keeps in its catalog is not looked at,
but for the quarantine, which no Parquet file holds.
"""

import sqlite3

import duckdb

from check_queries import DuckDB, log_begins

# What the program calls `events`, as reports use it: times as microseconds, lists as JSON, the UTC date as text.
EVENTS = """
    CREATE VIEW stored AS SELECT *, filename AS file, file_row_number AS place
        FROM read_parquet({files}, hive_partitioning = true, filename = true, file_row_number = true);
    CREATE VIEW events AS SELECT * EXCLUDE (filename, file_row_number, month, ts, expires_at) REPLACE (
            CAST(success AS BIGINT) AS success,
            CAST(to_json(scopes) AS VARCHAR) AS scopes),
            epoch_us(ts) AS ts_us, epoch_us(expires_at) AS expires_at_us,
            strftime(ts AT TIME ZONE 'UTC', '%Y-%m-%d') AS date
        FROM stored;
"""
# The rollups by their definitions. Of several births, successions or first uses at one time the first one read counts.
ROLLUPS = """
    CREATE TABLE token_days AS
        SELECT token_id, date, COUNT(*) AS uses, MIN(ts_us) AS first_use_us, MAX(ts_us) AS last_use_us,
            LAG(epoch_us(CAST(date AS TIMESTAMP))) OVER (PARTITION BY token_id ORDER BY date) AS previous_day_us
        FROM events WHERE event = 'used' AND token_id IS NOT NULL GROUP BY token_id, date;
    CREATE TABLE ip_hours AS
        SELECT NULLIF(ip, '') AS ip, ts_us - ts_us % 3600000000 AS hour_start_us, COUNT(*) AS failures
        FROM events WHERE event = 'failed' GROUP BY ALL;
    CREATE TABLE event_days AS SELECT date, event, COUNT(*) AS events FROM events GROUP BY date, event;
    CREATE TABLE tokens AS
        WITH ranked AS (
            SELECT *, ROW_NUMBER() OVER (PARTITION BY token_id, event IN ('issued', 'exchanged', 'refreshed'), event
                = 'used' ORDER BY ts_us, file, place) AS rank
            FROM events WHERE token_id IS NOT NULL AND event <> 'failed'
        ),
        births AS (SELECT * FROM ranked WHERE rank = 1 AND event IN ('issued', 'exchanged', 'refreshed')),
        first_uses AS (SELECT * FROM ranked WHERE rank = 1 AND event = 'used'),
        uses AS (
            SELECT token_id, COUNT(*) AS uses, MIN(ts_us) AS first_use_us, MAX(ts_us) AS last_use_us
            FROM events WHERE event = 'used' AND token_id IS NOT NULL GROUP BY token_id
        ),
        ends AS (SELECT token_id, MIN(ts_us) AS revoked_at_us FROM events WHERE event = 'revoked' GROUP BY token_id),
        successors AS (
            SELECT old_token_id AS token_id, token_id AS superseded_by
            FROM events WHERE event = 'refreshed' AND old_token_id IS NOT NULL
            QUALIFY ROW_NUMBER() OVER (PARTITION BY old_token_id ORDER BY ts_us, file, place) = 1
        ),
        known AS (SELECT token_id FROM ranked UNION SELECT token_id FROM successors)
        SELECT
            token_id,
            CASE WHEN b.ts_us IS NULL THEN f.kind ELSE b.kind END AS kind,
            CASE WHEN b.ts_us IS NULL THEN f.principal ELSE b.principal END AS principal,
            b.ts_us AS issued_at_us, b.actor AS issued_by, b.expires_at_us, revoked_at_us, superseded_by, b.scopes,
            first_use_us, last_use_us, COALESCE(uses, 0) AS uses
        FROM known
        LEFT JOIN births AS b USING (token_id)
        LEFT JOIN first_uses AS f USING (token_id)
        LEFT JOIN uses USING (token_id)
        LEFT JOIN ends USING (token_id)
        LEFT JOIN successors USING (token_id);
"""
# The same questions to both; a token may have several rows for a day in the trail.
SAME = {
    "token_days": "SELECT token_id, date, SUM(uses) AS uses, MIN(first_use_us) AS first_use_us, "
    "MAX(last_use_us) AS last_use_us, MAX(previous_day_us) AS previous_day_us FROM token_days GROUP BY 1, 2 ORDER BY 1, 2",
    "event_days": "SELECT date, event, SUM(events) AS events FROM event_days GROUP BY 1, 2 ORDER BY 1, 2",
    "tokens": "SELECT token_id, kind, principal, issued_at_us, issued_by, expires_at_us, revoked_at_us, superseded_by, "
    "scopes, first_use_us, last_use_us, uses FROM tokens ORDER BY token_id",
}


class ParquetFiles(DuckDB):
    """DuckDB over the segments of a trail, with the tables that reports see."""

    def __init__(self, trail):
        self.connection = duckdb.connect()
        self.connection.execute("SET timezone = 'UTC'; SET parquet_metadata_cache = true")
        files = "'" + str(trail / "segments" / "**" / "*.parquet").replace("'", "''") + "'"
        self.connection.execute(EVENTS.format(files=files) + ROLLUPS)
        times = [row[0] for row in self.ask("SELECT ts_us FROM events")]
        self.connection.execute("CREATE TABLE log_span (begins_us BIGINT)")
        self.connection.execute("INSERT INTO log_span VALUES (?)", [log_begins(times)])
        self.connection.execute(
            "CREATE TABLE quarantine (source VARCHAR, generation BIGINT, source_offset BIGINT, length BIGINT, "
            "reason VARCHAR, text VARCHAR)")
        for row in quarantined(trail):
            self.connection.execute("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", row)

    def ask(self, sql, *values):
        return self.connection.execute(sql, values).fetchall()


def quarantined(trail):
    """The one table that no Parquet file holds, from the catalog itself."""
    with sqlite3.connect(f"{(trail / 'catalog.sqlite').absolute().as_uri()}?mode=ro", uri=True) as catalog:
        sql = "SELECT source, source_id, source_offset, length, reason, bytes FROM quarantine"
        return [(*row[:5], row[5].decode("utf-8", "replace")) for row in catalog.execute(sql)]
