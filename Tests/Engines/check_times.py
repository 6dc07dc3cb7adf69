"""Holds what `authtrail query` says about times against DuckDB over the same segments, by random statements.

    check_times.py TRAIL AUTHTRAIL [--statements N] [--seed N]

For small trails: some statements ask for all events once for each of them.

A statement is made twice from one plan: as a person writes it, with times in many forms against columns of times and
what functions make of them; and for DuckDB, with timestamps and no text in between. The program must give the same
rows or refuse the statement (64). It may refuse only where a function, a CASE or a subquery stands between a column and
a text that is not written as times are.

Prints, as one JSON object, how many statements there were, how many of them were refused, and how many rows were
compared. Exit status 0 if all is right, 1 if not.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from check_queries import DAY, EPOCH, HOUR, SECOND, Difference, require
from parquet_files import ParquetFiles

MINUTE = 60 * SECOND
# Columns of times by table; every one has its microseconds beside it.
COLUMNS = {
    "events": ["ts", "ts", "ts", "expires_at"],
    "tokens": ["issued_at", "expires_at", "revoked_at", "first_use", "last_use"],
    "token_days": ["first_use", "last_use", "previous_day"],
}
OPERATORS = ["<", "<=", ">", ">=", "=", "<>"]


def rfc(micros, form="%Y-%m-%dT%H:%M:%S.%fZ"):
    return (EPOCH + timedelta(microseconds=micros)).strftime(form)


class Time:
    """An expression that gives times: as SQLite and as DuckDB write it; `bare` if nothing stands around a column."""

    def __init__(self, lite, duck, bare=True):
        self.lite, self.duck, self.bare = lite, duck, bare


class Maker:
    """Makes statements. Literals lie near times of the log, often on one."""

    def __init__(self, seed, times):
        self.pick = random.Random(seed)
        self.times = times
        self.risky = False

    # Texts of times

    def moment(self):
        base = self.pick.choice(self.times)
        kind = self.pick.randrange(6)
        if kind < 2:
            return base
        if kind == 2:
            return base - base % DAY
        if kind == 3:
            return base - base % HOUR
        if kind == 4:
            return base - base % MINUTE
        return max(0, base + self.pick.choice([-DAY, -1, 1, SECOND, HOUR, DAY]))

    def literal(self):
        """A text and the time that it means."""
        time = self.moment()
        forms = [("%Y-%m-%dT%H:%M:%S.%fZ", 1), ("%Y-%m-%d %H:%M:%S.%f", 1)]
        if time % SECOND == 0:
            forms += [("%Y-%m-%dT%H:%M:%SZ", 1), ("%Y-%m-%d %H:%M:%S", 1), ("%Y-%m-%dT%H:%M:%S", 1), ("+02:00", 0)]
        if time % MINUTE == 0:
            forms += [("%Y-%m-%d %H:%M", 1)] * 2
        if time % DAY == 0:
            forms += [("%Y-%m-%d", 1)] * 8
        form = self.pick.choice(forms)[0]
        text = rfc(time + 2 * HOUR, "%Y-%m-%dT%H:%M:%S+02:00") if form == "+02:00" else rfc(time, form)
        return text, time

    @staticmethod
    def duck(time):
        return f"TIMESTAMP '{rfc(time, '%Y-%m-%d %H:%M:%S.%f')}'"

    # Expressions

    def column(self, table, alias):
        name = self.pick.choice(COLUMNS[table])
        return Time(f"{alias}.{name}", f"{alias}.{name}")

    def time(self, table, alias):
        one = self.column(table, alias)
        kind = self.pick.randrange(12)
        if kind == 0:
            other = self.column(table, alias)
            return Time(f"coalesce({one.lite}, {other.lite})", f"coalesce({one.duck}, {other.duck})", False)
        if kind == 1:
            test, other = self.predicate(table, alias, 0), self.column(table, alias)
            return Time(
                f"CASE WHEN {test[0]} THEN {one.lite} ELSE {other.lite} END",
                f"CASE WHEN {test[1]} THEN {one.duck} ELSE {other.duck} END", False)
        if kind == 2:
            kinds = self.pick.choice(["'used'", "'issued'", "'failed'"])
            sub = f"(SELECT {self.pick.choice(['max', 'min'])}(ts) FROM events WHERE event = {kinds})"
            return Time(sub, sub, False)
        if kind == 3:
            return Time(f"nullif({one.lite}, {alias}.{COLUMNS[table][0]})", f"nullif({one.duck}, {alias}.{COLUMNS[table][0]})", False)
        return one

    def comparison(self, one, table, alias):
        """A comparison of an expression with a text or another expression."""
        kind = self.pick.randrange(16)
        text, time = self.literal()
        operator = self.pick.choice(OPERATORS)
        self.risky |= not one.bare
        if kind < 6:
            return f"{one.lite} {operator} '{text}'", f"{one.duck} {operator} {self.duck(time)}"
        if kind == 6:
            return f"'{text}' {operator} {one.lite}", f"{self.duck(time)} {operator} {one.duck}"
        if kind == 7:
            other = self.time(table, alias)
            self.risky |= not other.bare
            return f"{one.lite} {operator} {other.lite}", f"{one.duck} {operator} {other.duck}"
        if kind == 8:
            (a, low), (b, high) = sorted([self.literal(), (text, time)], key=lambda pair: pair[1])
            no = self.pick.choice(["", "NOT "])
            return (f"{one.lite} {no}BETWEEN '{a}' AND '{b}'",
                    f"{one.duck} {no}BETWEEN {self.duck(low)} AND {self.duck(high)}")
        if kind == 9:
            members = [self.literal() for _ in range(self.pick.randrange(1, 5))]
            no = self.pick.choice(["", "NOT "])
            return (f"{one.lite} {no}IN ({', '.join(repr(text) for text, _ in members)})",
                    f"{one.duck} {no}IN ({', '.join(self.duck(time) for _, time in members)})")
        if kind == 10:
            day = rfc(time, "%Y-%m-%d")
            return f"date({one.lite}) {operator} '{day}'", f"strftime({one.duck}, '%Y-%m-%d') {operator} '{day}'"
        if kind == 11:
            hour = f"{self.pick.randrange(24):02}"
            return f"strftime('%H', {one.lite}) {operator} '{hour}'", f"strftime({one.duck}, '%H') {operator} '{hour}'"
        if kind == 12:
            pattern = rfc(time, self.pick.choice(["%Y-%m-%d%%", "%Y-%m-%dT%H%%", "%Y-%%"]))
            return f"{one.lite} LIKE '{pattern}'", f"strftime({one.duck}, '%Y-%m-%dT%H:%M:%S.%fZ') LIKE '{pattern}'"
        if kind > 13:
            return self.part(one, time, operator)
        no = self.pick.choice(["", "NOT "])
        return f"{one.lite} IS {no}NULL", f"{one.duck} IS {no}NULL"

    # What a person takes of a time, as SQLite says it; its form in full; and two literals in the form that SQLite gives
    # and as it is often written.
    PARTS = [
        ("strftime('%H:%M', {})", "%H:%M", "%H:%M", "%-H:%M"),
        ("strftime('%m', {})", "%m", "%m", "%-m"),
        ("strftime('%Y-%m', {})", "%Y-%m", "%Y-%m", "%Y-%-m"),
        ("strftime('%Y-%m-%d %H:%M', {})", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"),
        ("time({})", "%H:%M:%S", "%H:%M:%S", "%H:%M"),
        ("datetime({})", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"),
        ("substr({}, 1, 13)", "%Y-%m-%dT%H", "%Y-%m-%dT%H", "%Y-%m-%d %H"),
        ("substr({}, 12, 5)", "%H:%M", "%H:%M", "%-H:%M"),
        ("replace({}, 'T', ' ')", "%Y-%m-%d %H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S.%fZ", "%Y-%m-%d %H:%M"),
        ("upper({})", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M"),
        ("{} || ''", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M"),
    ]

    def part(self, one, time, operator):
        """A part of a time against a text that means one, which may be written in another form."""
        lite, form, alike, other = self.pick.choice(self.PARTS)
        text = rfc(time, self.pick.choice([alike, other]))
        # What the text leaves out is meant to be nothing.
        means = time
        if other.endswith("%M") and text == rfc(time, other):
            means = time - time % MINUTE
        self.risky |= text != rfc(means, form)
        return (f"{lite.format(one.lite)} {operator} '{text}'",
                f"strftime({one.duck}, '{form}') {operator} '{rfc(means, form)}'")

    def predicate(self, table, alias, depth=2):
        kind = self.pick.randrange(6) if depth else 5
        if kind == 0:
            left, right = (self.predicate(table, alias, depth - 1) for _ in range(2))
            return f"({left[0]} AND {right[0]})", f"({left[1]} AND {right[1]})"
        if kind == 1:
            left, right = (self.predicate(table, alias, depth - 1) for _ in range(2))
            return f"({left[0]} OR {right[0]})", f"({left[1]} OR {right[1]})"
        if kind == 2:
            inner = self.predicate(table, alias, depth - 1)
            return f"NOT ({inner[0]})", f"NOT ({inner[1]})"
        one = self.time(table, alias) if depth else self.column(table, alias)
        return self.comparison(one, table, alias)

    # Statements

    def statement(self):
        self.risky = False
        table = self.pick.choice(list(COLUMNS) + ["events"] * 3)
        make = self.pick.choice([
            self.where, self.where, self.filtered, self.summed, self.having, self.latest, self.below, self.common,
            self.joined, self.previous, self.exists, self.ordered, self.union, self.extremes])
        lite, duck = make(table)
        return lite, duck, self.risky

    def where(self, table):
        lite, duck = self.predicate(table, "a")
        return tuple(f"SELECT count(*) FROM {table} AS a WHERE {test}" for test in (lite, duck))

    def filtered(self, table):
        lite, duck = self.predicate(table, "a")
        return tuple(f"SELECT count(*) FILTER (WHERE {test}), count(*) FROM {table} AS a" for test in (lite, duck))

    def summed(self, table):
        lite, duck = self.predicate(table, "a")
        return tuple(f"SELECT coalesce(sum(CASE WHEN {test} THEN 1 ELSE 0 END), 0) FROM {table} AS a" for test in (lite, duck))

    def having(self, table):
        one, function = self.column(table, "a"), self.pick.choice(["max", "min"])
        group = Time(f"{function}({one.lite})", f"{function}({one.duck})", False)
        lite, duck = self.comparison(group, table, "a")
        # What a comparison of groups names besides must be of groups too.
        if any(name in lite.replace(group.lite, "") for name in ("a.", "SELECT")):
            return self.having(table)
        return tuple(
            f"SELECT count(*) FROM (SELECT token_id FROM {table} AS a GROUP BY token_id HAVING {test})" for test in (lite, duck))

    def latest(self, table):
        """Of each token the last time, compared outside."""
        one, function = self.column(table, "a"), self.pick.choice(["max", "min"])
        lite, duck = self.comparison(Time("g.t", "g.t", False), table, "g")
        if any(f"g.{name}" in lite for name in COLUMNS[table]):
            return self.latest(table)
        return tuple(
            f"SELECT count(*) FROM (SELECT token_id, {function}({inner}) AS t FROM {table} AS a GROUP BY token_id) AS g "
            f"WHERE {test}" for inner, test in ((one.lite, lite), (one.duck, duck)))

    def below(self, table):
        lite, duck = self.predicate(table, "s")
        limit = self.pick.choice(["", " LIMIT 1000000", " ORDER BY 1"])
        return tuple(f"SELECT count(*) FROM (SELECT * FROM {table}{limit}) AS s WHERE {test}" for test in (lite, duck))

    def common(self, table):
        lite, duck = self.predicate(table, "c")
        how = self.pick.choice(["MATERIALIZED ", "NOT MATERIALIZED ", ""])
        return tuple(
            f"WITH c AS {how}(SELECT * FROM {table}) SELECT count(*) FROM c WHERE {test}" for test in (lite, duck))

    def joined(self, table):
        other = self.pick.choice(["tokens", "token_days"])
        one, two = self.column(table, "a"), self.column(other, "b")
        operator = self.pick.choice(OPERATORS)
        kind = self.pick.choice(["JOIN", "LEFT JOIN"])
        lite, duck = self.predicate(table, "a", 1)
        return tuple(
            f"SELECT count(*), count(b.token_id) FROM {table} AS a {kind} {other} AS b "
            f"ON a.token_id = b.token_id AND {left} {operator} {right} WHERE {test}"
            for left, right, test in ((one.lite, two.lite, lite), (one.duck, two.duck, duck)))

    def previous(self, table):
        one = self.column(table, "a")
        lite, duck = self.comparison(Time("w.t", "w.t", False), table, "w")
        if any(f"w.{name}" in lite for name in COLUMNS[table]):
            return self.previous(table)
        function = self.pick.choice(["lag({0}) OVER", "max({0}) OVER", "first_value({0}) OVER", "lead({0}) OVER"])
        # Engines differ in where they put what is missing.
        by = f"ORDER BY {'a.ts, ' if table == 'events' else ''}{one.lite} NULLS LAST"
        return tuple(
            f"SELECT count(*) FROM (SELECT {function.format(inner)} (PARTITION BY token_id {by}) AS t FROM {table} AS a) AS w "
            f"WHERE {test}" for inner, test in ((one.lite, lite), (one.duck, duck)))

    def exists(self, table):
        one, two = self.column(table, "a"), self.column("events", "e")
        operator = self.pick.choice(OPERATORS)
        lite, duck = self.predicate("events", "e", 1)
        return tuple(
            f"SELECT count(*) FROM {table} AS a WHERE EXISTS (SELECT 1 FROM events AS e WHERE e.token_id = a.token_id "
            f"AND {right} {operator} {left} AND {test})"
            for left, right, test in ((one.lite, two.lite, lite), (one.duck, two.duck, duck)))

    def ordered(self, table):
        one = self.column(table, "a")
        lite, duck = self.predicate(table, "a", 1)
        way = self.pick.choice(["ASC", "DESC"])
        return tuple(
            f"SELECT DISTINCT {column} AS moment FROM {table} AS a WHERE {test} ORDER BY moment {way} NULLS LAST LIMIT 5"
            for column, test in ((one.lite, lite), (one.duck, duck)))

    def union(self, table):
        one, two = self.column(table, "a"), self.column("tokens", "b")
        lite, duck = self.comparison(Time("u.moment", "u.moment"), table, "u")
        if any(f"u.{name}" in lite for name in COLUMNS[table]):
            return self.union(table)
        kind = self.pick.choice(["UNION", "UNION ALL", "INTERSECT", "EXCEPT"])
        self.risky = True
        return tuple(
            f"SELECT count(*) FROM (SELECT {left} AS moment FROM {table} AS a {kind} SELECT {right} FROM tokens AS b) AS u "
            f"WHERE {test}" for left, right, test in ((one.lite, two.lite, lite), (one.duck, two.duck, duck)))

    def extremes(self, table):
        one = self.column(table, "a")
        lite, duck = self.predicate(table, "a", 1)
        return tuple(
            f"SELECT min({column}), max({column}), count({column}), max({micros}) - min({micros}) FROM {table} AS a WHERE {test}"
            for column, micros, test in (
                (one.lite, one.lite + "_us", lite), (one.duck, f"epoch_us({one.duck})", duck)))


class Engine(ParquetFiles):
    """DuckDB with columns of times as timestamps."""

    def __init__(self, trail):
        super().__init__(trail)
        utc = "make_timestamp({0}_us) AS {0}"
        for table, names in COLUMNS.items():
            columns = ", ".join(utc.format(name) for name in dict.fromkeys(names))
            self.connection.execute(f"CREATE TABLE typed_{table} AS SELECT *, {columns} FROM {table}")
        for table in COLUMNS:
            kind = "VIEW" if table == "events" else "TABLE"
            self.connection.execute(f"ALTER {kind} {table} RENAME TO plain_{table}")
            self.connection.execute(f"ALTER TABLE typed_{table} RENAME TO {table}")

    def rows(self, sql):
        def shown(value):
            if not isinstance(value, datetime):
                return value
            return rfc((value.replace(tzinfo=timezone.utc) - EPOCH) // timedelta(microseconds=1))

        return [tuple(map(shown, row)) for row in self.connection.execute(sql).fetchall()]


def spelled(value):
    """A time of the program in the form in which this compares them."""
    if not isinstance(value, str) or "T" not in value:
        return value
    text = value[:-1]
    return (text if "." in text else text + ".").ljust(26, "0") + "Z"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trail", type=pathlib.Path)
    parser.add_argument("program")
    parser.add_argument("--statements", type=int, default=250)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    engine = Engine(options.trail)
    times = [row[0] for row in engine.connection.execute(
        "SELECT ts_us FROM events UNION SELECT expires_at_us FROM events WHERE expires_at_us IS NOT NULL ORDER BY 1").fetchall()]
    maker = Maker(options.seed, times)
    statements = [maker.statement() for _ in range(options.statements)]
    counts = dict(statements=len(statements), refused=0, rows=0)

    def ask(statement):
        return subprocess.run(
            [options.program, "query", statement[0], "--trail", str(options.trail), "--format", "json", "--quiet"],
            capture_output=True, text=True)

    with ThreadPoolExecutor(2) as pool:
        for (lite, duck, risky), run in zip(statements, pool.map(ask, statements)):
            if run.returncode == 64:
                require(risky, f"refused, though nothing stands between column and text: {lite}\n{run.stderr}")
                counts["refused"] += 1
                continue
            require(run.returncode == 0, f"exit {run.returncode}: {lite}\n{run.stderr}")
            rows = [tuple(map(spelled, row.values())) for row in json.loads(run.stdout)["rows"]]
            expected = engine.rows(duck)
            require(rows == expected, f"{lite}\nis {rows} in authtrail and {expected} in DuckDB:\n{duck}")
            counts["rows"] += len(rows)
    require(counts["refused"] < len(statements) / 4, f"{counts['refused']} of {len(statements)} statements were refused")
    print(json.dumps(counts))


if __name__ == "__main__":
    try:
        main()
    except Difference as difference:
        sys.exit(f"check_times.py: {difference}")
