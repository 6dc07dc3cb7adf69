#!/usr/bin/env python3
"""Fault campaigns over the built program. Prints a table; exit code 1 if anything was lost, stored twice or wrong.

    python3 Tests/Faults/run.py .build-release/release/authtrail --minutes 30 --seed 1
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback

import clock
import crossings
import damage
import disk
import kill
import power
import storm
import syscalls
import writers
from tally import Tally, markdown
from trail import Bench

CAMPAIGNS = [one for module in (kill, syscalls, disk, crossings, damage, writers, storm, power, clock) for one in module.CAMPAIGNS]


def options():
    parser = argparse.ArgumentParser(description="Fault campaigns over the built program.")
    parser.add_argument("program")
    parser.add_argument("--only", action="append", default=[], help="campaigns whose name begins so; may be repeated")
    parser.add_argument("--minutes", type=float, default=30, help="for all of them together")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--smoke", action="store_true", help="a few points of each")
    parser.add_argument("--keep", action="store_true", help="leave the folders of campaigns that failed")
    return parser.parse_args()


def run(name, campaign, folder, seconds, chosen):
    tally = Tally(name)
    program, place = os.path.abspath(chosen.program), os.path.join(folder, name)
    bench = Bench(program, place, tally, chosen.seed, seconds, chosen.smoke)
    begun = time.monotonic()
    try:
        campaign(bench)
    except Exception as error:
        # A harness that breaks has proved nothing.
        tally.fault(f"the campaign broke: {error!r}")
        traceback.print_exc()
    print(f"{name}: {tally.verdict} ({time.monotonic() - begun:.0f} s)", file=sys.stderr, flush=True)
    if not (chosen.keep and tally.is_bad):
        shutil.rmtree(bench.folder, ignore_errors=True)
    return tally


def main():
    chosen = options()
    # Whoever starts this may have blocked signals, and everything started here would be deaf to them.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not os.access(chosen.program, os.X_OK):
        sys.exit(f"no program at {chosen.program}; run make build")
    wanted = [one for one in CAMPAIGNS if not chosen.only or any(one[0].startswith(name) for name in chosen.only)]
    if not wanted:
        names = ", ".join(one[0] for one in CAMPAIGNS)
        sys.exit(f"no campaign begins with {' or '.join(chosen.only)}; there are {names}")
    end, tallies = time.monotonic() + chosen.minutes * 60, []
    folder = tempfile.mkdtemp(prefix="authtrail-faults-")
    for place, (name, campaign, weight) in enumerate(wanted):
        # Time that one does not need is for those behind it.
        share = weight / sum(one[2] for one in wanted[place:])
        tallies.append(run(name, campaign, folder, max(0, end - time.monotonic()) * share, chosen))
    print(markdown(tallies))
    if chosen.keep and any(tally.is_bad for tally in tallies):
        print(f"kept: {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if any(tally.is_bad for tally in tallies) else 0)


if __name__ == "__main__":
    main()
