"""Reads the log itself and prints what the questions need: facts.py LOG. A child, because it holds DuckDB."""

import json
import sys
from datetime import timedelta

import duckdb

from engines.duckdb_common import lines
from questions import MIN_FAILURES

# How many events the tokens should have; the nearest is taken. The same at every size, so that sizes compare.
TARGETS = {"busy": 8180, "warm": 127, "rare": 3}


def main():
    log = sys.argv[1]
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE log AS SELECT ts, event, token_id FROM {lines(log)}")
    rows, oldest, newest = connection.execute("SELECT count(*), min(ts), max(ts) FROM log").fetchone()
    as_of = newest + timedelta(microseconds=1)
    kinds = connection.execute("SELECT event, count(*) FROM log GROUP BY ALL ORDER BY ALL").fetchall()
    facts = {
        "events": rows,
        "newest": _text(newest),
        "day_before": _text(as_of - timedelta(hours=24)).replace(" ", "T") + "Z",
        "days": (newest - oldest).days,
        "min_failures": MIN_FAILURES,
        "tokens": _tokens(connection),
        "events_by_kind": dict(kinds),
    }
    print(json.dumps(facts))


def _tokens(connection):
    counts = "(SELECT token_id, count(*) AS n FROM log WHERE token_id IS NOT NULL GROUP BY ALL)"
    orders = {"most": "-n"} | {name: f"abs(n - {target})" for name, target in TARGETS.items()}
    tokens = {}
    for name, order in orders.items():
        sql = f"SELECT token_id, n FROM {counts} ORDER BY {order}, token_id LIMIT 1"
        token, events = connection.execute(sql).fetchone()
        tokens[name] = {"id": token, "events": events}
    return tokens


def _text(time):
    return time.isoformat(sep=" ", timespec="microseconds")


if __name__ == "__main__":
    main()
