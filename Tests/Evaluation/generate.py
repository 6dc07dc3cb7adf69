#!/usr/bin/env python3
"""Makes a labelled log: NDJSON files, labels.json and policy.yaml. The same seed makes the same bytes.

    python3 Tests/Evaluation/generate.py /tmp/log --seed 1 --events 60000
"""

import argparse
import json
import os

import cases_admin
import cases_clients
import cases_daily
import cases_dormant
import cases_habits
import cases_issuers
import cases_logins
import cases_rights
import cases_stuffing
import cases_success
import cases_surge
import cases_tokens
import labels
import noise
import noise_people
import policy
from stage import Stage
from world import World

# (class, detector, a function that plants a case, one that plays a near miss)
CASES = [
    one for module in (cases_dormant, cases_stuffing, cases_logins, cases_clients, cases_success, cases_tokens,
                       cases_rights, cases_habits, cases_admin, cases_issuers,
                       cases_surge, cases_daily)
    for one in module.CASES
]


def plant(world):
    """Cases and near misses of every class."""
    for klass, detector, case, near in CASES:
        stage = Stage(world, klass, detector)
        for number in range(stage.span(2, 3) if world.quick else stage.span(4, 6)):
            case(stage, number)
        # Draws its own numbers: a near miss more moves no case.
        stage.random = world.random("near/" + klass)
        for number in range(0 if near is None else 3 if world.quick else 7):
            near(stage, number)


def surround(world, events):
    """Noise until the log has about so many events."""
    budget = max(events - world.count(), 4000)
    noise.staff(world)
    noise.jobs(world)
    noise.farm(world)
    noise.monitor(world, int(budget * 0.18))
    noise_people.people(world, int(budget * 0.27))
    noise.strangers(world, int(budget * 0.12 / 1.25))
    noise.partners(world, max(0, events - world.count()))


def generate(seed, events, quick, folder):
    """Writes a log into a folder. Returns the world that it tells of."""
    world = World(seed, quick)
    plant(world)
    surround(world, events)
    os.makedirs(os.path.join(folder, "logs"), exist_ok=True)
    for source, lines in world.texts():
        with open(os.path.join(folder, "logs", source), "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
    with open(os.path.join(folder, "labels.json"), "w", encoding="utf-8") as file:
        json.dump(labels.document(seed, world.days, world.start, world.labels, world.quiet), file, indent=1)
    with open(os.path.join(folder, "policy.yaml"), "w", encoding="utf-8") as file:
        file.write(policy.text())
    return world


def main():
    parser = argparse.ArgumentParser(description="Makes a labelled log.")
    parser.add_argument("folder")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--events", type=int, default=60_000)
    parser.add_argument("--quick", action="store_true", help="140 days, fewer cases, fewer people")
    chosen = parser.parse_args()
    world = generate(chosen.seed, chosen.events, chosen.quick, chosen.folder)
    print(f"{world.count()} events of {world.days} days, {len(world.labels)} cases, {len(world.quiet)} near misses")


if __name__ == "__main__":
    main()
