"""Runs every report of Queries/sql in SQLite and in DuckDB and holds the answers against each other.

    check_queries.py [LOG.ndjson ...]

Without arguments the logs are small ones made from seeds, full of ties, of times exactly one window apart, and of
fields that are missing; on these most reports are also held against plain Python
that compares everything with everything. With arguments the logs are those files, and only engine is held
against engine. Needs duckdb and pyarrow. Exit status 0 if all answers are equal, 1 if not.
"""

import json
import pathlib
import random
import re
import sqlite3
import sys
import time
from collections import defaultdict
from datetime import datetime, timedelta, timezone

import duckdb
import pyarrow

from clients import client

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
QUERIES = pathlib.Path(__file__).resolve().parents[2] / "Queries" / "sql"

# The columns of each table that a report may use; i is an integer, f a number, everything else text. Reports take of
# times the microseconds, which have names of their own.
EVENTS = (
    "ts_us:i event event_id token_id kind principal actor scopes expires_at_us:i tool latency_ms:f success:i reason ip "
    "user_agent presented refresh_token_id old_token_id client_id family_id code_id extra source source_offset:i date"
)
TABLES = {
    "events": EVENTS,
    "token_days": "token_id date uses:i first_use_us:i last_use_us:i previous_day_us:i",
    "ip_hours": "ip hour_start_us:i failures:i",
    "tokens": "token_id kind principal issued_at_us:i issued_by expires_at_us:i revoked_at_us:i superseded_by scopes "
    "first_use_us:i last_use_us:i uses:i",
    "event_days": "date event events:i",
    "quarantine": "source generation:i source_offset:i length:i reason text",
    "log_span": "begins_us:i stray_from_us:i stray_to_us:i",
}
NAMES = {table: [word.split(":")[0] for word in words.split()] for table, words in TABLES.items()}
TYPES = {"i": ("INTEGER", pyarrow.int64()), "f": ("REAL", pyarrow.float64()), "": ("TEXT", pyarrow.string())}
ALIASES = {
    "": {"admin": "actor", "revoked_by": "actor", "user_id": "principal", "token_hash": "presented"},
    "refreshed": {"new_token_id": "token_id", "superseded_token_id": "old_token_id"},
}
REQUIRED = {
    "issued": ["principal"],
    "used": [],
    "revoked": ["token_id"],
    "failed": ["reason"],
    "exchanged": ["principal"],
    "refreshed": ["token_id", "principal", "old_token_id"],
}
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:\d\d)")


# --- A log as tables -------------------------------------------------------------------------------------------------


def microseconds(value):
    """The time that a field means, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        for limit, factor in ((10**11, 1_000_000), (10**14, 1000), (10**17, 1)):
            if abs(value) < limit:
                return value * factor
        return value // 1000
    match = TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    try:
        time_of = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    zone = match.group(8)
    offset = 0 if zone in "Zz" else (int(zone[1:3]) * 60 + int(zone[4:])) * (-1 if zone[0] == "-" else 1)
    whole = (time_of - EPOCH) // timedelta(seconds=1) - offset * 60
    return whole * SECOND + int((match.group(7) or "").ljust(6, "0")[:6])


def lacks(event, row):
    """Whether a field is missing without which the line is no event."""
    if event == "used" and all(row.get(name) is None for name in ("token_id", "principal", "ip")):
        return True
    return any(row.get(name) is None for name in REQUIRED[event])


def day_text(ts):
    return (EPOCH + timedelta(microseconds=ts)).strftime("%Y-%m-%d")


def read_line(line, source, offset):
    """A row of events as a dictionary, or the reason why the line is none."""
    try:
        fields = json.loads(line)
    except ValueError:
        return "not JSON"
    if not isinstance(fields, dict):
        return "not an object"
    event = fields.get("event")
    if event not in REQUIRED:
        return "unknown event"
    names = {**ALIASES[""], **ALIASES.get(event, {})}
    row = dict.fromkeys(NAMES["events"])
    extra = {}
    for name, value in fields.items():
        name = names.get(name, name)
        if name in ("ts", "expires_at"):
            row[name + "_us"] = microseconds(value)
        elif name == "success" and isinstance(value, bool):
            row[name] = int(value)
        elif name == "latency_ms" and isinstance(value, (int, float)):
            row[name] = float(value)
        elif name == "scopes" and isinstance(value, list):
            row[name] = json.dumps(value)
        elif name in row and isinstance(value, str):
            row[name] = value
        else:
            extra[name] = value
    if row["ts_us"] is None:
        return "no usable time"
    if lacks(event, row):
        return "required field missing"
    row.update(source=source, source_offset=offset, date=day_text(row["ts_us"]))
    row["extra"] = json.dumps(extra) if extra else None
    return row


def read_log(path):
    """The events of a file and what is no event."""
    events, quarantine = [], []
    offset = 0
    with open(path, "rb") as file:
        for line in file:
            row = read_line(line, str(path), offset)
            if isinstance(row, dict):
                events.append(row)
            elif line.strip():
                quarantine.append((str(path), 1, offset, len(line), row, line.decode("utf-8", "replace").rstrip("\n")))
            offset += len(line)
    return events, quarantine


def tables_of(events, quarantine):
    """All tables. Rollups come in pieces, as they do when a log is read in batches, small ones for every other log."""
    size = 25 if len(events) % 2 else 5000
    token_days, event_days, tokens, ip_hours = {}, defaultdict(int), {}, defaultdict(int)
    for place, row in enumerate(events):
        ts, event, token, batch = row["ts_us"], row["event"], row["token_id"], place // size
        event_days[row["date"], event, batch] += 1
        if event == "used" and token is not None:
            key = (token, row["date"], batch)
            uses, first, last = token_days.get(key, (0, ts, ts))
            token_days[key] = (uses + 1, min(first, ts), max(last, ts))
        if event == "failed":
            ip_hours[row["ip"] or None, ts // HOUR * HOUR, batch] += 1
        learn_token(tokens, row)
    return {
        "events": [tuple(row.values()) for row in events],
        "token_days": [
            (token, date, *counts, days_before(token_days, token, date))
            for (token, date, _), counts in token_days.items()
        ],
        "ip_hours": [(ip, hour, failures) for (ip, hour, _), failures in ip_hours.items()],
        "tokens": [tuple(life.values()) for life in tokens.values()],
        "event_days": [(date, event, count) for (date, event, _), count in event_days.items()],
        "quarantine": quarantine,
        "log_span": [log_span([row["ts_us"] for row in events])],
    }


def log_begins(times):
    """The first event, but for those which lie more than a year before the rest and are fewer than one in a thousand."""
    times = sorted(times)
    first = times[0] if times else None
    for place in range(1, len(times)):
        if times[place] // DAY - times[place - 1] // DAY > 365 and place * 1000 < len(times):
            first = times[place]
    return first


def log_span(times):
    """Where the log begins, and from when to when stray events lie before that."""
    begins = log_begins(times)
    strays = [time for time in times if time < begins] if times else []
    return begins, min(strays, default=None), max(strays, default=None)


def days_before(token_days, token, date):
    """Midnight of the last earlier day with a use, or None."""
    earlier = [other for name, other, _ in token_days if name == token and other < date]
    return microseconds(max(earlier) + "T00:00:00Z") if earlier else None


def learn_token(tokens, row):
    token, event, ts = row["token_id"], row["event"], row["ts_us"]
    if row["old_token_id"] is not None and event == "refreshed":
        life_of(tokens, row["old_token_id"])["superseded_by"] = token
    if token is None or event == "failed":
        return
    life = life_of(tokens, token)
    for name in ("kind", "principal"):
        life[name] = life[name] or row[name]
    if event == "used":
        life["uses"] += 1
        life["first_use_us"] = ts if life["first_use_us"] is None else min(life["first_use_us"], ts)
        life["last_use_us"] = ts if life["last_use_us"] is None else max(life["last_use_us"], ts)
    elif event == "revoked":
        life["revoked_at_us"] = ts if life["revoked_at_us"] is None else min(life["revoked_at_us"], ts)
    elif life["issued_at_us"] is None or ts < life["issued_at_us"]:
        life.update(issued_at_us=ts, issued_by=row["actor"], expires_at_us=row["expires_at_us"], scopes=row["scopes"])


def life_of(tokens, token):
    if token not in tokens:
        tokens[token] = dict.fromkeys(NAMES["tokens"])
        tokens[token].update(token_id=token, uses=0)
    return tokens[token]


# --- The two engines -------------------------------------------------------------------------------------------------


class Sqlite:
    name = "SQLite"

    def __init__(self, tables):
        self.connection = sqlite3.connect(":memory:")
        self.connection.create_function("client", 1, lambda text: None if text is None else client(text))
        for table, rows in tables.items():
            columns = [word.partition(":") for word in TABLES[table].split()]
            definition = ", ".join(f"{name} {TYPES[kind][0]}" for name, _, kind in columns)
            self.connection.execute(f"CREATE TABLE {table} ({definition})")
            marks = ", ".join("?" * len(columns))
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        addresses = self.connection.execute("SELECT ip FROM events UNION SELECT ip FROM ip_hours").fetchall()
        self.connection.execute("CREATE TABLE clients (ip TEXT, client TEXT)")
        self.connection.executemany(
            "INSERT INTO clients VALUES (?, ?)", [(ip, client(ip)) for ip, in addresses if ip is not None])
        self.connection.execute("CREATE INDEX token_days_of ON token_days (token_id, date, last_use_us)")

    def run(self, sql, values):
        cursor = self.connection.execute(sql, values)
        return [column[0] for column in cursor.description], cursor.fetchall()


class DuckDB:
    name = "DuckDB"

    def __init__(self, tables):
        self.connection = duckdb.connect()
        for table, rows in tables.items():
            columns = [word.partition(":") for word in TABLES[table].split()]
            values = list(zip(*rows)) or [()] * len(columns)
            arrays = [pyarrow.array(value, TYPES[kind][1]) for value, (_, _, kind) in zip(values, columns)]
            self.connection.register(table + "_rows", pyarrow.table(arrays, [name for name, _, _ in columns]))
            self.connection.execute(f"CREATE VIEW {table} AS SELECT * FROM {table}_rows")

    def name_clients(self):
        """A table of all addresses and the clients that they stand for."""
        addresses = [row[0] for row in self.connection.execute(
            "SELECT ip FROM events WHERE ip IS NOT NULL UNION SELECT ip FROM ip_hours WHERE ip IS NOT NULL").fetchall()]
        names = [pyarrow.array(texts, pyarrow.string()) for texts in (addresses, [client(text) for text in addresses])]
        self.connection.register("clients", pyarrow.table(names, ["ip", "client"]))

    def run(self, sql, values):
        if " clients " in sql or "client(ip)" in sql:
            self.name_clients()
        if "client(ip)" in sql:
            # Functions in Python would need a library more: the addresses are replaced before.
            sql = sql.replace("client(ip)", "ip").replace("FROM events\n", """FROM (
                SELECT e.* REPLACE (COALESCE(c.client, e.ip) AS ip) FROM events AS e LEFT JOIN clients AS c ON c.ip = e.ip
            )\n""")
        # The only change: DuckDB writes a bound parameter as $name.
        cursor = self.connection.execute(re.sub(r":(\w+)", r"$\1", sql), values)
        return [column[0] for column in cursor.description], cursor.fetchall()


# --- Reports ---------------------------------------------------------------------------------------------------------


def without_comments(sql):
    return "\n".join(line.split("--")[0] for line in sql.splitlines())


# Other engines have no such function; they are told in SQL what it says.
CALL = "FROM failures_by_ip(:window, :since, :until, :min_failures)\n"
FAILURES_BY_IP = without_comments(pathlib.Path(__file__).with_name("failures_by_ip.sql").read_text())


class Report:
    """A file of Queries/sql: its header and its statement."""

    def __init__(self, path):
        text = path.read_text()
        self.name = path.stem
        self.statement = without_comments(text).replace(CALL, f"FROM (\n{FAILURES_BY_IP})\n")
        header = dict(re.findall(r"^-- (title|question): (.+)$", text, re.M))
        self.parameters = re.findall(r"^-- parameter: (\w+) (time|duration|integer|text) =(\S*)(?: from \S+)? — .+$", text, re.M)
        self.columns = re.findall(r"^-- column: (\w+) (time|integer|number|text) — .+$", text, re.M)
        lines = len(re.findall(r"^-- (?:title|question|parameter|column):", text, re.M))
        used = set(re.findall(r":(\w+)", self.statement))
        require(len(header) == 2, f"{self.name}: the header needs one title and one question")
        require(lines == 2 + len(self.parameters) + len(self.columns), f"{self.name}: a header line is malformed")
        declared = {name for name, _, _ in self.parameters}
        require(used == declared, f"{self.name}: it declares {declared} and uses {used}")

    def values(self, oldest, newest, given):
        """The default of every parameter, or what is given instead."""
        units = {"d": DAY, "h": HOUR, "m": 60 * SECOND, "s": SECOND}
        values = {}
        for name, kind, default in self.parameters:
            if kind == "time":
                values[name] = {"oldest": oldest, "newest": newest}[default]
            elif kind == "duration":
                values[name] = int(default[:-1]) * units[default[-1]]
            else:
                values[name] = int(default) if kind == "integer" else default
        values.update({name: value for name, value in given.items() if name in values})
        return values


class Difference(Exception):
    pass


def require(condition, message):
    if not condition:
        raise Difference(message)


def require_equal(what, left_name, left, right_name, right):
    if left == right:
        return
    for place in range(max(len(left), len(right))):
        pair = [side[place] if place < len(side) else None for side in (left, right)]
        if pair[0] != pair[1]:
            raise Difference(f"{what}: row {place} is {pair[0]} in {left_name} and {pair[1]} in {right_name}")


def answers(report, engines, values):
    """The rows of a report, once all engines agree on them to the last bit."""
    first = None
    for engine in engines:
        names, rows = engine.run(report.statement, values)
        require(names == [name for name, _ in report.columns], f"{report.name}: columns are {names} in {engine.name}")
        for row in rows:
            for (name, kind), value in zip(report.columns, row):
                good = {"text": str, "number": float, "time": int, "integer": int}[kind]
                fits = value is None or isinstance(value, good)
                require(fits, f"{report.name}: {name} is {value!r} in {engine.name}, not {kind}")
        if first is None:
            first = (engine.name, rows)
        require_equal(f"{report.name} {values}", *first, engine.name, rows)
    return first[1]


# --- The definitions, in plain Python ---------------------------------------------------------------------------------


def decimals(number):
    """Days, cut to three decimals."""
    return None if number is None or number < 0 else number // (DAY // 1000) / 1000


def judge(use, previous, issued, log_start, idle):
    """The gap before a use and its class."""
    gap = use - previous if previous is not None else use - issued if issued is not None else None
    if previous is not None:
        kind = "dormant_reactivated"
    elif issued is not None:
        kind = "dormant_from_birth" if gap >= idle else "first_use"
    else:
        kind = "unknown_origin" if use - log_start >= idle else "insufficient_history"
    return gap, kind


def token_histories(events):
    uses, issued = defaultdict(list), {}
    for row in events:
        token = row["token_id"]
        if row["event"] == "used":
            uses[token].append(row["ts_us"])
        if row["event"] in ("issued", "exchanged", "refreshed") and token is not None:
            issued[token] = min(row["ts_us"], issued.get(token, row["ts_us"]))
    return {token: sorted(times) for token, times in uses.items()}, issued


def in_order(rows):
    return sorted(rows, key=lambda row: (row[4] is None, -(row[4] or 0), row[2], row[0]))


def dormant_literal(events, values):
    rows = []
    start = values["as_of"] - values["recent"]
    log_start = log_begins([row["ts_us"] for row in events])
    uses, issued = token_histories(events)
    for token, times in uses.items():
        recent = [use for use in times if start <= use < values["as_of"]]
        if not recent or any(start - values["idle"] <= use < start for use in times):
            continue
        previous = max((use for use in times if use < start), default=None)
        gap, kind = judge(recent[0], previous, issued.get(token), log_start, values["idle"])
        rows.append((token, len(recent), recent[0], previous, decimals(gap), kind))
    return in_order(rows)


def dormant_gaps(events, values):
    rows = []
    log_start = log_begins([row["ts_us"] for row in events])
    uses, issued = token_histories(events)
    for token, times in uses.items():
        # A use that a clock which was not set has dated is no past.
        times = [time for time in times if time >= log_start]
        for place, use in enumerate(times):
            if not values["as_of"] - values["recent"] <= use < values["as_of"]:
                continue
            previous = times[place - 1] if place else None
            gap, kind = judge(use, previous, issued.get(token), log_start, values["idle"])
            if kind == "unknown_origin" or (gap is not None and gap >= values["idle"]):
                same_day = [other for other in times if use <= other < values["as_of"] and other // DAY == use // DAY]
                rows.append((token, len(same_day), use, previous, decimals(gap), kind))
    return in_order(rows)


def failed_by_ip(events, values):
    by_ip = defaultdict(list)
    for row in events:
        if row["event"] == "failed" and values["since"] <= row["ts_us"] < values["until"]:
            by_ip[row["ip"] and client(row["ip"])].append(row)
    rows = []
    for ip, failures in by_ip.items():
        most, widest = 0, 0
        for last in failures:
            window = [row for row in failures if last["ts_us"] - values["window"] < row["ts_us"] <= last["ts_us"]]
            known = {row["presented"] if row["presented"] is not None else row["token_id"] for row in window}
            most, widest = max(most, len(window)), max(widest, len(known - {None}))
        if most >= values["min_failures"] and widest >= values["min_credentials"]:
            times = [row["ts_us"] for row in failures]
            lists = [listed(row[name] for row in failures) for name in ("reason", "user_agent")]
            rows.append((ip, most, widest, *lists, min(times), max(times)))
    return sorted(rows, key=lambda row: (-row[1], -row[2], row[0] is None, row[0] or ""))


def events_by_day(events, values):
    kinds = ["used", "failed", "issued", "revoked", "exchanged", "refreshed"]
    days = defaultdict(lambda: dict.fromkeys(kinds, 0))
    for row in events:
        midnight = row["ts_us"] - row["ts_us"] % DAY
        if midnight + DAY > values["since"] and midnight < values["until"]:
            days[row["date"]][row["event"]] += 1
    return [(date, sum(counts.values()), *counts.values()) for date, counts in sorted(days.items())]


def failures_by_reason(events, values):
    failed = [row for row in events if row["event"] == "failed" and values["since"] <= row["ts_us"] < values["until"]]
    by_reason = defaultdict(list)
    for row in failed:
        by_reason[row["reason"]].append(row)
    rows = []
    for reason, group in by_reason.items():
        known = {row["presented"] if row["presented"] is not None else row["token_id"] for row in group}
        ips = {row["ip"] and client(row["ip"]) for row in group}
        agents = {row["user_agent"] for row in group}
        times = [row["ts_us"] for row in group]
        percent = len(group) * 10_000 // len(failed) / 100
        counts = [len(words - {None}) for words in (ips, known, agents)]
        rows.append((reason, len(group), percent, *counts, min(times), max(times)))
    return sorted(rows, key=lambda row: (-row[1], row[0].encode()))


def listed(words):
    counts = defaultdict(int)
    for word in words:
        if word is not None:
            counts[word[:200]] += 1
    ranked = sorted(counts, key=lambda word: (-counts[word], word.encode()))
    return (", ".join(ranked[:5]) + (f" and {len(ranked) - 5} more" if len(ranked) > 5 else "")) or None


ORACLES = {
    "dormant-tokens": dormant_literal,
    "dormant-tokens-gap": dormant_gaps,
    "events-by-day": events_by_day,
    "failed-by-ip": failed_by_ip,
    "failures-by-reason": failures_by_reason,
}


# --- Logs from seeds --------------------------------------------------------------------------------------------------


def random_log(seed):
    """A small log in no order, with many equal times and with gaps that end exactly where a window does."""
    pick = random.Random(seed)
    # Around the leap day of 2000, today, and the end of February 2100, which has no leap day.
    start = pick.choice([951_500_000, 1_740_000_000, 4_107_200_000]) * SECOND + pick.randrange(DAY)
    rows = []

    def add(event, ts, **fields):
        row = dict.fromkeys(NAMES["events"])
        row.update(event=event, ts_us=ts, date=day_text(ts), source="seed", source_offset=len(rows), **fields)
        rows.append(row)

    for number in range(40):
        token = f"tok_{number}"
        # Steps that are exactly the dormancy, the window, a day, or nothing at all.
        ts = start + pick.randrange(30) * DAY
        if pick.random() < 0.6:
            add("issued", ts, token_id=token, principal="p", expires_at_us=ts + 90 * DAY, actor="admin:a")
        for _ in range(pick.randrange(9)):
            steps = [0, 1, HOUR, HOUR, 23 * HOUR, DAY - 1, DAY, DAY + 1, 20 * DAY, 90 * DAY - 1, 90 * DAY, 95 * DAY]
            ts += pick.choice(steps)
            if pick.random() < 0.1:
                ts += DAY - ts % DAY
            add("used", ts, token_id=token, principal="p")
    for _ in range(400):
        ts = start + pick.randrange(12) * 600 * SECOND + pick.choice([0, 0, 1, -1])
        presented = pick.choice([None, "a", "b", "c", "d", "e"])
        add(
            "failed",
            ts,
            reason=pick.choice(["hash_mismatch", "expired", "missing_scope", "x", "y", "z", "é"]),
            ip=pick.choice([None, "", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:DB8::1"]),
            token_id=pick.choice([None, "tok_1", "a"]),
            presented=presented,
            user_agent=pick.choice([None, "curl", "agent, with comma"]),
        )
    add("revoked", start + 5 * DAY, token_id="tok_1")
    add("refreshed", start + 6 * DAY, token_id="at_2", old_token_id="at_1", principal="user:1")
    add("exchanged", start + 7 * DAY, principal="user:2")
    pick.shuffle(rows)
    return rows, [("seed", 1, 10, 5, "not JSON", "{oops"), ("other", 2, 0, 3, "not an object", "[1]")]


def parameter_sets(events, oldest, newest):
    """Values to try instead of the defaults, chosen to meet borders: the first set changes nothing."""
    uses = sorted(row["ts_us"] for row in events if row["event"] == "used") or [oldest]
    fails = sorted(row["ts_us"] for row in events if row["event"] == "failed") or [oldest]
    tokens = [row["token_id"] for row in events if row["token_id"] is not None] or [""]
    # A window that begins between two uses of a day, and one that begins on a use.
    some = [uses[len(uses) * part // 8] for part in range(1, 8)]
    inside = [{"as_of": use + HOUR // 2, "recent": HOUR, "idle": DAY} for use in some]
    edges = [{"as_of": use + DAY, "recent": DAY, "idle": DAY} for use in some]
    return [
        {},
        {"recent": newest - oldest + DAY, "min_failures": 1},
        {"as_of": uses[len(uses) // 2], "recent": 7 * DAY, "window": 600 * SECOND, "min_failures": 2},
        {"as_of": uses[-1], "recent": DAY, "idle": 20 * DAY, "window": 1, "min_failures": 1, "min_credentials": 1},
        {"as_of": uses[len(uses) // 3] + DAY, "recent": DAY, "idle": 95 * DAY, "min_credentials": 3},
        {"as_of": newest + 40 * DAY, "recent": 60 * DAY, "window": 7 * DAY, "min_failures": 20},
        {"since": fails[len(fails) // 4], "until": fails[-1], "window": 1200 * SECOND, "min_failures": 3},
        {"since": oldest + DAY, "until": newest - DAY, "limit": 7, "token": tokens[0], "source": "seed"},
        {"recent": HOUR, "idle": HOUR, "window": 2, "min_failures": 0},
        {"as_of": oldest, "since": newest, "until": oldest, "reason": "not JSON", "principal": "p"},
        *inside,
        *edges,
    ]


def check(name, events, quarantine, reports, with_oracles):
    tables = tables_of(events, quarantine)
    engines = [Sqlite(tables), DuckDB(tables)]
    oldest = min((row["ts_us"] for row in events), default=0)
    newest = max((row["ts_us"] for row in events), default=0) + 1
    counts = defaultdict(int)
    sets = parameter_sets(events, oldest, newest)
    for given in sets if with_oracles else sets[:5]:
        for report in reports:
            values = report.values(oldest, newest, given)
            rows = answers(report, engines, values)
            counts[report.name] += len(rows)
            # The gap form promises nothing below a day.
            is_exact = report.name != "dormant-tokens-gap" or values["idle"] >= DAY
            if with_oracles and report.name in ORACLES and is_exact:
                expected = ORACLES[report.name](events, values)
                require_equal(f"{report.name} {values}", "the engines", rows, "Python", expected)
    return counts


def main(paths):
    reports = [Report(path) for path in sorted(QUERIES.glob("*.sql"))]
    require(len(reports) >= 8, f"there are only {len(reports)} reports in {QUERIES}")
    totals = defaultdict(int)
    if paths:
        for path in paths:
            begin = time.monotonic()
            for report, rows in check(path, *read_log(path), reports, False).items():
                totals[report] += rows
            print(f"{path}: all reports agree ({time.monotonic() - begin:.1f} s)")
    else:
        check("empty", [], [], reports, True)
        for seed in range(12):
            for report, rows in check(f"seed {seed}", *random_log(seed), reports, True).items():
                totals[report] += rows
        # A comparison of nothing with nothing proves nothing.
        require(all(totals[report.name] >= 50 for report in reports), f"too few rows were compared: {dict(totals)}")
    for report in reports:
        print(f"{report.name}: {totals[report.name]} rows, the same in SQLite {sqlite3.sqlite_version} and DuckDB")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Difference as difference:
        sys.exit(f"check_queries: {difference}")
