"""A disk without room, a file system without inodes, a process without descriptors."""

import os
import re
import subprocess
import time

from trail import Log, is_root, last

NAMED = re.compile("space|disk|full|quota", re.IGNORECASE)


class Mount:
    """A small file system in memory, with a trail in it."""

    def __init__(self, bench, options):
        self.folder = bench.fresh("small")
        self.run("mount", "-t", "tmpfs", "-o", options, "none", self.folder)
        bench.trail = os.path.join(self.folder, "trail")

    @staticmethod
    def run(*words):
        subprocess.run(words, check=True, capture_output=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], capture_output=True)

    def fill(self, leave):
        """Takes all room but so many bytes."""
        with open(os.path.join(self.folder, "filler"), "wb") as file:
            state = os.statvfs(self.folder)
            os.posix_fallocate(file.fileno(), 0, max(1, state.f_bavail * state.f_bsize - leave))

    def free(self):
        os.remove(os.path.join(self.folder, "filler"))


def cannot_mount(bench):
    if not is_root():
        return "mounting a small file system needs root"
    try:
        with Mount(bench, "size=1m"):
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no tmpfs can be mounted here ({type(error).__name__})"


def failed_as_it_should(bench, run, where, named=NAMED):
    """Counts the point; a run that did without what was missing was not hurt."""
    bench.tally.point(run.status != 0)
    if run.status not in (0, 73, 74):
        bench.tally.fault(f"{where}: exits {run.status}, wanted 74 or 73: {last(run.err)}")
    elif run.status != 0 and not named.search(run.err):
        bench.tally.fault(f"{where}: exits {run.status} without naming the cause: {last(run.err)}")


def full_once(bench):
    reason = cannot_mount(bench)
    if reason:
        return bench.tally.not_run(reason)
    for point in bench.points(smoke=2):
        log = Log(bench.path("auth.log"))
        open(log.path, "w").close()
        with Mount(bench, "size=8m") as mount:
            number = 0
            if point % 2:
                # A trail that is there already.
                log.append(range(500))
                bench.duration("ingest", "-q", log.path)
                number = 500
            log.append(range(number, number + bench.random.randrange(1000, 20_000)))
            leave = bench.random.randrange(0, 900_000)
            mount.fill(leave)
            where = f"point {point}, {leave} bytes left"
            failed_as_it_should(bench, bench.run("ingest", "-q", log.path), where)
            mount.free()
            bench.complete(["ingest", "-q", log.path], where)
            bench.compare(log.tokens, where)
            bench.verify(where)


def full_follow(bench):
    reason = cannot_mount(bench)
    if reason:
        return bench.tally.not_run(reason)
    for point in bench.points(smoke=1):
        log = Log(bench.path("auth.log"))
        open(log.path, "w").close()
        log.append([0])
        open(bench.path("follow.err"), "w").close()
        with Mount(bench, "size=8m") as mount:
            process = bench.follow(log.path)
            bench.wait_for(1)
            leave = bench.random.randrange(0, 100_000)
            mount.fill(leave)
            where = f"point {point}, {leave} bytes left while following"
            written, end = 1, time.monotonic() + 20
            while "reading waits" not in bench.said() and time.monotonic() < end and process.poll() is None:
                log.append(range(written, written + 2000))
                written += 2000
                time.sleep(0.2)
            bench.tally.point("reading waits" in bench.said())
            if process.poll() is not None:
                bench.tally.fault(f"{where}: it ended with {process.returncode}: {last(bench.said())}")
            mount.free()
            if process.poll() is None:
                if not bench.wait_for(len(log.tokens), 60):
                    bench.tally.fault(f"{where}: not all is stored 60 s after room was made: {last(bench.said())}")
                bench.stop(process, where)
            bench.complete(["ingest", "-q", log.path], where)
            bench.compare(log.tokens, where)
            bench.verify(where)


def no_inodes(bench):
    reason = cannot_mount(bench)
    if reason:
        return bench.tally.not_run(reason)
    log = Log(bench.path("auth.log"))
    log.append(range(300))
    most = 30
    for point in bench.points(smoke=4, most=most):
        inodes = 2 + (bench.random.randrange(most) if bench.smoke else point)
        where = f"{inodes} inodes"
        with Mount(bench, f"size=8m,nr_inodes={inodes}") as mount:
            failed_as_it_should(bench, bench.run("ingest", "-q", log.path), where)
            mount.run("mount", "-o", "remount,size=8m,nr_inodes=1000", mount.folder)
            bench.complete(["ingest", "-q", log.path], where)
            bench.compare(log.tokens, where)
            bench.verify(where)


def no_descriptors(bench):
    """200 logs and 32 descriptors, or fewer still: followed and read once, all is stored."""
    folder = bench.fresh("logs")
    logs = [Log(os.path.join(folder, f"{number}.log")) for number in range(60 if bench.smoke else 200)]
    for number, log in enumerate(logs):
        log.append(range(number * 10, number * 10 + 10))
    for point in bench.points(smoke=2, most=12):
        bench.fresh("trail")
        os.rmdir(bench.trail)
        open(bench.path("follow.err"), "w").close()
        files = 32 if point < 2 else bench.random.randrange(24, 64)
        wanted = set().union(*(log.tokens for log in logs))
        bench.tally.point()
        if point % 2 == 0:
            where = f"once with {files} descriptors"
            run = bench.run("ingest", "-q", folder, files=files)
            if run.status != 0:
                bench.tally.fault(f"{where}: exits {run.status}: {last(run.err)}")
        else:
            where = f"following with {files} descriptors"
            process = bench.follow(folder, files=files)
            bench.wait_for(len(wanted), 60)
            for number, log in enumerate(bench.random.sample(logs, 20)):
                log.append(range(10_000 + point * 100 + number, 10_000 + point * 100 + number + 1))
            wanted = set().union(*(log.tokens for log in logs))
            if not bench.wait_for(len(wanted), 60):
                bench.tally.fault(f"{where}: {bench.count()} of {len(wanted)} lines after 60 s: {last(bench.said())}")
            bench.stop(process, where)
        bench.complete(["ingest", "-q", folder], where)
        bench.compare(wanted, where)
        bench.verify(where)


CAMPAIGNS = [
    ("disk-full-once", full_once, 2), ("disk-full-follow", full_follow, 2), ("no-inodes", no_inodes, 1),
    ("no-descriptors", no_descriptors, 1),
]
