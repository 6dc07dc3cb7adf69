"""Runs one command as a fresh process and says what it cost."""

import os
import statistics
import subprocess
import sys
import time
from typing import NamedTuple


class Cost(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds, user and system, of all threads
    memory: float  # MB, the highest resident set


class Spread(NamedTuple):
    median: float
    low: float
    high: float


class Failed(Exception):
    """A measured command did not exit with 0."""


# Linux counts the resident set in kB, macOS in bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def run(command, log_path, output=os.devnull):
    """Runs `command` with its output in files and returns its Cost. Raises Failed if it exits with anything but 0.

    A forked child starts with the peak memory of its parent, so the process that calls this has to stay small: it
    never imports a peer, and everything that reads data is a child too.
    """
    # What the command before has written must not be flushed at the cost of this one.
    os.sync()
    with open(output, "wb") as out, open(log_path, "wb") as err:
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
    child.returncode = os.waitstatus_to_exitcode(status)  # Popen must not wait for it again.
    if child.returncode != 0:
        with open(log_path, encoding="utf-8", errors="replace") as err:
            raise Failed(f"exit code {child.returncode}: {' '.join(command)}\n{err.read()[-4000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT / 1e6)


def spread(values):
    values = list(values)
    return Spread(statistics.median(values), min(values), max(values))


def rotated(items, turn):
    """The items, another one first in each turn: nobody always runs after the same neighbor."""
    start = turn % len(items)
    return items[start:] + items[:start]
