"""An error, or a kill, at the Nth call of a kind: nothing may end by a signal, nothing half may lie under a final name,
and a clean run completes.

strace counts calls for each thread, so that one point may hurt several threads at once.
"""

import os
import re
import shutil
import signal
import subprocess
import time

from kill import PRUNE
from trail import DOCUMENTED, Log, last, many_segments, strace

CALLS = [
    "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "ftruncate",
    "openat", "close", "mkdir", "flock",
]
# What reads, and what is done with a file before it is read.
READS = [
    "read", "pread64", "openat", "fstat", "newfstatat", "lstat", "stat", "statx", "getdents64", "access", "faccessat",
    "faccessat2", "fcntl", "flock", "statfs", "fstatfs", "mmap", "fallocate",
]
READ_FAULTS = ["error=EIO", "error=EINTR", "error=ENOMEM", "error=EMFILE"]
# Advice that would cost what is there.
LOSS = re.compile("run authtrail rebuild|--force|skip-damaged|restore|from a backup|damage|malformed", re.IGNORECASE)
FAULTS = ["error=ENOSPC", "error=EIO", "error=EINTR", "signal=SIGKILL"]
# The call that failed was, in another thread, the one that wrote the message.
SILENCED = re.compile(r"write\(2, .*\(INJECTED\)")
LOADER = "error while loading shared libraries"
# The last that the system's loader does, before any line of the program runs.
LOADED = "munmap"


def tracer(trace, calls, *more):
    return ["strace", "-f", "-qq", "-o", trace, "-e", "trace=" + ",".join(calls), *more]


def numbers_of_calls(bench, words, calls=CALLS):
    """How often each call is made by one thread, at most, in a run without a fault."""
    trace = bench.path("calls")
    run = bench.run(*words, prefix=tracer(trace, ["?" + call for call in calls]))
    if run.status != 0:
        raise RuntimeError(f"{' '.join(words)} does not work under strace: {run.status} {run.err}")
    made = {}
    with open(trace, errors="replace") as lines:
        for text in lines:
            match = re.match(r"(\d+) +(\w+)\(", text)
            if match:
                made[match.groups()] = made.get(match.groups(), 0) + 1
    return {call: max(count for (_, other), count in made.items() if other == call) for _, call in made}


def halves(trail):
    """Segments under a final name that are not written to their end."""
    found = []
    for folder, _, names in os.walk(os.path.join(trail, "segments")):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".parquet"):
                with open(path, "rb") as file:
                    bytes_ = file.read()
                footer = int.from_bytes(bytes_[-8:-4], "little")
                if bytes_[:4] != b"PAR1" or bytes_[-4:] != b"PAR1" or footer + 12 > len(bytes_):
                    found.append(path)
    return found


def had_begun(run, trace):
    """Whether the program ran when the fault came; what happens to the system's loader is not its own doing."""
    before, injected, _ = trace.partition("(INJECTED)")
    return not (run.status == 127 and LOADER in run.err or injected and LOADED + "(" not in before)


def inject(bench, words, call, fault, number):
    """One run with one fault. Returns whether it was injected."""
    trace = bench.path("trace")
    run = bench.run(*words, prefix=tracer(trace, [call, LOADED], "-e", f"inject={call}:{fault}:when={number}"))
    with open(trace, errors="replace") as file:
        text = file.read()
    where = f"{words[0]}, {call} {fault} when={number}"
    if not had_begun(run, text):
        return False
    if run.status == -signal.SIGKILL and "SIGKILL" in fault:
        return True
    if run.status not in DOCUMENTED:
        what = "did not end" if run.status is None else f"exits {run.status}"
        bench.tally.fault(f"{where}: {what}: {last(run.err)}")
    elif run.status != 0 and not run.err.strip() and not SILENCED.search(text):
        bench.tally.fault(f"{where}: exits {run.status} and says nothing")
    for path in halves(bench.trail):
        bench.tally.fault(f"{where}: {os.path.basename(path)} is half a file under its final name")
    return "(INJECTED)" in text


def sweep(bench, words, restore, wanted, again):
    """All points in random order, as many as there is time for; so few of them are a fair sample."""
    reason = strace()
    if reason:
        return bench.tally.not_run(reason)
    restore()
    made = numbers_of_calls(bench, words)
    kinds = [(call, fault) for call in sorted(made) for fault in FAULTS]
    points = [(call, fault, number + 1) for call, fault in kinds for number in range(made[call])]
    bench.random.shuffle(points)
    for place in bench.points(smoke=3, most=len(points)):
        restore()
        where = "{}, {} {} when={}".format(words[0], *points[place])
        bench.tally.point(inject(bench, words, *points[place]))
        for command in again:
            bench.complete(command, where)
        bench.compare(wanted, where)
        bench.verify(where)
    bench.tally.note(f"{bench.tally.tried} of {len(points)} points: " + ", ".join(f"{c} {n}" for c, n in made.items()))


def ingest(bench):
    logs = [Log(bench.path(f"{number}.log")) for number in range(3)]
    for number, log in enumerate(logs):
        log.append(range(number * 50, number * 50 + 50))
    words = ["ingest", "-q", *(log.path for log in logs)]
    sweep(
        bench, words, lambda: shutil.rmtree(bench.trail, ignore_errors=True), set().union(*(log.tokens for log in logs)),
        [words])


def compact(bench):
    base, logs = many_segments(bench)
    words = ["compact", "--all", "-q"]
    sweep(bench, words, lambda: bench.restore(base), logs[0].tokens | logs[1].tokens,
          [["ingest", "-q", logs[0].path, logs[1].path], words])


def prune(bench):
    base, logs = many_segments(bench)
    kept = {name for name in logs[0].tokens | logs[1].tokens if int(name[1:]) % 9 >= 4}
    sweep(bench, list(PRUNE), lambda: bench.restore(base), kept,
          [["ingest", "-q", logs[0].path, logs[1].path], list(PRUNE)])


def follow(bench):
    """For some time each write to the catalog fails: it says so, waits, and goes on by itself."""
    reason = strace()
    if reason:
        return bench.tally.not_run(reason)
    for point in bench.points(smoke=1):
        bench.fresh()
        log = Log(bench.path("auth.log"))
        log.append([0])
        process = bench.follow(log.path)
        bench.wait_for(1)
        kind = bench.random.choice(["pwrite64", "fsync", "fdatasync", "pwrite64,fsync,fdatasync,ftruncate"])
        error = bench.random.choice(["ENOSPC", "EIO"])
        where = f"point {point}, {kind} {error} while following"
        # Standard error is written with write, so it can still say what is wrong.
        trace = bench.path("trace")
        tracing = subprocess.Popen(
            tracer(trace, kind.split(","), "-p", str(process.pid), "-e", f"inject={kind}:error={error}"))
        time.sleep(0.3)
        log.append(range(1, 200))
        time.sleep(bench.random.uniform(1.5, 4))
        tracing.terminate()
        tracing.wait(30)
        log.append(range(200, 300))
        with open(trace, errors="replace") as file:
            injected = "(INJECTED)" in file.read()
        bench.tally.point(injected)
        if process.poll() is not None:
            bench.tally.fault(f"{where}: it ended with {process.returncode}: {last(bench.said())}")
            continue
        if injected and "reading waits" not in bench.said():
            bench.tally.fault(f"{where}: nothing was said of it")
        if not bench.wait_for(len(log.tokens), 45):
            bench.tally.fault(f"{where}: it did not go on within 45 s: {last(bench.said())}")
        bench.stop(process, where)
        bench.compare(log.tokens, where)
        bench.verify(where)


def reads(bench):
    """One call of a command that reads fails. What lies there is sound, and nothing says or does otherwise."""
    reason = strace()
    if reason:
        return bench.tally.not_run(reason)
    log, base = Log(bench.path("auth.log")), bench.path("base")
    for run in range(2):
        log.append(range(run * 20, run * 20 + 20))
        bench.duration("ingest", "-q", log.path)
    bench.duration(*PRUNE)
    bench.duration("detect", "-q", "--since", "start")
    shutil.move(bench.trail, base)
    log.append(range(40, 60))
    commands = [
        ["status"], ["detect", "--since", "start"], ["verify"], ["query", "SELECT count(*), max(token_id) FROM events"],
        ["report", "failed-by-ip"], ["export", "-o", bench.path("out")], ["ingest", "-q", log.path],
        ["rebuild", "-q", "--force"], ["compact", "--all", "-q"], ["prune", "-q", "--older-than", "2026-07-01"],
        ["findings", "list"],
    ]
    points = []
    for words in commands:
        bench.restore(base)
        made = numbers_of_calls(bench, words, READS)
        points += [(words, call, fault, n + 1) for call in made for fault in READ_FAULTS for n in range(made[call])]
    bench.random.shuffle(points)
    for place in bench.points(smoke=12, most=len(points)):
        bench.restore(base)
        words, call, fault, number = points[place]
        trace, where = bench.path("trace"), f"{words[0]}, {call} {fault} when={number}"
        run = bench.run(*words, prefix=tracer(trace, [call, LOADED], "-e", f"inject={call}:{fault}:when={number}"))
        with open(trace, errors="replace") as file:
            text = file.read()
        injected = "(INJECTED)" in text
        if not had_begun(run, text):
            injected = False
        elif injected and run.status not in (0, 73, 74):
            what = "did not end" if run.status is None else f"exits {run.status}"
            bench.tally.fault(f"{where}: {what}: {last(run.err or run.out)}")
        elif run.status != 0 and LOSS.search(run.err + (run.out if words[0] == "verify" else "")):
            bench.tally.fault(f"{where}: exits {run.status} and speaks of damage: {last(run.err or run.out)}")
        bench.tally.point(injected)
        if words[0] in ("ingest", "compact", "prune"):
            # What was begun is ended by the next one.
            bench.complete(words, where)
        bench.verify(where)
    bench.tally.note(f"{bench.tally.tried} of {len(points)} points")


CAMPAIGNS = [
    ("syscalls-ingest", ingest, 4), ("syscalls-compact", compact, 4), ("syscalls-prune", prune, 4),
    ("syscalls-follow", follow, 2), ("syscalls-reads", reads, 4),
]
