"""Writes a small log in which everything lies on an edge, in no order, as NDJSON to standard output.

    edge_log.py SEED

Besides the log that check_queries.py makes of the seed (equal times, gaps of exactly a window, fields that are missing)
it has tokens whose issue is logged after their first use or never, and bursts of failures that just fit into a window
of the detector, or just do not. Needs duckdb and pyarrow, which check_queries.py imports.
"""

import json
import random
import sys

from check_queries import DAY, HOUR, SECOND, random_log
from check_trail import time_text

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


def main(seed):
    pick = random.Random(seed)
    rows = random_log(seed)[0]
    first_uses = {}
    for row in rows:
        if row["event"] == "used":
            token = row["token_id"]
            first_uses[token] = min(row["ts"], first_uses.get(token, row["ts"]))
    issued = {row["token_id"] for row in rows if row["event"] == "issued"}
    oldest, newest = min(row["ts"] for row in rows), max(row["ts"] for row in rows)
    strangers = [(token, ts) for token, ts in first_uses.items() if token not in issued]
    rows += [*late_births(pick, strangers, newest), *bursts(pick, oldest)]
    pick.shuffle(rows)
    for row in rows:
        fields = {name: value for name, value in row.items() if value is not None}
        for own in ("source", "source_offset", "date"):
            fields.pop(own, None)
        # Both ways to write a time.
        for name in ("ts", "expires_at"):
            if name in fields and pick.random() < 0.5:
                fields[name] = time_text(fields[name])
        print(json.dumps(fields, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]))
