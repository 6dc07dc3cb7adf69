#!/usr/bin/env python3
"""Precision and recall of every class of every detector, over logs that are made with labels.

    python3 Tests/Evaluation/run.py .build-release/release/authtrail --seeds 1..10

For each seed: generate, ingest, detect all of the log, score. Prints a table; exit code 1 if a class falls short.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import labels
from generate import CASES, generate
from score import Score, score
from world import stamp

RECALL, PRECISION = 0.99, 0.95
COLUMNS = ["class", "planted", "found", "reported", "false", "recall", "precision", "verdict"]


def options():
    parser = argparse.ArgumentParser(description="Precision and recall of every class of every detector.")
    parser.add_argument("program")
    parser.add_argument("--seeds", default="1..3", help="one, or a range such as 1..10")
    parser.add_argument("--events", type=int, default=60_000, help="for each seed, about")
    parser.add_argument("--only", action="append", default=[], help="judge this class only; may be repeated")
    parser.add_argument("--quick", action="store_true", help="140 days, fewer cases, fewer people")
    parser.add_argument("--keep", action="store_true", help="leave logs, trails and findings in their folder")
    parser.add_argument("--samples", type=int, default=3, help="how many misses and false findings to tell by class")
    return parser.parse_args()


def call(program, *words):
    """Runs the program; what it says on standard error is said only if it fails."""
    done = subprocess.run([program, *words], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join([program, *words])}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def classes(program):
    """The classes of each detector, as the program names them."""
    rows = json.loads(call(program, "detectors", "--format", "json"))["rows"]
    return {(row["id"], name) for row in rows for name in row["classes"]}


def evaluate(program, seed, chosen, folder):
    """One seed: the scores by class, and how long each step took."""
    place, times = os.path.join(folder, f"seed-{seed}"), [time.monotonic()]
    trail, log = os.path.join(place, "trail"), os.path.join(place, "logs")
    world = generate(seed, chosen.events, chosen.quick, place)
    times.append(time.monotonic())
    policy = os.path.join(place, "policy.yaml")
    call(program, "policy", "check", policy)
    call(program, "ingest", "-q", "--trail", trail, log)
    times.append(time.monotonic())
    text = call(program, "detect", "--since", "start", "--format", "json", "--policy", policy, "--trail", trail)
    times.append(time.monotonic())
    with open(os.path.join(place, "findings.json"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(place, "labels.json"), encoding="utf-8") as file:
        wanted, quiet = labels.read(json.load(file))
    known = {name for _, name in classes(program)}
    scores = score(json.loads(text)["findings"], wanted, quiet, known)
    steps = [after - before for before, after in zip(times, times[1:])]
    print(
        f"seed {seed}: {world.count()} events of {world.days} days, {len(wanted)} cases, {len(quiet)} near misses; "
        f"generate {steps[0]:.1f} s, ingest {steps[1]:.1f} s, detect {steps[2]:.1f} s", file=sys.stderr, flush=True)
    if not chosen.keep:
        shutil.rmtree(place, ignore_errors=True)
    return scores


def is_short(one):
    goals = [(one.recall, RECALL), (one.precision, PRECISION)]
    return any(value is not None and value < goal for value, goal in goals)


def row(name, one):
    def share(value):
        return "–" if value is None else f"{value:.3f}"
    counts = [str(count) for count in (one.planted, one.found, one.matched, one.false)]
    return [name, *counts, share(one.recall), share(one.precision), "SHORT" if is_short(one) else "good"]


def table(scores):
    """The table in Markdown, in the order of the cases."""
    total = Score()
    for name in in_order(scores):
        total.add(scores[name])
    return markdown([COLUMNS] + [row(name, scores[name]) for name in in_order(scores)] + [row("all", total)])


def by_seed(each):
    """Class × seed: found/planted, and how many were false."""
    def cell(one):
        return f"{one.found}/{one.planted}" + (f" +{one.false}" if one.false else "")
    names = in_order({name for scores in each.values() for name in scores})
    rows = [[name] + [cell(scores.get(name, Score())) for scores in each.values()] for name in names]
    return markdown([["class"] + [str(seed) for seed in each]] + rows)


def in_order(names):
    order = [case[0] for case in CASES]
    return sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name))


def markdown(rows):
    widths = [max(len(cells[place]) for cells in rows) for place in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |" for cells in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def stories(scores, most):
    """What was missed and what was false, some of each class."""
    for name in sorted(scores):
        for seed, label in scores[name].missed[:most]:
            print(f"- {name}: MISSED (seed {seed}) {label.entities[0][1]} at {stamp(label.first)}: {label.story}")
        for seed, (finding, story) in scores[name].wrong[:most]:
            why = f", though quiet: {story}" if story else ""
            print(f"- {name}: FALSE (seed {seed}) {finding['entity']['value']} at {finding['first_seen']}: "
                  f"{finding['title']}{why}")


def seeds(text):
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def judge(program, chosen, folder):
    """All seeds: the scores by class, and those by seed and class."""
    total, each = {}, {}
    for seed in seeds(chosen.seeds):
        scores = evaluate(program, seed, chosen, folder)
        each[seed] = {name: one for name, one in scores.items() if not chosen.only or name in chosen.only}
        for name, one in each[seed].items():
            one.missed = [(seed, label) for label in one.missed]
            one.wrong = [(seed, wrong) for wrong in one.wrong]
            total.setdefault(name, Score()).add(one)
    return total, each


def main():
    chosen = options()
    program = os.path.abspath(chosen.program)
    if not os.access(program, os.X_OK):
        sys.exit(f"no program at {chosen.program}; run make build")
    unknown = set(chosen.only) - {case[0] for case in CASES}
    if unknown:
        sys.exit(f"no class is called {' or '.join(sorted(unknown))}; there are {', '.join(case[0] for case in CASES)}")
    known = classes(program)
    absent = sorted({(case[1], case[0]) for case in CASES} - known)
    wanted = {case[0] for case in CASES}
    silent = sorted(name for _, name in known if name not in wanted)
    folder = tempfile.mkdtemp(prefix="authtrail-evaluation-")
    total, each = judge(program, chosen, folder)
    print(table(total))
    if len(each) > 1:
        print("\nBy seed: found/planted, and +false\n\n" + by_seed(each))
    stories(total, chosen.samples)
    if absent:
        print("not judged, as the program does not have them: " + ", ".join(name for _, name in absent))
    if silent:
        print("no case is planted of: " + ", ".join(silent))
    if chosen.keep:
        print(f"kept: {folder}", file=sys.stderr)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if any(is_short(one) for one in total.values()) else 0)


if __name__ == "__main__":
    main()
