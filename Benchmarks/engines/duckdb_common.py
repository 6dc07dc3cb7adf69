"""What both DuckDB stores share: how the log is read, and the questions in SQL."""

COLUMNS = {
    "ts": "TIMESTAMP", "event": "VARCHAR", "event_id": "VARCHAR", "token_id": "VARCHAR", "kind": "VARCHAR",
    "principal": "VARCHAR", "actor": "VARCHAR", "scopes": "VARCHAR[]", "expires_at": "TIMESTAMP", "tool": "VARCHAR",
    "latency_ms": "DOUBLE", "success": "BOOLEAN", "reason": "VARCHAR", "ip": "VARCHAR", "user_agent": "VARCHAR",
    "presented": "VARCHAR", "refresh_token_id": "VARCHAR", "old_token_id": "VARCHAR", "client_id": "VARCHAR",
    "family_id": "VARCHAR", "code_id": "VARCHAR", "region": "VARCHAR", "request_id": "VARCHAR",
}

_FAILED = """
SELECT ip, count(*) AS failures, count(DISTINCT coalesce(presented, token_id)) AS credentials
FROM events WHERE event = 'failed' {within} GROUP BY ip HAVING count(*) >= {min_failures} ORDER BY failures DESC
"""

# `newest` is the time of the newest event, so that (newest - 24 h, newest] is the day before "just after" it.
SQL = {
    "dormant": """
WITH recent AS (
    SELECT token_id, count(*) AS uses, min(ts) AS first_use FROM events
    WHERE event = 'used' AND ts > {newest} - INTERVAL 24 HOUR AND ts <= {newest} GROUP BY token_id
)
SELECT * FROM recent ANTI JOIN (
    SELECT token_id FROM events
    WHERE event = 'used' AND ts > {newest} - INTERVAL 91 DAY AND ts <= {newest} - INTERVAL 24 HOUR
) USING (token_id) ORDER BY first_use
""",
    "failed-all": _FAILED.replace("{within}", ""),
    "failed-24h": _FAILED.replace("{within}", "AND ts > {newest} - INTERVAL 24 HOUR AND ts <= {newest}"),
    "token": "SELECT * FROM events WHERE token_id = '{token}' ORDER BY ts",
    "by-day": "SELECT CAST(ts AS DATE) AS date, event, count(*) AS events FROM events GROUP BY ALL ORDER BY ALL",
}


def lines(log):
    """The log as a table. The columns are named, which is faster than letting DuckDB find them."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    return f"read_json('{log}', format = 'newline_delimited', columns = {{{columns}}})"


def answer(connection, question, facts, output):
    token = question.removeprefix("token-")
    sql = SQL["token" if token != question else question].format(
        newest=f"TIMESTAMP '{facts['newest']}'",
        min_failures=facts["min_failures"],
        token=facts["tokens"].get(token, {}).get("id"),
    )
    connection.execute(f"COPY ({sql}) TO '{output}' (FORMAT json)")
