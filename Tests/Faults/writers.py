"""Several processes at one trail: the second writer is turned away, and readers see whole states only."""

import threading
import time

from kill import PRUNE
from trail import Log, last, many_segments


def second(bench):
    """While one follows, every other writer exits 75 within a second."""
    log = Log(bench.path("auth.log"))
    log.append(range(100))
    process = bench.follow(log.path)
    if not bench.wait_for(100):
        bench.tally.fault("the first writer has stored nothing after 30 s")
    commands = [
        ["ingest", "-q", log.path], ["ingest", "--follow", log.path], ["compact", "-q"], list(PRUNE),
        ["rebuild", "-q", "--force"],
    ]
    for point in bench.points(smoke=5, most=200):
        words = commands[point % len(commands)]
        run = bench.run(*words, timeout=20)
        bench.tally.point()
        if run.status != 75:
            bench.tally.fault(f"{' '.join(words)} beside a writer exits {run.status}, wanted 75: {last(run.err)}")
        elif run.seconds > bench.patience:
            bench.tally.fault(f"{' '.join(words)} beside a writer took {run.seconds:.1f} s to say so, wanted at most 1")
    bench.stop(process, "the first writer")
    bench.compare(log.tokens, "after second writers")
    bench.verify("after second writers")


class Reader(threading.Thread):
    """Asks again and again how many events there are, and remembers what it was told."""

    def __init__(self, bench, kind):
        super().__init__()
        self.bench, self.kind, self.counts, self.faults = bench, kind, [], []
        self.is_done = threading.Event()

    def run(self):
        while not self.is_done.is_set():
            words = ["query", "SELECT count(*) FROM events"] if self.kind == 0 else ["report", "events-by-day"]
            run = self.bench.run(*words, "--format", "csv", timeout=60)
            if run.status != 0 or "locked" in run.err:
                self.faults.append(f"{words[0]} beside a writer exits {run.status}: {last(run.err)}")
                continue
            rows = [row.split(",") for row in run.out.split()[1:]]
            self.counts.append(int(rows[0][0]) if self.kind == 0 else sum(int(row[1]) for row in rows))


def readers(bench):
    for point in bench.points(smoke=1):
        bench.fresh()
        base, logs = many_segments(bench)
        bench.restore(base)
        all_of = len(logs[0].tokens | logs[1].tokens)
        readers = [Reader(bench, kind) for kind in (0, 1)]
        for reader in readers:
            reader.start()
        # Only what grows, or stays; prune comes behind.
        most = all_of
        for step in range(3 if bench.smoke else 12):
            logs[0].append(range(10_000 + step * 50, 10_050 + step * 50))
            bench.complete(["ingest", "-q", logs[0].path], f"point {point}")
            most += 50
            if step % 2:
                bench.complete(["compact", "--all", "-q"], f"point {point}")
        for reader in readers:
            reader.is_done.set()
            reader.join()
            bench.tally.tried += len(reader.counts)
            growing(bench, reader, {all_of + 50 * step for step in range(14)})
        pruning = [Reader(bench, kind) for kind in (0, 1)]
        for reader in pruning:
            reader.start()
        time.sleep(0.2)
        bench.complete(list(PRUNE), f"point {point}")
        time.sleep(0.3)
        kept = {name for name in logs[0].tokens | logs[1].tokens if int(name[1:]) % 9 >= 4}
        for reader in pruning:
            reader.is_done.set()
            reader.join()
            bench.tally.tried += len(reader.counts)
            for fault in reader.faults:
                bench.tally.fault(fault)
            if sorted(reader.counts, reverse=True) != reader.counts or set(reader.counts) - {most, len(kept)}:
                bench.tally.fault(f"while pruning {most} to {len(kept)} a reader saw {sorted(set(reader.counts))}")
        bench.compare(kept, f"point {point}")
        bench.verify(f"point {point}")


def growing(bench, reader, states):
    for fault in reader.faults:
        bench.tally.fault(fault)
    if sorted(reader.counts) != reader.counts:
        bench.tally.fault(f"counts fall: {reader.counts}")
    if set(reader.counts) - states:
        bench.tally.fault(f"a count that never was: {sorted(set(reader.counts) - states)[:5]}")


CAMPAIGNS = [("second-writer", second, 1), ("readers", readers, 2)]
