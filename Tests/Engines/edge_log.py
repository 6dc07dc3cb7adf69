"""Writes a small log in which everything lies on an edge, in no order, as NDJSON.

    edge_log.py FILE SEED

Besides the log that check_queries.py makes of the seed (equal times, gaps of exactly a window, fields that are missing)
it has tokens whose issue is logged after their first use or never, and bursts of failures that just fit into a window
of the detector, or just do not. Needs duckdb and pyarrow, which check_queries.py imports.
"""

import json
import random
import sys

from check_queries import DAY, HOUR, SECOND, random_log
from check_trail import time_text

YEAR = 365 * DAY
# 2026-01-01, behind which a clock may stand.
FIRST_FUTURE = 20_454 * DAY
WIDTHS = (60 * SECOND, 600 * SECOND, HOUR, DAY)


def late_births(pick, tokens, newest):
    """Issues of tokens that were used before, some of them far behind the first use."""
    for token, first_use in tokens:
        if pick.random() < 0.5:
            ts = min(first_use + pick.choice([0, 1, HOUR, DAY, 90 * DAY]), newest)
            yield {"ts": ts, "event": "issued", "token_id": token, "principal": "late", "kind": "api_token"}


def bursts(pick, start):
    """25 mismatches on as many credentials, from the first to the last a window but for -1, 0 or 1 microseconds."""
    for place in range(3 * len(WIDTHS)):
        width, more = WIDTHS[place % len(WIDTHS)], place // len(WIDTHS) - 1
        begin = start + place * 3 * DAY
        inner = sorted(pick.randrange(width) for _ in range(23))
        for number, offset in enumerate([0, *inner, width + more]):
            yield {
                "ts": begin + offset, "event": "failed", "reason": "hash_mismatch", "ip": f"203.0.113.{place + 1}",
                "presented": f"guess_{place}_{number}", "user_agent": "python-requests/2.32",
            }


def main(path, seed):
    pick = random.Random(int(seed))
    rows = [{name.removesuffix("_us"): value for name, value in row.items()} for row in random_log(int(seed))[0]]
    first_uses = {}
    for row in rows:
        if row["event"] == "used":
            token = row["token_id"]
            first_uses[token] = min(row["ts"], first_uses.get(token, row["ts"]))
    issued = {row["token_id"] for row in rows if row["event"] == "issued"}
    oldest, newest = min(row["ts"] for row in rows), max(row["ts"] for row in rows)
    strangers = [(token, ts) for token, ts in first_uses.items() if token not in issued]
    rows += [*late_births(pick, strangers, newest), *bursts(pick, oldest)]
    if FIRST_FUTURE - 3 * YEAR < oldest < FIRST_FUTURE + 50 * YEAR:
        # What lies in the future today and in the past tomorrow would give other answers tomorrow.
        for row in rows:
            row.update({name: row[name] - 5 * YEAR for name in ("ts", "expires_at") if row.get(name) is not None})
    pick.shuffle(rows)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(line(pick, row), ensure_ascii=False) + "\n")


def line(pick, row):
    """The fields that a log has, times in both ways of writing them."""
    own = ("source", "source_offset", "date")
    fields = {name: value for name, value in row.items() if value is not None and name not in own}
    for name in ("ts", "expires_at"):
        if name in fields and pick.random() < 0.5:
            fields[name] = time_text(fields[name])
    return fields


if __name__ == "__main__":
    main(*sys.argv[1:])
