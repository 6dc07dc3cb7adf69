"""A clock that is wrong, and time zones: the same logs give the same findings."""

import json
import shutil
import subprocess

from trail import last

ZONES = ["Pacific/Kiritimati", "Asia/Kathmandu", "America/St_Johns", "Etc/GMT+12", "No/Where"]
OFFSETS = ["-1h", "+10y"]


def story(path):
    """Somebody tries credentials and gets in; a token wakes up after half a year."""
    lines = [
        '{"ts":"2025-01-05T09:00:00Z","event":"issued","token_id":"sleeper","principal":"partner:acme"}',
        '{"ts":"2025-01-06T23:30:00+01:00","event":"used","token_id":"sleeper","ip":"203.0.113.9"}',
        '{"ts":"2025-06-01T08:00:00Z","event":"issued","token_id":"fresh","principal":"partner:other"}',
    ]
    lines += [
        f'{{"ts":"2025-07-01T10:{number // 2:02d}:{number % 2 * 30:02d}Z","event":"failed","reason":"hash_mismatch",'
        f'"presented":"{number:08x}","ip":"198.51.100.7"}}' for number in range(80)]
    lines += [
        '{"ts":"2025-07-01T11:00:00Z","event":"used","token_id":"fresh","ip":"198.51.100.7"}',
        '{"ts":"2025-07-01T12:00:00Z","event":"used","token_id":"sleeper","ip":"192.0.2.77"}',
    ]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")


def findings(bench, where, prefix=(), environment=None):
    """What is found in a new trail, and the failed verifications by address."""
    shutil.rmtree(bench.trail, ignore_errors=True)
    options = {"prefix": prefix, "environment": environment}
    said = []
    for words in (["ingest", "-q", bench.path("auth.log")], ["detect", "-q", "--since", "start", "--format", "json"],
                  ["report", "failed-by-ip", "--format", "csv"], ["report", "events-by-day", "--format", "csv"],
                  ["verify", "-q"]):
        run = bench.run(*words, **options)
        if run.status != 0:
            bench.tally.fault(f"{where}: {words[0]} exits {run.status}: {last(run.err)}")
        said.append(run.out)
    return json.loads(said[1])["findings"], said[2:]


def wrong(bench):
    story(bench.path("auth.log"))
    usual = findings(bench, "clock as it is")
    if not usual[0]:
        raise RuntimeError("nothing is found in the story at all")
    points = [(f"TZ={zone}", (), {"TZ": zone}) for zone in ZONES]
    if shutil.which("faketime"):
        points += [(f"clock {offset}", ("faketime", "-f", offset), None) for offset in OFFSETS]
        points.append(("clock +10y, TZ", ("faketime", "-f", "+10y"), {"TZ": ZONES[0]}))
    else:
        bench.tally.note("faketime is not installed: time zones only")
    for where, prefix, environment in points:
        bench.tally.point(not prefix or moves(prefix))
        if findings(bench, where, prefix, environment) != usual:
            bench.tally.fault(f"{where}: other findings or reports than with the right clock")


def moves(prefix):
    """Whether the clock of a process is really another one."""
    years = [subprocess.run([*words, "date", "+%Y-%m-%d %H"], capture_output=True).stdout for words in (prefix, [])]
    return years[0] != years[1]


CAMPAIGNS = [("clock", wrong, 1)]
