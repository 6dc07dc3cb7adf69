"""A power cut: an ext4 of its own is shut down without a flush and mounted again. What was acknowledged is there.

The control does the same with fsync switched off, and must lose something: otherwise the cut cuts nothing, and the
campaign proves nothing.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import time

from trail import Log, is_root, last, strace

# _IOR('X', 125, __u32), and the flag that keeps the journal from being flushed.
SHUTDOWN, NO_LOG_FLUSH = 0x8004587D, 2


class Disk:
    """An ext4 in a file, mounted through a loop device."""

    def __init__(self, bench):
        self.image, self.folder = bench.path("image"), bench.fresh("disk")
        with open(self.image, "wb") as file:
            file.truncate(64 << 20)
        self.run("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    @staticmethod
    def run(*words):
        subprocess.run(words, check=True, capture_output=True)

    def mount(self):
        # The journal is not to be written by chance, five seconds after a change.
        self.run("mount", "-o", "loop,commit=300", self.image, self.folder)

    def cut(self):
        """From here on nothing reaches the disk."""
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def come_back(self):
        self.run("umount", self.folder)
        self.mount()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder], capture_output=True)
        os.remove(self.image)


def cannot_cut(bench):
    if not is_root():
        return "loop devices need root"
    if not shutil.which("mkfs.ext4"):
        return "mkfs.ext4 is not installed"
    try:
        with Disk(bench) as disk:
            disk.cut()
            disk.come_back()
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error).encode()
        return f"no ext4 that can be shut down ({last(said.decode(errors='replace'))})"
    return None


def cut_once(bench, point, prefix=()):
    """Some runs that end well, and a cut during or after the last. Returns what was found wrong, as sentences."""
    logs = [Log(bench.path(f"{number}.log")) for number in range(2)]
    for log in logs:
        open(log.path, "w").close()
    paths = [log.path for log in logs]
    with Disk(bench) as disk:
        bench.trail = os.path.join(disk.folder, "trail")
        acknowledged, written, whole = set(), 0, 0.1
        for _ in range(bench.random.randrange(1, 5)):
            for log in logs:
                count = bench.random.randrange(20, 300)
                log.append(range(written, written + count))
                written += count
            run = bench.run("ingest", "-q", *paths, prefix=prefix)
            if run.status != 0:
                raise RuntimeError(f"ingest does not work on the loop device: {run.err}")
            whole, acknowledged = run.seconds, logs[0].tokens | logs[1].tokens
            if bench.random.random() < 0.3:
                bench.run("compact", "--all", "-q", prefix=prefix)
        process = None
        if bench.random.random() < 0.7:
            logs[0].append(range(written, written + 200))
            process = bench.start("ingest", "-q", *paths, prefix=prefix)
            time.sleep(bench.random.uniform(0, whole))
        disk.cut()
        if process:
            process.kill()
            process.wait()
            time.sleep(0.05)
        disk.come_back()
        return judge(bench, f"point {point}", acknowledged, logs, paths)


def judge(bench, where, acknowledged, logs, paths):
    """Numbers of acknowledged lines lost and of lines stored twice, and other faults."""
    run = bench.run("query", "SELECT token_id FROM events", "--format", "csv")
    there = set(run.out.split()[1:]) if run.status == 0 else set()
    lost, other = len(acknowledged - there), []
    if run.status != 0:
        other.append(f"{where}: query exits {run.status} after the cut: {last(run.err)}")
    again = bench.run("ingest", "-q", *paths)
    if again.status != 0:
        other.append(f"{where}: a clean ingest exits {again.status} after the cut: {last(again.err)}")
    verify = bench.run("verify")
    if verify.status != 0:
        other.append(f"{where}: verify exits {verify.status} after the cut: {last(verify.out + verify.err)}")
    after = bench.run("query", "SELECT token_id FROM events", "--format", "csv").out.split()[1:]
    wanted = logs[0].tokens | logs[1].tokens
    return max(lost, len(wanted - set(after))), len(after) - len(set(after)), other


def cut(bench):
    reason = cannot_cut(bench)
    if reason:
        return bench.tally.not_run(reason)
    for point in bench.points(smoke=1):
        lost, twice, other = cut_once(bench, point)
        bench.tally.point()
        bench.tally.lost += lost
        bench.tally.duplicated += twice
        if lost:
            bench.tally.faults.append(f"point {point}: {lost} acknowledged lines are gone")
        for fault in other:
            bench.tally.fault(fault)
    control(bench)


def control(bench):
    """The same without fsync."""
    reason = strace()
    if reason:
        return bench.tally.not_run(f"proves nothing without its control: {reason}")
    prefix = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fsync,fdatasync",
              "-e", "inject=fsync,fdatasync:retval=0"]
    rounds, failed = 1 if bench.smoke else 4, 0
    for point in range(rounds):
        lost, twice, other = cut_once(bench, point, prefix)
        failed += bool(lost or twice or other)
    bench.tally.note(f"control without fsync: {failed} of {rounds} cuts did damage, as they must")
    if failed == 0:
        bench.tally.fault("proves nothing: without fsync nothing was lost either")


CAMPAIGNS = [("power-cut", cut, 3)]
