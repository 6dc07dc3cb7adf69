"""The bucket of a CloudTrail trail to a queryable store: its steps, and its section of RESULTS.md."""

import json
import os
import shutil
import sys
from typing import NamedTuple

import measure
import report
from engines import duckdb_cloudtrail

HERE = os.path.dirname(os.path.abspath(__file__))
# Records of an object; AWS writes one for each region every five minutes, or more where there are many.
RECORDS_OF_OBJECT = 1000


class Mismatch(Exception):
    """The engines do not hold the same events."""


class Results(NamedTuple):
    records: int
    objects: int
    events: int  # those of the records that are events
    raw: int  # bytes of the records
    packed: int  # bytes of the objects
    costs: dict  # engine → costs
    stored: dict  # engine → bytes


class CloudTrail:
    def __init__(self, authtrail, folder, records, runs):
        self.engines = [authtrail, *(peer() for peer in duckdb_cloudtrail.PEERS)]
        self.folder = os.path.join(folder, f"cloudtrail-{records}")
        self.bucket = os.path.join(self.folder, "bucket")
        self.stderr = os.path.join(self.folder, "stderr.txt")
        self.records, self.runs = records, runs
        self.objects = max(1, records // RECORDS_OF_OBJECT)

    def run(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        try:
            return self._run()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self):
        self._say("bucket")
        script = os.path.join(HERE, "cloudtrail_bucket.py")
        made = self._json(
            [sys.executable, script, self.bucket, "--records", str(self.records), "--objects", str(self.objects)]
        )
        costs = {engine.key: [] for engine in self.engines}
        for turn in range(self.runs):
            for engine in measure.rotated(self.engines, turn):
                self._say(f"ingest {turn + 1} of {self.runs}: {engine.title}")
                shutil.rmtree(self._store(engine), ignore_errors=True)
                costs[engine.key].append(measure.run(engine.ingest(self.bucket, self._store(engine)), self.stderr))
        events = self._check()
        stored = {engine.key: _bytes(self._store(engine)) for engine in self.engines}
        return Results(self.records, self.objects, events, made["raw"], made["packed"], costs, stored)

    def _check(self):
        """All must hold the same number of events of each kind of each principal; gives the sum."""
        self._say("events")
        sums = {}
        for engine in self.engines:
            output = os.path.join(self.folder, "tally.json")
            measure.run(engine.tally(self._store(engine)), self.stderr, output)
            with open(output, encoding="utf-8") as file:
                rows = json.load(file) if engine.key != "authtrail" else [
                    [row["event"], row["principal"], row["n"]] for row in map(json.loads, file)
                ]
            sums[engine.key] = {(event, principal): count for event, principal, count in rows}
        right = sums[self.engines[1].key]
        for key, found in sums.items():
            wrong = [row for row in sorted(right.keys() | found.keys(), key=str) if right.get(row) != found.get(row)]
            if wrong or not right:
                shown = [f"{row}: {right.get(row)} and {found.get(row)}" for row in wrong[:5]]
                raise Mismatch(f"{key} differs from {self.engines[1].key} in {len(wrong)} rows: {shown}")
        return sum(right.values())

    def _json(self, command):
        output = os.path.join(self.folder, "child.json")
        measure.run(command, self.stderr, output)
        with open(output, encoding="utf-8") as file:
            return json.load(file)

    def _store(self, engine):
        return os.path.join(self.folder, f"store-{engine.key}")

    def _say(self, text):
        print(f"[CloudTrail, {self.records:,} records] {text}", file=sys.stderr, flush=True)


def _bytes(store):
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(store) for name in names)


def section(results, machine):
    """The section of RESULTS.md. It says itself where it was measured, as it can be measured alone."""
    peers = [peer() for peer in duckdb_cloudtrail.PEERS]
    said = ", ".join(f"{name} {value}" for name, value in machine if name in ("date", "command", "authtrail"))
    text = (
        f"{results.records:,} records of CloudTrail ({results.raw / 1e6:,.0f} MB of JSON,"
        f" {results.raw / results.records / 1000:.2f} kB each) in {results.objects:,} objects of a bucket"
        f" ({results.packed / 1e6:,.0f} MB of `.json.gz`) to a queryable store; {results.events:,} of them are events."
        " Kinds and principals of all events are the same in all stores. The record stays with its event, but for the"
        " last column of a peer. The ratio is to the best peer that keeps it. It was measured by itself:"
        f" {said}.\n"
    )
    rows = [
        _row("wall, s", results, lambda cost: cost.wall), _row("CPU, s", results, lambda cost: cost.cpu),
        _row("peak memory, MB", results, lambda cost: cost.memory), _rates(results), _stored(results),
    ]
    head = ["work", "authtrail", *(peer.title for peer in peers), "ratio"]
    return f"{HEADING}\n\n{text}\n{report.table(head, rows)}"


HEADING = "## CloudTrail: a bucket of JSON to a queryable store"


def _row(name, results, read):
    spreads = [measure.spread(map(read, costs)) for costs in results.costs.values()]
    return [name, *map(report.spread, spreads), _ratio([spread.median for spread in spreads])]


def _rates(results):
    cpu = [measure.spread(cost.cpu for cost in costs).median for costs in results.costs.values()]
    return ["MB of JSON a second of CPU", *(report.number(results.raw / 1e6 / seconds) for seconds in cpu), report.DASH]


def _stored(results):
    sizes = [size / results.events for size in results.stored.values()]
    return ["stored bytes per event", *map(report.number, sizes), _ratio(sizes)]


def _ratio(values):
    return f"{values[0] / min(values[1:-1]):.2f} ×"
