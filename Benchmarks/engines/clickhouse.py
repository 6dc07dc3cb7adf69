"""The ClickHouse engine in its embedded form, chdb: a MergeTree table on disk."""

from engines.peer import Peer

# Name, type and what goes before ZSTD(3). A text that is absent is '' as ClickHouse users do it; a number or a truth
# value that is absent has to stay apart from 0 and false. Tried at 1 M events and found larger: plain String for
# token_id and principal, LowCardinality for ip, DoubleDelta for ts. FixedString for event_id is no smaller.
COLUMNS = [
    ("ts", "DateTime64(3, 'UTC')", "Delta, "),
    ("event", "LowCardinality(String)", ""),
    ("event_id", "String", ""),
    ("token_id", "LowCardinality(String)", ""),
    ("kind", "LowCardinality(String)", ""),
    ("principal", "LowCardinality(String)", ""),
    ("actor", "LowCardinality(String)", ""),
    ("scopes", "Array(LowCardinality(String))", ""),
    ("expires_at", "Nullable(DateTime64(3, 'UTC'))", ""),
    ("tool", "LowCardinality(String)", ""),
    ("latency_ms", "Nullable(Float64)", ""),
    ("success", "Nullable(Bool)", ""),
    ("reason", "LowCardinality(String)", ""),
    ("ip", "String", ""),
    ("user_agent", "LowCardinality(String)", ""),
    ("presented", "String", ""),
    ("refresh_token_id", "String", ""),
    ("old_token_id", "String", ""),
    ("client_id", "LowCardinality(String)", ""),
    ("family_id", "String", ""),
    ("code_id", "String", ""),
    ("region", "LowCardinality(String)", ""),
    ("request_id", "String", ""),
]

_FAILED = """
SELECT ip, count() AS failures, uniqExact(nullIf(if(presented != '', presented, token_id), '')) AS credentials
FROM bench.events WHERE event = 'failed' {within} GROUP BY ip HAVING failures >= {min_failures} ORDER BY failures DESC
"""

SQL = {
    "dormant": """
SELECT token_id, count() AS uses, min(ts) AS first_use FROM bench.events
WHERE event = 'used' AND ts > {newest} - INTERVAL 24 HOUR AND ts <= {newest} AND token_id NOT IN (
    SELECT token_id FROM bench.events
    WHERE event = 'used' AND ts > {newest} - INTERVAL 91 DAY AND ts <= {newest} - INTERVAL 24 HOUR
) GROUP BY token_id ORDER BY first_use
""",
    "failed-all": _FAILED.replace("{within}", ""),
    "failed-24h": _FAILED.replace("{within}", "AND ts > {newest} - INTERVAL 24 HOUR AND ts <= {newest}"),
    "token": "SELECT * FROM bench.events WHERE token_id = '{token}' ORDER BY ts",
    "by-day": "SELECT toDate(ts) AS date, event, count() AS events FROM bench.events GROUP BY ALL ORDER BY ALL",
}


class ClickHouse(Peer):
    key = "clickhouse"
    title = "ClickHouse (chdb)"

    def open(self, store):
        from chdb import session

        return session.Session(store) if store else session.Session()

    def load(self, log, store):
        connection = self.open(store)
        columns = ", ".join(f"{name} {kind} CODEC({before}ZSTD(3))" for name, kind, before in COLUMNS)
        connection.query("CREATE DATABASE bench")
        # The skip index makes the search for a rare token cheap and costs 0.4 bytes an event.
        connection.query(
            f"CREATE TABLE bench.events ({columns}, INDEX by_token token_id TYPE bloom_filter GRANULARITY 1)"
            " ENGINE = MergeTree ORDER BY ts"
        )
        # Read as plain strings and turned into LowCardinality on insertion, which takes a third less time.
        # Blocks of 250,000 rows let both threads work at 1 M events too.
        structure = ", ".join(f"{name} {_plain(kind)}" for name, kind, _ in COLUMNS).replace("'", "\\'")
        connection.query(
            f"INSERT INTO bench.events SELECT * FROM file('{log}', 'JSONEachRow', '{structure}')"
            " SETTINGS date_time_input_format = 'best_effort', max_insert_threads = 2,"
            " min_insert_block_size_rows = 250000, min_insert_block_size_bytes = 0"
        )
        connection.close()

    def tidy(self, connection):
        connection.query("OPTIMIZE TABLE bench.events FINAL")

    def count(self, connection):
        return int(str(connection.query("SELECT count() FROM bench.events")))

    def bytes(self, connection, store):
        # Parts that were merged stay on disk for some minutes; only what is in use counts.
        parts = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'bench'"
        return int(str(connection.query(parts)))

    def answer(self, connection, question, facts, output):
        token = question.removeprefix("token-")
        sql = SQL["token" if token != question else question].format(
            newest=f"toDateTime64('{facts['newest']}', 3, 'UTC')",
            min_failures=facts["min_failures"],
            token=facts["tokens"].get(token, {}).get("id"),
        )
        with open(output, "wb") as file:
            file.write(connection.query(sql, "JSONEachRow").bytes())


def _plain(kind):
    return kind.replace("LowCardinality(String)", "String")
