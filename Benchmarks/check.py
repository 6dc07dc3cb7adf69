"""Do all engines give the same answers? check.py '{"facts": ..., "counts": ..., "answers": {id: {engine: file}}}'.

Prints what differs and exits with 1. A child, because it reads large answers. Every answer is brought into one form
that does not depend on order, on how a time is spelled, or on how an absent field is said.
"""

import hashlib
import json
import sys

SHOWN = 5


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    differences = _events(job["facts"]["events"], job["counts"])
    for question, files in job["answers"].items():
        differences += _question(question, files, job["facts"])
    differences += _literal(job["literal_dormant"], job["answers"]["dormant"])
    for line in differences:
        print(line)
    sys.exit(1 if differences else 0)


def _events(lines, counts):
    wrong = {engine: count for engine, count in counts.items() if count != lines}
    return [f"events: {engine} holds {count:,}, the log {lines:,}" for engine, count in wrong.items()]


def _question(question, files, facts):
    if question.startswith("token-"):
        return _token(question, files, facts)
    answers = {engine: READERS[question](_rows(path)) for engine, path in files.items()}
    differences = _compare(question, answers)
    if question == "by-day":
        differences += _kinds(answers, facts["events_by_kind"])
    return differences


def _compare(question, answers):
    """Everybody against the first peer, so that a wrong authtrail is named and not the peers."""
    reference = next(engine for engine in answers if not engine.startswith("authtrail"))
    right, found = answers[reference], []
    if not right:
        found.append(f"{question}: the answer of {reference} is empty, which proves nothing")
    for engine, answer in answers.items():
        wrong = [key for key in sorted(right.keys() | answer.keys()) if right.get(key) != answer.get(key)]
        if wrong:
            found.append(f"{question}: {engine} differs from {reference} in {len(wrong):,} of {len(right):,} rows")
        found += [f"    {key}: {reference} {right.get(key)}, {engine} {answer.get(key)}" for key in wrong[:SHOWN]]
    return found


def _kinds(answers, expected):
    found = []
    for engine, answer in answers.items():
        sums = {}
        for (_, kind), events in answer.items():
            sums[kind] = sums.get(kind, 0) + events
        if sums != expected:
            found.append(f"by-day: {engine} has {sums}, the log {expected}")
    return found


def _token(question, files, facts):
    """All fields of all events of a token: their number and one sum over them, since the answers can be large."""
    answers = {engine: _sum(path) for engine, path in files.items()}
    expected, found = facts["tokens"][question.removeprefix("token-")]["events"], []
    for engine, (events, _) in answers.items():
        if events != expected:
            found.append(f"{question}: {engine} gives {events:,} events, the log has {expected:,}")
    if not found and len({total for _, total in answers.values()}) > 1:
        found = _compare(question, {engine: _events_by_id(path) for engine, path in files.items()})
    return found


def _sum(path):
    events = total = 0
    for row in _rows(path):
        events += 1
        total += int.from_bytes(hashlib.blake2b(_canonical(row).encode(), digest_size=8).digest(), "big")
    return events, total


def _events_by_id(path):
    return {row["event_id"]: _canonical(row) for row in _rows(path)}


def _canonical(row):
    known = {key: _plain(key, value) for key, value in row.items() if value not in (None, "", [])}
    return json.dumps(known, sort_keys=True)


def _plain(key, value):
    if key in ("ts", "expires_at"):
        return _time(value)
    return float(value) if type(value) is int else value


def _time(text):
    """2025-01-01T00:00:39.5Z and 2025-01-01 00:00:39.500000 are the same time."""
    day, clock = text[:10], text[11:].removesuffix("Z")
    return f"{day} {clock.rstrip('0').rstrip('.') if '.' in clock else clock}"


def _literal(path, dormant_files):
    """The detector counts by class what the literal question names; the classes must add up to the peers' rows."""
    with open(path, encoding="utf-8") as file:
        detector = json.load(file)["detectors"][0]
    counted = sum(detector["counts"].values())
    peer = next(engine for engine in dormant_files if not engine.startswith("authtrail"))
    rows = sum(1 for _ in _rows(dormant_files[peer]))
    if counted == rows:
        return []
    return [f"dormant: detect --semantics literal counts {counted} tokens {detector['counts']}, {peer} {rows}"]


def _rows(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _dormant(rows):
    return {row["token_id"]: (row["uses"], _time(row["first_use"])) for row in rows}


def _failed(rows):
    return {row.get("ip") or "(no address)": (row["failures"], row["credentials"]) for row in rows}


def _by_day(rows):
    """authtrail has one row a day and one column a kind, the peers have one row for both."""
    counts = {}
    for row in rows:
        kinds = {row["event"]: row["events"]} if "event" in row else row
        for kind, events in kinds.items():
            if kind not in ("date", "events") and events:
                counts[row["date"], kind] = events
    return counts


READERS = {"dormant": _dormant, "failed-all": _failed, "failed-24h": _failed, "by-day": _by_day}

if __name__ == "__main__":
    main()
