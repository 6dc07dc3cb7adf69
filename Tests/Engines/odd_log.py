"""Writes a log of strange but mostly valid lines, as NDJSON.

    odd_log.py FILE SEED [plain]

Every field is there, with texts that are empty, long, of other scripts, or made of control characters and quotes; with
numbers at the ends of their ranges; with wrong types, repeated keys and unknown fields. One line in ten is no event.
With `plain` no text holds U+0000, at which SQLite ends a text, or U+0301, which makes different texts mean one, and no
time lies in the future, which a report leaves out unless it is asked for.
"""

import json
import random
import sys

from check_queries import DAY, REQUIRED, SECOND
from check_trail import time_text
from read_events import LATEST, OTHER_NAMES, TEXTS

WORDS = [
    "", " ", "a", "A", "t", "null", "0", "é", "e\u0301", "日本", "😀", "\0", "a\0b", "a\0c", "\u001b[31m", "\u2028", "\ufeff",
    "\ufffd", "\uffff", "\U0010ffff", '"', "\\", "'; --", ",", "a,b", "=1+1", "x" * 63, "x" * 64, "x" * 65, "é" * 32,
    "é" * 33, "x" * 5000, "198.51.100.7", "::1", "2001:DB8::1", "1e5", "%s", "\r\n", "\t", "hash_mismatch",
]
NUMBERS = [
    "0", "-0", "-0.0", "1", "-1", "0.1", "1e-7", "5e-324", "1.7976931348623157e-300", "9007199254740991", "1E2", "3.0",
    "123456.789", "9007199254740992", "1e400", "0.30000000000000004", "12345678901234567890",
]
OTHERS = ["true", "false", "null", "{}", "[]", '{"a":[1,2.50,"\\u0041"],"a":null}', '["a",1]']
# Few days, far apart: each is in a month of its own, which is a partition.
PAST = [0, 1, 11_016, 20_569]
FUTURE = [47_541, LATEST // DAY - 1]
BAD = [
    "[]", "{", '{"ts":1}', "nothing", '{"ts":-1,"event":"used","token_id":"t"}',
    '{"ts":1,"event":"used","token_id":null}',
]


def text(pick, word=None):
    """A word as JSON text, plainly or with escapes."""
    return json.dumps(pick.choice(WORDS) if word is None else word, ensure_ascii=pick.random() < 0.5)


def any_value(pick):
    return pick.choice([lambda: text(pick), lambda: pick.choice(NUMBERS), lambda: pick.choice(OTHERS)])()


def time(pick, days):
    ts = pick.choice(days) * DAY + pick.choice([0, 1, DAY - 1, pick.randrange(DAY), pick.randrange(86400) * SECOND])
    shapes = [json.dumps(time_text(ts)), json.dumps(time_text(ts).replace("T", " ").replace("Z", "+00:00"))]
    return pick.choice([*shapes, str(ts)] if 10**14 <= ts < 10**17 else shapes)


def value(pick, name):
    if pick.random() < 0.05:
        return any_value(pick)
    if name == "expires_at":
        return time(pick, PAST + FUTURE)
    if name == "latency_ms":
        return pick.choice(NUMBERS)
    if name == "success":
        return pick.choice(["true", "false"])
    if name == "scopes":
        return "[" + ", ".join(text(pick) for _ in range(pick.choice([0, 1, 1, 2, 5]))) + "]"
    return text(pick)


def line(pick, days):
    if pick.random() < 0.08:
        return pick.choice(BAD)
    kind = pick.choice(list(REQUIRED))
    members = [("ts", time(pick, days)), ("event", text(pick, kind))]
    members += [(name, text(pick)) for name in REQUIRED[kind]]
    # Of an anonymous caller, and of an issue that nothing can follow, there is no token.
    if kind in ("used", "issued") and pick.random() < 0.8:
        members.append(("token_id", text(pick)))
    names = [*TEXTS[1:], "expires_at", "latency_ms", "success", "scopes", *OTHER_NAMES]
    names += ["source", "zone", "é", "", "\0", "Ts"]
    members += [(name, value(pick, name)) for name in pick.sample(names, pick.randrange(12))]
    if pick.random() < 0.5:
        pick.shuffle(members)
    return "{" + ",".join(f"{text(pick, name)}:{value}" for name, value in members) + "}"


def main(path, seed, *options):
    pick = random.Random(int(seed))
    is_plain = "plain" in options
    days = PAST if is_plain else PAST + FUTURE
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for _ in range(3000):
            row = line(pick, days)
            if not is_plain or not any(odd in row for odd in ("\\u0000", "\\u0301", "\u0301")):
                file.write(row + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
