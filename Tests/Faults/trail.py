"""Helpers of all campaigns: logs whose lines are known, processes of the program, and the count of what is stored."""

import csv
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections import namedtuple

Run = namedtuple("Run", "status out err seconds")

# What the program may end with when the system fails it: fine, cannot create, input or output failed.
DOCUMENTED = (0, 73, 74)


def line(number):
    """A line with a token of its own; neighbors lie in different months of January to September 2026."""
    return json.dumps({
        "ts": f"2026-{number % 9 + 1:02d}-05T10:{number // 60 % 60:02d}:{number % 60:02d}Z", "event": "used",
        "token_id": token(number), "ip": f"203.0.113.{number % 200}", "tool": "orders.status",
    }, separators=(",", ":")) + "\n"


def token(number):
    return f"t{number:07d}"


class Log:
    """A log that is written line by line, and the tokens that were."""

    def __init__(self, path):
        self.path = path
        self.tokens = set()

    def append(self, numbers):
        with open(self.path, "a") as file:
            file.write("".join(map(line, numbers)))
        self.tokens.update(map(token, numbers))


class Bench:
    """A campaign's place to work: folder, random numbers, time, and its tally.

    seconds is how long the campaign may go on with new points; a smoke run takes a few points only.
    """

    def __init__(self, program, folder, tally, seed, seconds, smoke):
        self.program, self.folder, self.tally, self.smoke = program, folder, tally, smoke
        self.random = random.Random(f"{seed} {tally.name}")
        self.deadline = time.monotonic() + seconds
        self.trail = os.path.join(folder, "trail")
        self.heard = 0
        # The smoke runs among all other tests, on a machine that has much to do.
        self.patience = 5 if smoke else 1
        os.makedirs(folder, exist_ok=True)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def points(self, smoke, most=None):
        """Numbers from 0 while there is time, or so many in a smoke run. At least one is given."""
        most = smoke if self.smoke else most
        number = 0
        while (most is None or number < most) and (number == 0 or time.monotonic() < self.deadline or self.smoke):
            yield number
            number += 1

    def fresh(self, *names):
        """An empty folder; without names, the whole of the bench is emptied."""
        path = self.path(*names)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path

    def restore(self, base):
        """Puts a copy of a trail in place of the trail."""
        shutil.rmtree(self.trail, ignore_errors=True)
        shutil.copytree(base, self.trail)

    # Processes

    def start(
        self, *words, trail=None, prefix=(), environment=None, files=None, stdout=subprocess.DEVNULL, stderr=None
    ):
        """Starts the program on the trail. files limits the number of its descriptors."""
        variables = dict(os.environ, LC_ALL="C.UTF-8", SWIFT_BACKTRACE="enable=no", **(environment or {}))
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
        return subprocess.Popen(
            [*prefix, self.program, *words, "--trail", trail or self.trail], env=variables, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr or subprocess.DEVNULL, preexec_fn=limit)

    def run(self, *words, timeout=120, **options):
        """Runs the program to its end; status is negative for a signal, and None if it had to be stopped."""
        begun = time.monotonic()
        process = self.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        try:
            out, err = process.communicate(timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            status = None
        return Run(status, out.decode(errors="replace"), err.decode(errors="replace"), time.monotonic() - begun)

    def follow(self, *words, **options):
        """Starts following; what it says goes to the file follow.err."""
        with open(self.path("follow.err"), "ab") as errors:
            self.heard = errors.tell()
            return self.start("ingest", "--follow", *words, stderr=errors, **options)

    def said(self):
        with open(self.path("follow.err"), errors="replace") as errors:
            return errors.read()

    def stop(self, process, where):
        """SIGTERM: must end by itself, with 0, within 5 seconds."""
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return self.tally.fault(f"{where}: did not end within 30 s of SIGTERM")
        if status == -signal.SIGTERM and os.path.getsize(self.path("follow.err")) == self.heard:
            # It came before the program was there to hear it.
            return
        if status != 0:
            self.tally.fault(f"{where}: SIGTERM ended it with {status}, wanted 0")
        elif time.monotonic() - begun > 5 * self.patience:
            self.tally.fault(f"{where}: ended {time.monotonic() - begun:.1f} s after SIGTERM, wanted at most 5")

    def duration(self, *words):
        """Runs a command that must work, and returns how many seconds it took."""
        run = self.run(*words)
        if run.status != 0:
            raise RuntimeError(f"{' '.join(words)} does not work without a fault: {run.status} {run.err}")
        return run.seconds

    # What is stored

    def stored(self, trail=None):
        """How often each token is stored; None if the question failed, which is then said."""
        run = self.run("query", "SELECT token_id, count(*) FROM events GROUP BY 1", "--format", "csv", trail=trail)
        if run.status != 0:
            self.tally.fault(f"query exits {run.status}: {last(run.err)}")
            return None
        return {row[0]: int(row[1]) for row in list(csv.reader(io.StringIO(run.out)))[1:]}

    def count(self):
        """How many events there are; -1 if nobody can say."""
        run = self.run("query", "SELECT count(*) FROM events", "--format", "csv")
        return int(run.out.split()[-1]) if run.status == 0 and len(run.out.split()) > 1 else -1

    def wait_for(self, number, seconds=30):
        """Waits until so many events are stored."""
        end = time.monotonic() + seconds * self.patience
        while time.monotonic() < end:
            if self.count() >= number:
                return True
            time.sleep(0.05)
        return False

    def compare(self, wanted, where, may_be_lost=()):
        """Holds what is stored against the tokens that were written."""
        stored = self.stored()
        if stored is None:
            return
        lost = set(wanted) - set(stored) - set(may_be_lost)
        twice = [name for name, times in stored.items() if times > 1]
        self.tally.lost += len(lost)
        self.tally.duplicated += len(twice)
        for names, what in [(sorted(lost), "lost"), (sorted(twice), "stored twice")]:
            if names:
                self.tally.faults.append(f"{where}: {len(names)} lines {what}, such as {names[0]}")
        for name in sorted(set(stored) - set(wanted))[:1]:
            self.tally.fault(f"{where}: stored but never written: {name}")

    def verify(self, where):
        run = self.run("verify")
        if run.status != 0:
            self.tally.fault(f"{where}: verify exits {run.status}: {last(run.out + run.err)}")

    def complete(self, words, where, seconds=None):
        """A clean run must end with 0, in time."""
        run = self.run(*words)
        if run.status != 0:
            self.tally.fault(f"{where}: a clean {words[0]} exits {run.status}: {last(run.err)}")
        elif seconds and run.seconds > seconds * self.patience:
            self.tally.fault(f"{where}: a clean {words[0]} took {run.seconds:.1f} s, wanted at most {seconds}")


def last(text):
    """The last line of what a program said, shortened."""
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else "(nothing said)"


def many_segments(bench, lines=30):
    """Two logs, and a trail of many small segments over nine months. Returns its path and the logs."""
    runs = 6 if bench.smoke else 27
    logs = [Log(bench.path("0.log")), Log(bench.path("1.log"))]
    for run in range(runs):
        log = logs[run % 2]
        log.append(range(run * lines, (run + 1) * lines))
        bench.duration("ingest", "-q", log.path)
    base = bench.path("base")
    shutil.move(bench.trail, base)
    return base, logs


def is_root():
    return os.geteuid() == 0


def strace():
    """Why strace cannot be used, or None."""
    if not shutil.which("strace"):
        return "strace is not installed"
    probe = subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True)
    return None if probe.returncode == 0 else "strace may not trace here"
