"""What cannot be written meets what happens to a followed log: full disks and their neighbors, times every kind of
rotation, times a kill."""

import gzip
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import time

import disk
from trail import Log, last, strace


class Failing:
    """The trail of a follower cannot be written, from `begin` to `end`."""

    needs_strace = False

    def __init__(self, bench, mount, process):
        self.bench, self.mount, self.process = bench, mount, process


class FullDisk(Failing):
    name = "full disk"

    def begin(self):
        self.mount.fill(self.bench.random.randrange(0, 40_000))

    def end(self):
        self.mount.free()


class NoInodes(Failing):
    name = "no inodes"

    def begin(self):
        state = os.statvfs(self.mount.folder)
        used = state.f_files - state.f_ffree
        self.mount.run("mount", "-o", f"remount,size=8m,nr_inodes={used}", self.mount.folder)

    def end(self):
        self.mount.run("mount", "-o", "remount,size=8m,nr_inodes=100000", self.mount.folder)


class ReadOnly(Failing):
    """Where files are open for writing the system refuses to remount; then the segments' folder is in the way."""

    name = "segments in the way"

    def begin(self):
        self.segments = os.path.join(self.bench.trail, "segments")
        os.rename(self.segments, self.segments + ".away")
        open(self.segments, "w").close()

    def end(self):
        os.remove(self.segments)
        os.rename(self.segments + ".away", self.segments)


class LockedCatalog(Failing):
    name = "locked catalog"

    def begin(self):
        self.other = sqlite3.connect(os.path.join(self.bench.trail, "catalog.sqlite"), isolation_level=None)
        self.other.execute("BEGIN IMMEDIATE")
        self.begun = time.monotonic()

    def end(self):
        # Longer than a writer waits for it.
        time.sleep(max(0, 11 - (time.monotonic() - self.begun)))
        self.other.execute("ROLLBACK")
        self.other.close()


class NoDescriptors(Failing):
    name = "no descriptors"

    def limit(self, number):
        # Of a follower that was killed there is nothing to limit.
        if self.process.poll() is None:
            resource.prlimit(self.process.pid, resource.RLIMIT_NOFILE, (number, 1024))

    def begin(self):
        self.limit(len(os.listdir(f"/proc/{self.process.pid}/fd")))

    def end(self):
        self.limit(1024)


class FailingSync(Failing):
    name = "failing fsync"
    needs_strace = True

    def begin(self):
        code = self.bench.random.choice(["EIO", "ENOSPC"])
        self.tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", os.devnull, "-p", str(self.process.pid), "-e", "trace=fsync",
             "-e", f"inject=fsync:error={code}"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)

    def end(self):
        self.tracer.terminate()
        self.tracer.wait()


FAILURES = [FullDisk, NoInodes, ReadOnly, LockedCatalog, NoDescriptors, FailingSync]


class Rotating:
    """A log in a folder, and what is done to it."""

    def __init__(self, bench):
        self.bench = bench
        self.folder = bench.fresh("logs")
        self.log = Log(os.path.join(self.folder, "auth.log"))
        self.number = 0

    def write(self, lines):
        self.log.append(range(self.number, self.number + lines))
        self.number += lines

    def path(self, number, ending=""):
        return f"{self.log.path}.{number}{ending}"

    def shift(self):
        for number in range(20, 0, -1):
            for ending in ("", ".gz"):
                if os.path.exists(self.path(number, ending)):
                    os.rename(self.path(number, ending), self.path(number + 1, ending))

    def rename(self):
        self.shift()
        os.rename(self.log.path, self.path(1))
        open(self.log.path, "w").close()

    def rename_late(self):
        """The writer opens the new file a moment after the old one was renamed."""
        self.shift()
        os.rename(self.log.path, self.path(1))
        late = Log(self.path(1))
        late.append([self.number])
        self.number += 1
        self.log.tokens |= late.tokens
        time.sleep(self.bench.random.uniform(0, 0.3))
        open(self.log.path, "w").close()

    def copy_and_truncate(self):
        self.shift()
        shutil.copyfile(self.log.path, self.path(1))
        os.truncate(self.log.path, 0)

    def compress(self):
        """As logrotate without delaycompress: renamed, compressed slowly, then the plain file goes."""
        self.rename()
        with open(self.path(1), "rb") as file:
            whole = gzip.compress(file.read())
        cut = self.bench.random.randrange(len(whole))
        with open(self.path(1, ".gz"), "wb") as file:
            file.write(whole[:cut])
            file.flush()
            time.sleep(self.bench.random.uniform(0, 1))
            file.write(whole[cut:])
        os.remove(self.path(1))

    KINDS = [rename, rename_late, copy_and_truncate, compress]


def crossing(bench, failure_type, rotations, is_killed):
    with disk.Mount(bench, "size=8m,nr_inodes=100000") as mount:
        open(bench.path("follow.err"), "w").close()
        rotating = Rotating(bench)
        rotating.write(5)
        process = bench.follow(rotating.folder)
        where = f"{failure_type.name} × {', '.join(one.__name__ for one in rotations)}" + (" × kill" if is_killed else "")
        bench.wait_for(5)
        rotating.write(5)
        bench.wait_for(10)
        failure = failure_type(bench, mount, process)
        failure.begin()
        for rotate in rotations:
            rotating.write(bench.random.randrange(20, 80))
            time.sleep(bench.random.uniform(0, 1.2))
            rotate(rotating)
            rotating.write(bench.random.randrange(0, 20))
            time.sleep(bench.random.uniform(0, 1.2))
        if is_killed:
            process.send_signal(signal.SIGKILL)
            process.wait()
        failure.end()
        bench.tally.point("reading waits" in bench.said() or is_killed)
        if is_killed:
            process = bench.follow(rotating.folder)
        rotating.write(7)
        if process.poll() is not None:
            bench.tally.fault(f"{where}: it ended with {process.returncode}: {last(bench.said())}")
        elif not bench.wait_for(len(rotating.log.tokens), 60):
            bench.tally.fault(f"{where}: not all is stored 60 s after writing worked again: {last(bench.said())}")
        if process.poll() is None:
            bench.stop(process, where)
        bench.complete(["ingest", "-q", rotating.folder], where)
        bench.compare(rotating.log.tokens, where)
        bench.verify(where)


def rotations_while_failing(bench):
    reason = disk.cannot_mount(bench)
    if reason:
        return bench.tally.not_run(reason)
    failures = [one for one in FAILURES if not one.needs_strace or strace() is None]
    if len(failures) < len(FAILURES):
        bench.tally.note("failing fsync is left out: strace may not trace here")
    for point in bench.points(smoke=3):
        failure = FullDisk if bench.smoke and point == 0 else bench.random.choice(failures)
        rotations = bench.random.choices(Rotating.KINDS, k=bench.random.randrange(1, 4))
        crossing(bench, failure, rotations, is_killed=bench.random.random() < 0.3)


def archives_that_arrive(bench):
    """Compressed copies of a log in any stage: gzip at work, scp that stalls, a sync that writes in place."""
    for point in bench.points(smoke=3):
        bench.fresh("trail")
        os.rmdir(bench.trail)
        open(bench.path("follow.err"), "w").close()
        rotating = Rotating(bench)
        rotating.write(bench.random.randrange(50, 4000))
        archive = bench.fresh("archive")
        follows = bench.random.random() < 0.5
        words = [rotating.folder, archive]
        where = f"point {point}, {'followed' if follows else 'read again and again'}"
        process = bench.follow(*words) if follows else None
        bench.tally.point()

        def look():
            if follows:
                time.sleep(bench.random.uniform(0, 3))
            else:
                # A file that has no end yet is said by the exit code.
                run = bench.run("ingest", "-q", *words)
                if run.status not in (0, 65):
                    bench.tally.fault(f"{where}: ingest exits {run.status}: {last(run.err)}")

        if bench.random.random() < 0.7:
            look()
        rotating.write(bench.random.randrange(0, 2000))
        rotating.rename()
        with open(rotating.path(1), "rb") as file:
            text = file.read()
        # One member or several, cut anywhere.
        cuts = sorted(bench.random.choices(range(len(text) + 1), k=bench.random.randrange(0, 3)))
        whole = b"".join(gzip.compress(text[a:b]) for a, b in zip([0] + cuts, cuts + [len(text)]))
        target = bench.random.choice([rotating.path(1, ".gz"), os.path.join(archive, "auth-2026-06-01.log.gz")])
        in_place = bench.random.random() < 0.3
        with open(target, "wb") as file:
            if in_place:
                # All of its length is there before its bytes are.
                file.truncate(len(whole))
            at = 0
            while at < len(whole):
                step = bench.random.randrange(1, len(whole))
                file.write(whole[at:at + step])
                file.flush()
                at += step
                look()
        if target == rotating.path(1, ".gz"):
            os.remove(rotating.path(1))
        look()
        if follows:
            if not bench.wait_for(len(rotating.log.tokens), 90):
                bench.tally.fault(f"{where}: {bench.count()} of {len(rotating.log.tokens)} lines: {last(bench.said())}")
            bench.stop(process, where)
        bench.complete(["ingest", "-q", *words], where)
        bench.compare(rotating.log.tokens, where)
        bench.verify(where)


CAMPAIGNS = [("rotations-while-failing", rotations_while_failing, 3), ("archives-that-arrive", archives_that_arrive, 2)]
