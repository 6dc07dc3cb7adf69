"""A log that is rotated as fast as can be, truncated while it is written, deleted; a follower that is told to end."""

import os
import threading
import time

from trail import Log, last, line, token


class Writer(threading.Thread):
    """Writes 5,000 lines a second with one write each hundredth of a second, until it is told to end."""

    def __init__(self, path, first=1):
        super().__init__()
        self.path, self.next = path, first
        self.lock = threading.Lock()
        self.file = open(path, "ab", buffering=0)
        self.tokens, self.current = set(), []
        self.is_done = threading.Event()

    def run(self):
        due = time.monotonic()
        while not self.is_done.is_set():
            with self.lock:
                self.write(50)
            due += 0.01
            time.sleep(max(0, due - time.monotonic()))

    def write(self, count):
        self.file.write("".join(map(line, range(self.next, self.next + count))).encode())
        names = [token(number) for number in range(self.next, self.next + count)]
        self.tokens.update(names)
        self.current += names
        self.next += count

    def reopen(self):
        with self.lock:
            self.file.close()
            self.file = open(self.path, "ab", buffering=0)
            self.current = []

    def end(self):
        self.is_done.set()
        self.join()
        self.file.close()


class Followed:
    """A log that a follower knows already, and a writer for it."""

    def __init__(self, bench, point):
        bench.fresh()
        os.mkdir(bench.path("logs"))
        self.bench, self.path = bench, bench.path("logs", "auth.log")
        Log(self.path).append([0])
        self.words = bench.random.choice([[self.path], [bench.path("logs")]])
        self.process = bench.follow(*self.words)
        # Of a log that nobody has met, nobody looks for rotations.
        self.is_met = bench.wait_for(1)
        self.writer = Writer(self.path)
        self.where = f"point {point}, following {os.path.basename(self.words[0])}"
        if not self.is_met:
            bench.tally.fault(f"{self.where}: the first line is not stored after 30 s: {last(bench.said())}")

    def finish(self, may_be_lost=(), waits=True):
        self.writer.end()
        wanted = self.writer.tokens | {token(0)}
        if waits and not self.bench.wait_for(len(wanted - set(may_be_lost)), 60):
            self.bench.tally.note(f"{self.where}: {self.bench.count()} of {len(wanted)} lines after 60 s")
        self.bench.stop(self.process, self.where)
        self.bench.complete(["ingest", "-q", *self.words], self.where)
        self.bench.compare(wanted, self.where, may_be_lost)
        self.bench.verify(self.where)


def rename(bench):
    for point in bench.points(smoke=1):
        followed = Followed(bench, point)
        followed.writer.start()
        most = bench.random.choice([0.003, 0.01, 0.05])
        end, number = time.monotonic() + (2 if bench.smoke else 8), 0
        while time.monotonic() < end:
            time.sleep(bench.random.uniform(0.001, most))
            number += 1
            os.rename(followed.path, f"{followed.path}.{number}")
            followed.writer.reopen()
            bench.tally.point()
        followed.where += f", {number} renames"
        followed.finish()


def copy_truncate(bench):
    """Nobody but the writer knows what came between the copy and the truncation; that much may be lost, and no more."""
    excused = 0
    for point in bench.points(smoke=1):
        followed = Followed(bench, point)
        writer = followed.writer
        # The first line is of the log as well.
        writer.current = [token(0)]
        writer.start()
        may_be_lost = set()
        for number in range(1, 4 if bench.smoke else 13):
            time.sleep(bench.random.uniform(0.05, 0.8))
            copy = f"{followed.path}.{number}"
            with open(followed.path, "rb") as source, open(copy, "wb") as target:
                copied = source.read()
                target.write(copied)
            time.sleep(bench.random.choice([0, 0, 0.02, 0.2]))
            with writer.lock:
                os.truncate(followed.path, 0)
                may_be_lost.update(writer.current[copied.count(b"\n"):])
                writer.current = []
            bench.tally.point()
        excused += len(may_be_lost)
        followed.finish(may_be_lost)
    bench.tally.note(f"{excused} lines were written between a copy and its truncation")


def delete(bench):
    """A log that is deleted while it is open is read to its end."""
    for point in bench.points(smoke=1):
        followed = Followed(bench, point)
        followed.writer.start()
        for _ in range(2 if bench.smoke else 8):
            time.sleep(bench.random.uniform(0.2, 0.8))
            # Only a file that the follower has met can be read without a name.
            with followed.writer.lock:
                known = followed.writer.next - 1
            if not bench.wait_for(known, 30):
                bench.tally.note(f"{followed.where}: line {known} is not stored after 30 s")
            os.remove(followed.path)
            time.sleep(bench.random.uniform(0, 0.1))
            followed.writer.reopen()
            bench.tally.point()
        followed.finish()


def terminate(bench):
    """SIGTERM at any time, with the log written and renamed meanwhile."""
    for point in bench.points(smoke=3):
        followed = Followed(bench, point)
        followed.writer.start()
        time.sleep(bench.random.uniform(0, 1.5))
        if bench.random.random() < 0.5:
            os.rename(followed.path, followed.path + ".1")
            followed.writer.reopen()
        time.sleep(bench.random.uniform(0, 0.3))
        bench.tally.point()
        bench.stop(followed.process, followed.where)
        followed.process = bench.follow(*followed.words)
        time.sleep(bench.random.uniform(0, 0.2))
        followed.finish(waits=False)


CAMPAIGNS = [
    ("storm-rename", rename, 2), ("storm-copytruncate", copy_truncate, 2), ("storm-delete", delete, 2),
    ("sigterm", terminate, 2),
]
