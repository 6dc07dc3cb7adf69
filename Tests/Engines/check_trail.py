"""Holds the program's answers about a trail against DuckDB running the same SQL over the trail's Parquet files.

    check_trail.py TRAIL AUTHTRAIL

Every report runs in both with several values of its parameters; names, rows and their order must be equal. The
rollups must equal what DuckDB computes from the events. Then the detectors are held against the reports: they are
written without SQL and must name the same tokens and addresses. Runs of the detectors are noted in the trail.

Prints, as one JSON object, how much was compared. Exit status 0 if all is equal, 1 if not.
"""

import json
import pathlib
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict

from check_queries import DAY, HOUR, QUERIES, SECOND, Difference, Report, day_text, microseconds, require, require_equal
from parquet_files import SAME, ParquetFiles

MINUTE = 60 * SECOND
LONGEST = 365_000 * DAY
WIDTHS = {"1min": MINUTE, "10min": 10 * MINUTE, "1h": HOUR, "24h": DAY}
IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}")


class Program:
    """The program at work on one trail."""

    def __init__(self, path, trail):
        self.path, self.trail = path, trail

    def start(self, *arguments):
        command = [self.path, *arguments, "--trail", self.trail, "--format", "json", "--quiet"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __call__(self, *arguments):
        return self.answer(self.start(*arguments))

    @staticmethod
    def answer(process):
        output, errors = process.communicate()
        # Odd logs may have failures of which none can be judged, which a run of detectors says by 65.
        allowed = (0, 65) if process.args[1] == "detect" else (0,)
        where = f"{' '.join(process.args)}: exit {process.returncode}"
        require(process.returncode in allowed, f"{where}: {errors.decode(errors='replace')[:500]}")
        return json.loads(output)

    def rows(self, process):
        """Names of the columns and the rows."""
        answer = self.answer(process)
        names = [column["name"] for column in answer["columns"]]
        for row in answer["rows"]:
            require(list(row) == names, f"{process.args}: a row has the members {list(row)}, not {names}")
        return names, [tuple(row.values()) for row in answer["rows"]]


def time_text(ts):
    """RFC 3339 with as many decimals as the time needs, in groups of three."""
    seconds, micros = divmod(ts % DAY, SECOND)
    fraction = "" if micros == 0 else f".{micros // 1000:03}" if micros % 1000 == 0 else f".{micros:06}"
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{day_text(ts)}T{clock}{fraction}Z"


# --- Reports and rollups -----------------------------------------------------------------------------------------


class Comparison:
    def __init__(self, trail, program):
        self.files, self.program = ParquetFiles(trail), program
        self.reports = {path.stem: Report(path) for path in sorted(QUERIES.glob("*.sql"))}
        self.compared = defaultdict(int)
        self.oldest, self.newest = self.span()

    def span(self):
        """From the first event to just after the newest, as reports have it: one that is not in the future."""
        newest = microseconds(self.program("report", "dormant-tokens")["parameters"]["as_of"])
        oldest, last, known = self.files.ask(
            "SELECT MIN(ts_us), MAX(ts_us), COUNT(*) FILTER (ts_us = ?) FROM events", newest - 1)[0]
        is_last = newest == last + 1 or last > time.time() * SECOND
        require(known > 0 and is_last, f"reports end at {newest}, the last event is at {last}")
        return oldest, newest

    def report(self, name, **given):
        """Runs a report in both. Returns its rows as dictionaries, times as microseconds."""
        report = self.reports[name]
        values = report.values(0, self.newest, given)
        arguments = [f"--set={key}={self.argument(report, key, value)}" for key, value in given.items()]
        process = self.program.start("report", name, *arguments)
        names, rows = self.files.run(report.statement, values)
        kinds = [kind for _, kind in report.columns]
        texts = [tuple(map(self.shown, row, kinds)) for row in rows]
        what = f"{name} {given}"
        program_names, program_rows = self.program.rows(process)
        require(names == program_names, f"{what}: the columns are {names} in DuckDB and {program_names} in authtrail")
        require_equal(what, "DuckDB", texts, "authtrail", program_rows)
        self.compared[name] += len(rows)
        return [dict(zip(names, row)) for row in rows]

    @staticmethod
    def argument(report, key, value):
        kind = next(kind for name, kind, _ in report.parameters if name == key)
        return time_text(value) if kind == "time" else f"{value}us" if kind == "duration" else value

    @staticmethod
    def shown(value, kind):
        """A value as the program writes it; of a list what it means."""
        if kind == "time" and isinstance(value, int):
            return time_text(value)
        return json.loads(value) if kind == "list" and value is not None else value

    def rollups(self):
        for table, sql in SAME.items():
            process = self.program.start("query", sql)
            expected = self.files.ask(sql)
            names, rows = self.program.rows(process)
            kinds = ["list" if name == "scopes" else "other" for name in names]
            expected, rows = ([tuple(map(self.shown, row, kinds)) for row in side] for side in (expected, rows))
            require_equal(table, "DuckDB", expected, "authtrail", rows)
            self.compared[table] += len(rows)

    def reports_of_all_kinds(self):
        third = (self.newest - self.oldest) // 3
        for span in ({}, {"since": self.oldest + third, "until": self.newest - third}, {"since": self.newest}):
            self.report("events-by-day", **span)
            self.report("failures-by-reason", **span)
            self.report("failed-by-ip", min_failures=1, window=self.oldest % (3 * HOUR) + 1, **span)
        for window, least in ((1, 2), (20 * MINUTE, 3), (LONGEST, 5)):
            self.report("failed-by-ip", window=window, min_failures=least, min_credentials=2)
        for name in ("principals", "token-activity"):
            for given in ({}, {"limit": 10**9}, {"limit": 7}):
                self.report(name, **given)
        self.report("principals", as_of=self.oldest + third, limit=10**9)
        some = self.files.ask("SELECT token_id, principal FROM tokens ORDER BY principal IS NULL, uses DESC, token_id LIMIT 2")
        for token, principal in some:
            self.report("token-activity", token=token)
            self.report("token-activity", principal=principal or "nobody")
        self.report("quarantine", limit=10**9)
        for source, reason in self.files.ask("SELECT source, reason FROM quarantine ORDER BY 2 DESC, 1 LIMIT 1"):
            self.report("quarantine", source=source)
            self.report("quarantine", reason=reason, limit=3)

    # --- Detectors -----------------------------------------------------------------------------------------------

    def dormant_tokens(self):
        instants = self.instants()
        for place, as_of in enumerate(instants):
            rows = self.report("dormant-tokens", as_of=as_of)
            self.findings_are(rows, True, "--semantics", "literal", "--as-of", time_text(as_of))
            since = self.since(as_of, (as_of - self.oldest + DAY, DAY, 30 * DAY)[place % 3])
            rows = self.report("dormant-tokens-gap", as_of=as_of, recent=as_of - since)
            window = ("--since", time_text(since), "--as-of", time_text(as_of))
            self.findings_are(rows, False, "--semantics", "gap", *window)
        # The detector knows one limit; the reports take any.
        lengths = ((HOUR, DAY), (DAY, 3 * DAY), (10 * DAY, 20 * DAY), (3 * DAY, 5 * DAY + 1))
        for (recent, idle), as_of in zip(lengths, [*instants[:3], self.oldest + 1]):
            self.report("dormant-tokens", as_of=as_of, recent=recent, idle=idle)
            self.report("dormant-tokens-gap", as_of=as_of, recent=recent, idle=idle)

    @staticmethod
    def since(as_of, span):
        """Where a window begins. No time before 1970 and no span above 1,000 years can be given."""
        return max(as_of - min(span, LONGEST), 0)

    def instants(self):
        """Times to ask at: the end, and around the moments at which an answer changes."""
        span = self.newest - self.since(self.newest, self.newest - self.oldest + DAY)
        woken = self.report("dormant-tokens-gap", recent=span)
        times = [row["first_use"] for row in woken]
        times = times[:: -(-len(times) // 4) or 1] or [(self.oldest + self.newest) // 2]
        # A use is in the window from just after it until 24 hours later.
        shifts = [DAY, 1, DAY + 1, 0]
        around = [time + shifts[place % len(shifts)] for place, time in enumerate(times)]
        midnight = times[0] - times[0] % DAY + DAY
        return [self.newest, *around, midnight, self.newest + 40 * DAY]

    def findings_are(self, rows, is_literal, *arguments):
        """The findings tell of the tokens in the rows, and the same of each."""
        found = self.program("detect", "dormant-token-reactivation", *arguments)["findings"]
        expected = sorted(self.fact(row, is_literal) for row in rows)
        # Of very many of a class, those used most are told one by one, and the others are counted by day.
        others = sum(finding["context"]["tokens"] for finding in found if finding["class"] == "more_tokens")
        told = sorted(self.fact_of(finding, is_literal) for finding in found if finding["class"] != "more_tokens")
        if others:
            classes = Counter(finding["class"] for finding in found if finding["class"] != "more_tokens")
            require(max(classes.values()) == 1000, f"{classes} are told beside {others} others")
            require(not set(told) - set(expected), f"{set(told) - set(expected)} are told and not in the SQL")
            require_equal(" ".join(arguments), "the SQL", [len(expected)], "the detector", [len(told) + others])
        else:
            require_equal(" ".join(arguments), "the SQL", expected, "the detector", told)
        self.compared["literal findings" if is_literal else "gap findings"] += len(found)

    @staticmethod
    def fact(row, is_literal):
        days = None if row["idle_days"] is None else round(row["idle_days"] * 1000) // 10 / 100
        # In gap form the report counts uses of one UTC day, the finding those of 24 hours.
        uses = row["uses"] if is_literal else 0
        return str((row["token_id"], row["first_use"], row["class"], row["previous_use"], days, uses))

    @staticmethod
    def fact_of(finding, is_literal):
        context = finding["context"]
        require(finding["entity"]["type"] == "token", f"a finding about {finding['entity']}")
        previous = microseconds(context["previous_use"]) if "previous_use" in context else None
        days = context.get("idle_days")
        return str((finding["entity"]["value"], microseconds(finding["first_seen"]), finding["class"], previous,
                    None if days is None else float(days), context["uses"] if is_literal else 0))

    def failed_by_ip(self):
        """An address that the detector calls stuffing fails often enough, and one that plainly is stuffing is found."""
        found = self.program("detect", "failed-verification-by-ip", "--since", "start")["findings"]
        addresses = [finding for finding in found if IPV4.fullmatch(finding["entity"]["value"])]
        stuffing = {finding["entity"]["value"] for finding in addresses if finding["class"] == "credential_stuffing"}
        told = stuffing | {finding["entity"]["value"] for finding in addresses if finding["class"] == "success_after"}
        often, plain = set(), set()
        mild = self.mild_addresses()
        for name, width in WIDTHS.items():
            for row in self.report("failed-by-ip", window=width, min_failures=25, min_credentials=15):
                if not IPV4.fullmatch(row["ip"] or ""):
                    continue
                often.add(row["ip"])
                # At most two attempts each: in a window of 30 failures there are 15 credentials as well. With fewer,
                # the two highest numbers may come from different windows.
                if row["ip"] in mild and (row["failures"] >= 30 or row["credentials"] >= 25):
                    plain.add(row["ip"])
        require(stuffing <= often, f"stuffing without 25 failures and 15 credentials: {sorted(stuffing - often)}")
        require(plain <= told, f"stuffing that the detector does not tell: {sorted(plain - told)}")
        self.compared["stuffing findings"] += len(stuffing)
        self.compared["addresses of plain stuffing"] += len(plain)

    def mild_addresses(self):
        """Addresses with nothing but mismatches, and no credential tried more than twice."""
        return {ip for ip, in self.files.ask("""
            SELECT ip FROM (
                SELECT ip, COALESCE(presented, token_id) AS credential, COUNT(*) AS attempts,
                    COUNT(*) FILTER (reason <> 'hash_mismatch') AS others
                FROM events WHERE event = 'failed' GROUP BY ALL)
            GROUP BY ip
            HAVING SUM(others) = 0 AND BOOL_AND(credential IS NOT NULL) AND MAX(attempts) <= 2""")}


def main(trail, program):
    comparison = Comparison(pathlib.Path(trail), Program(program, trail))
    comparison.rollups()
    comparison.reports_of_all_kinds()
    comparison.dormant_tokens()
    comparison.failed_by_ip()
    print(json.dumps(comparison.compared))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Difference as difference:
        sys.exit(f"check_trail: {difference}")
