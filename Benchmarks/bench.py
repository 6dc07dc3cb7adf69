"""All steps at one size of the log, in their order: log, ingest, check, questions, control."""

import filecmp
import json
import os
import shutil
import subprocess
import sys
from typing import NamedTuple

import measure
import questions

HERE = os.path.dirname(os.path.abspath(__file__))
# Within one process a question is so short that it is asked this often in each turn.
REPEATS = 5


class Mismatch(Exception):
    """Engines gave different answers."""


class Plan(NamedTuple):
    authtrail: object
    peers: list
    folder: str
    runs: int  # of the ingest
    query_runs: int
    compressors: bool


class Ask(NamedTuple):
    """One command of one engine: of authtrail there can be several for one question."""

    engine: str
    id: str  # of the work (authtrail) or of the question (a peer)
    question: str
    command: object  # output path → argv


class Results(NamedTuple):
    """What was measured at one size. Costs are lists, one Cost a run."""

    facts: dict
    works: list
    raw: dict  # bytes per line of the log, as it is and compressed
    ingest: dict  # engine → costs
    stored: dict  # engine → part → bytes
    start: dict  # engine → costs
    whole: dict  # (engine, work or question) → costs
    within: dict  # (engine, question) → seconds
    control: object  # Control


class Control(NamedTuple):
    """The log given back byte for byte; `same` is None where this version cannot do it."""

    same: bool | None
    cost: object


class Bench:
    def __init__(self, plan, events):
        self.plan, self.events = plan, events
        self.engines = [plan.authtrail, *plan.peers]
        self.folder = os.path.join(plan.folder, str(events))
        self.log = self._path("log.ndjson")
        self.facts_path = self._path("facts.json")
        self.stderr = self._path("stderr.txt")
        self.counts = {}  # engine → events stored

    def run(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        try:
            return self._run()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self):
        self._say("log")
        self._quietly(self.plan.authtrail.generate(self.events, self.log))
        facts = self._facts()
        works = questions.works(facts)
        raw = self._child("compressors.py", self.log) if self.plan.compressors else {}
        ingest = self._ingest()
        stored = self._stored()
        asks = self._asks(works)
        self._check(facts, asks)
        return Results(
            facts, works, raw, ingest, stored, self._start(), self._whole(asks), self._within(), self._control()
        )

    def _facts(self):
        facts = self._child("facts.py", self.log)
        with open(self.facts_path, "w", encoding="utf-8") as file:
            json.dump(facts, file)
        return facts

    def _ingest(self):
        costs = {engine.key: [] for engine in self.engines}
        for turn in range(self.plan.runs):
            for engine in measure.rotated(self.engines, turn):
                self._say(f"ingest {turn + 1} of {self.plan.runs}: {engine.title}")
                shutil.rmtree(self._store(engine), ignore_errors=True)
                costs[engine.key].append(self._cost(engine.ingest(self.log, self._store(engine))))
        return costs

    def _stored(self):
        """Bytes before any question is asked, as a detector notes its runs in the catalog; rows for the check."""
        authtrail = self.plan.authtrail
        stored = {authtrail.key: authtrail.stored(self._store(authtrail))}
        self.counts = {authtrail.key: authtrail.events(self._store(authtrail))}
        for peer in self.plan.peers:
            self._quietly(peer.settle(self._store(peer)))
            seen = self._json(peer.look(self._store(peer)))
            stored[peer.key], self.counts[peer.key] = {"table": seen["bytes"]}, seen["events"]
        return stored

    # The answers: each is asked once here, which also brings the stores into the page cache.

    def _check(self, facts, asks):
        self._say("answers")
        answers = {question.id: {} for question in questions.QUESTIONS}
        for ask in asks:
            path = self._path(f"answer-{ask.engine}-{ask.id}")
            self._quietly(ask.command(path))
            # A detector gives verdicts, which no peer has; what can be compared are reports, queries and exports.
            if not ask.id.endswith("-detect"):
                answers[ask.question][f"{ask.engine} {ask.id}"] = path
        literal = self._path("answer-literal")
        self._quietly(self.plan.authtrail.literal_dormant(self._store(self.plan.authtrail), literal))
        self._compare({"facts": facts, "counts": self.counts, "answers": answers, "literal_dormant": literal})
        for entry in os.scandir(self.folder):
            if entry.name.startswith("answer-"):
                os.remove(entry)

    def _compare(self, job):
        job_path = self._path("check.json")
        with open(job_path, "w", encoding="utf-8") as file:
            json.dump(job, file)
        command = [sys.executable, os.path.join(HERE, "check.py"), job_path]
        check = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if check.returncode != 0:
            raise Mismatch(f"at {self.events:,} events\n{check.stdout}")

    # The times.

    def _start(self):
        costs = {engine.key: [] for engine in self.engines}
        for turn in range(self.plan.query_runs):
            for engine in measure.rotated(self.engines, turn):
                costs[engine.key].append(self._cost(engine.start()))
        return costs

    def _asks(self, works):
        """Who is asked what, question by question, so that the engines take turns."""
        asks = []
        for question in questions.QUESTIONS:
            for work in works:
                if work.question == question.id:
                    asks.append(Ask("authtrail", work.id, question.id, self._asking_authtrail(work)))
            for peer in self.plan.peers:
                asks.append(Ask(peer.key, question.id, question.id, self._asking_peer(peer, question)))
        return asks

    def _whole(self, asks):
        costs = {(ask.engine, ask.id): [] for ask in asks}
        for turn in range(self.plan.query_runs):
            self._say(f"questions {turn + 1} of {self.plan.query_runs}")
            for ask in measure.rotated(asks, turn):
                costs[ask.engine, ask.id].append(self._cost(ask.command(self._path("answer-out"))))
        return costs

    def _within(self):
        self._say("questions within one process")
        seconds = {}
        for turn in range(self.plan.runs):
            for question in questions.QUESTIONS:
                for peer in measure.rotated(self.plan.peers, turn):
                    command = peer.repeat(
                        question, self._store(peer), self.facts_path, self._path("answer-out"), REPEATS
                    )
                    seconds.setdefault((peer.key, question.id), []).extend(self._json(command))
        return seconds

    def _control(self):
        store = self._store(self.plan.authtrail)
        command = self.plan.authtrail.lines(self.log, store)
        if command is None:
            return Control(None, None)
        self._say("the log byte for byte")
        copy = self._path("copy.ndjson")
        cost = measure.run(command, self.stderr, copy)
        return Control(filecmp.cmp(self.log, copy, shallow=False), cost)

    # Small things.

    def _asking_authtrail(self, work):
        return lambda output: self.plan.authtrail.ask(work, self._store(self.plan.authtrail), output)

    def _asking_peer(self, peer, question):
        return lambda output: peer.ask(question, self._store(peer), self.facts_path, output)

    def _cost(self, command):
        return measure.run(command, self.stderr)

    def _quietly(self, command):
        if command:
            measure.run(command, self.stderr)

    def _child(self, script, *arguments):
        self._say(script)
        return self._json([sys.executable, os.path.join(HERE, script), *arguments])

    def _json(self, command):
        output = self._path("child.json")
        measure.run(command, self.stderr, output)
        with open(output, encoding="utf-8") as file:
            return json.load(file)

    def _store(self, engine):
        return self._path(f"store-{engine.key}")

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _say(self, text):
        print(f"[{self.events:,} events] {text}", file=sys.stderr, flush=True)
