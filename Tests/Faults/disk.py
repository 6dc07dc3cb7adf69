"""A disk without room, a file system without inodes, a process without descriptors."""

import os
import re
import shutil
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


class SmallBlocks(Mount):
    """An ext4 in a file, with blocks smaller than the pages of memory: what is mapped and not yet written may have no
    room on the disk."""

    def __init__(self, bench):
        self.folder, self.image = bench.fresh("small"), bench.path("image")
        with open(self.image, "wb") as file:
            file.truncate(8 << 20)
        self.run("mkfs.ext4", "-q", "-F", "-m", "0", "-b", "1024", self.image)
        self.run("mount", "-o", "loop", self.image, self.folder)
        bench.trail = os.path.join(self.folder, "trail")

    def __exit__(self, *_):
        super().__exit__()
        os.remove(self.image)

    def fill(self, leave):
        """To the last byte, whatever the file system says that it has."""
        with open(os.path.join(self.folder, "filler"), "ab", buffering=0) as file:
            for size in (65536, 1024, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    os.fsync(file.fileno())
            file.truncate(max(0, os.path.getsize(file.name) - leave))


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


def recovers(bench, mount, process, log, where):
    """A follower that a full disk has stopped stores everything once there is room."""
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
            recovers(bench, mount, process, log, where)


def cannot_fill(bench):
    reason = cannot_mount(bench) or (None if shutil.which("mkfs.ext4") else "mkfs.ext4 is not installed")
    if reason:
        return reason
    try:
        SmallBlocks(bench).__exit__()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no ext4 that can be shut down or filled ({type(error).__name__})"
    return None


def full_ext4(bench):
    """Little room on an ext4, a block more or less each time: no signal ends whoever opens the trail."""
    reason = cannot_fill(bench)
    if reason:
        return bench.tally.not_run(reason)
    log = Log(bench.path("auth.log"))
    for point in bench.points(smoke=6):
        open(log.path, "w").close()
        log.tokens = set()
        with SmallBlocks(bench) as mount:
            # All of one month: a commit then needs room for the catalog first of all.
            log.append(range(0, 9 * bench.random.randrange(1, 300), 9))
            bench.duration("ingest", "-q", log.path)
            base = len(log.tokens) * 9
            for step in range(3 if bench.smoke else 12):
                leave = bench.random.randrange(0, 60) * 1024
                mount.fill(leave)
                where = f"point {point}, step {step}, ext4 with {leave} bytes left"
                log.append(range(base, base + 9 * 40, 9))
                base += 9 * 40
                for words in (["ingest", "-q", log.path], ["detect", "-q"], ["status", "-q"]):
                    failed_as_it_should(bench, bench.run(*words), f"{where}, {words[0]}")
                mount.free()
            bench.complete(["ingest", "-q", log.path], f"point {point}")
            bench.compare(log.tokens, f"point {point}")
            bench.verify(f"point {point}")


def full_ext4_follow(bench):
    """A follower on an ext4 whose room is taken while it writes: it waits, no signal ends it, and then it goes on."""
    reason = cannot_fill(bench)
    if reason:
        return bench.tally.not_run(reason)
    for point in bench.points(smoke=2):
        log = Log(bench.path("auth.log"))
        open(log.path, "w").close()
        log.append([0])
        open(bench.path("follow.err"), "w").close()
        with SmallBlocks(bench) as mount:
            process = bench.follow(log.path)
            bench.wait_for(1)
            written, end = 1, time.monotonic() + 5
            leave = bench.random.randrange(0, 60) * 1024
            where = f"point {point}, ext4 with {leave} bytes left while following"
            mount.fill(leave)
            while time.monotonic() < end and process.poll() is None:
                log.append(range(written * 9, written * 9 + 9 * 20, 9))
                written += 20
                time.sleep(0.1)
                # A little more room, and all of it taken again.
                mount.free()
                mount.fill(bench.random.randrange(0, 40) * 1024)
            recovers(bench, mount, process, log, where)


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
    ("disk-full-once", full_once, 2), ("disk-full-follow", full_follow, 2), ("disk-full-ext4", full_ext4, 2),
    ("disk-full-ext4-follow", full_ext4_follow, 2), ("no-inodes", no_inodes, 1), ("no-descriptors", no_descriptors, 1),
]
