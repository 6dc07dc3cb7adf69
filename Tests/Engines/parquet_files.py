"""The tables that reports use, as DuckDB sees them over the Parquet files of a trail.

The rollups are computed from the events by their definitions; what the program keeps in its catalog is not looked at,
but for the quarantine, which no Parquet file holds.
"""

import sqlite3
import zlib

import duckdb

from check_queries import DuckDB, log_span, require

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
        self.connection.execute("CREATE TABLE log_span (begins_us BIGINT, stray_from_us BIGINT, stray_to_us BIGINT)")
        self.connection.execute("INSERT INTO log_span VALUES (?, ?, ?)", log_span(times))
        self.connection.execute(
            "CREATE TABLE quarantine (source VARCHAR, generation BIGINT, source_offset BIGINT, length BIGINT, "
            "reason VARCHAR, text VARCHAR)")
        for row in quarantined(trail):
            self.connection.execute("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)", row)

    def ask(self, sql, *values):
        return self.connection.execute(sql, values).fetchall()


def quarantined(trail):
    """The one table that no Parquet file holds, from the blocks of the catalog itself."""
    with sqlite3.connect(f"{(trail / 'catalog.sqlite').absolute().as_uri()}?mode=ro", uri=True) as catalog:
        sql = "SELECT q.source, generation, first_offset, q.lines, q.size, bytes FROM quarantine_blocks AS q "
        sql += "JOIN sources USING (source_id)"
        return [
            (source, number, *head, text.decode("utf-8", "replace"))
            for source, number, first, lines, size, block in catalog.execute(sql)
            for head, text in zip(*opened(block, first, lines, size), strict=True)
        ]


class Numbers:
    """Variable-length numbers, texts behind their lengths, and bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def signed(self):
        value = self.number()
        return value >> 1 ^ -(value & 1)

    def bytes(self, count):
        self.at += count
        require(self.at <= len(self.data), "a block of quarantine is too short")
        return self.data[self.at - count:self.at]

    def text(self):
        return self.bytes(self.number())


def opened(block, first, lines, size):
    """Offset, length and reason of each line of a block, and the lines' texts."""
    parts = Numbers(block)
    parts.bytes(4)
    parts.number()
    heads = Numbers(zlib.decompress(parts.text(), -15))
    parts.number()
    texts = texts_of(Numbers(zlib.decompress(block[parts.at:], -15)), lines)
    require(sum(map(len, texts)) == size, "a block of quarantine has other texts than its row says")
    return heads_of(heads, first, lines), texts


def heads_of(heads, end, lines):
    require(heads.number() == 1, "a block of quarantine has another format")
    reasons = []
    for _ in range(heads.number()):
        reasons.append(heads.text().decode())
        if heads.number() & 1:
            heads.text()
        if heads.number():
            heads.text()
    kinds = [heads.number() for _ in range(lines)]
    gaps = [heads.signed() for _ in range(lines)]
    found = []
    for kind, gap in zip(kinds, gaps):
        length = heads.signed()
        found.append((end + gap, length, reasons[kind]))
        end += gap + length
    return found


def texts_of(columns, lines):
    shapes = [columns.text() for _ in range(columns.number())]
    shape_of = [columns.number() if len(shapes) > 1 else 0 for _ in range(lines)]
    words = [
        [words_of(columns, shape_of.count(number)) for byte in shape if is_word(byte)]
        for number, shape in enumerate(shapes)
    ]
    texts = []
    for shape in shape_of:
        own = iter(words[shape])
        texts.append(b"".join(next(next(own)) if is_word(byte) else bytes([byte]) for byte in shapes[shape]))
    return texts


def is_word(byte):
    return byte >= 0x80 or chr(byte).isalnum() or byte == 0x5F


def words_of(columns, count):
    kind = columns.number()
    if kind == 0:
        return iter([columns.text()] * count)
    if kind == 1:
        length = columns.number()
        return iter([columns.bytes(length) for _ in range(count)])
    if kind == 2:
        return iter(columns.text().split(b"\n"))
    lengths = [columns.number() for _ in range(count)]
    return iter([columns.bytes(length) for length in lengths])
