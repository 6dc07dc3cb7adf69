"""kill -9 at random times: afterwards a clean run completes, each line is there once, and verify finds nothing."""

import os
import shutil
import signal
import threading
import time

from trail import Log, many_segments, token

PRUNE = ("prune", "-q", "--older-than", "2026-05-01")


def killed(bench, seconds, *words):
    """Starts a command and kills it; whether it was still running."""
    process = bench.start(*words)
    time.sleep(seconds)
    process.kill()
    return process.wait() == -signal.SIGKILL


def once(bench):
    logs = [Log(bench.path(f"{number}.log")) for number in range(5)]
    paths, written = [log.path for log in logs], 0
    for point in bench.points(smoke=2):
        if point % 20 == 0:
            # A trail does not grow for ever, and its first run is a time to be killed as well.
            bench.fresh()
            for log in logs:
                log.tokens = set()
        for log in logs:
            count = bench.random.randrange(200, 600)
            log.append(range(written, written + count))
            written += count
        if point == 0:
            whole = bench.duration("ingest", "-q", *paths)
            shutil.rmtree(bench.trail)
        where = f"point {point}"
        for _ in range(bench.random.choice([1, 1, 2, 3])):
            bench.tally.point(killed(bench, bench.random.uniform(0, whole * 1.05), "ingest", "-q", *paths))
        bench.complete(["ingest", "-q", *paths], where, seconds=2)
        bench.compare(set().union(*(log.tokens for log in logs)), where)
        bench.verify(where)


def compact(bench):
    rewriting(bench, ["compact", "--all", "-q"], drops=False)


def prune(bench):
    rewriting(bench, PRUNE, drops=True)


def rewriting(bench, words, drops):
    base, logs = many_segments(bench)
    wanted = logs[0].tokens | logs[1].tokens
    kept = {name for name in wanted if int(name[1:]) % 9 >= 4} if drops else wanted
    bench.restore(base)
    whole = bench.duration(*words)
    for point in bench.points(smoke=2):
        where = f"point {point}"
        bench.restore(base)
        bench.tally.point(killed(bench, bench.random.uniform(0, whole * 1.05), *words))
        # Any writer tidies up; what the killed one has not made true is as if it had never begun.
        bench.complete(["ingest", "-q", logs[0].path, logs[1].path], where, seconds=2)
        between = bench.stored() or {}
        if len(between) not in (len(wanted), len(kept)):
            bench.tally.fault(f"{where}: {len(between)} tokens after the kill, neither all nor those that stay")
        bench.verify(where)
        bench.complete(words, where)
        bench.compare(kept, where)
        bench.verify(where)


class Writer:
    """Writes a log without a pause, and rotates it by renaming or by copying and truncating.

    Nothing is written between copy and truncation, so nothing may be lost.
    """

    def __init__(self, bench, log):
        self.bench, self.log, self.path, self.written, self.rotations = bench, log, log.path, 0, 0
        self.is_done = threading.Event()
        self.thread = threading.Thread(target=self.work)

    def work(self):
        random = self.bench.random.__class__(self.bench.random.random())
        while not self.is_done.wait(random.uniform(0, 0.02)):
            count = random.randrange(1, 60)
            self.log.append(range(self.written, self.written + count))
            self.written += count
            kind = random.random()
            if kind < 0.04:
                self.rotations += 1
                os.rename(self.path, f"{self.path}.{self.rotations}")
                open(self.path, "w").close()
            elif kind < 0.06:
                self.rotations += 1
                shutil.copyfile(self.path, f"{self.path}.{self.rotations}")
                os.truncate(self.path, 0)


def follow(bench):
    """A follower that is killed again and again while its log is written and rotated."""
    for life in bench.points(smoke=1):
        bench.fresh()
        os.mkdir(bench.path("logs"))
        log = Log(bench.path("logs", "auth.log"))
        log.append([9_999_999])
        words = bench.random.choice([[log.path], [bench.path("logs")]])
        process = bench.follow(*words)
        # Of a log that nobody has met, nobody looks for rotations.
        if not bench.wait_for(1):
            bench.tally.fault(f"life {life}: the first line is not stored after 30 s")
        writer = Writer(bench, log)
        writer.thread.start()
        for _ in range(4 if bench.smoke else 15):
            time.sleep(bench.random.uniform(0, 1.2))
            process.kill()
            bench.tally.point(process.wait() == -signal.SIGKILL)
            process = bench.follow(*words)
        writer.is_done.set()
        writer.thread.join()
        where = f"life {life}, following {os.path.basename(words[0])}, {writer.rotations} rotations"
        if not bench.wait_for(len(log.tokens)):
            bench.tally.notes.append(f"{where}: not all is stored after 30 s")
        bench.stop(process, where)
        bench.complete(["ingest", "-q", *words], where, seconds=2)
        bench.compare(log.tokens, where)
        bench.verify(where)


CAMPAIGNS = [
    ("kill-ingest", once, 2), ("kill-follow", follow, 3), ("kill-compact", compact, 2), ("kill-prune", prune, 2),
]
