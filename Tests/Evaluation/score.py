"""Compares findings with labels.

The matching rule, which is all that this module assumes:
- A label is found if a finding has its class and one of its entities, and the finding's first_seen to last_seen touches
  the label's first to last event, within a tolerance of one second (silences are told in whole seconds).
- A finding that names other classes under `also` tells these, too.
- Sources are compared by the name of the file: where the log lay is nobody's concern.
- A finding that matches no label is *implied* if a label or a near miss names its class and entity as a consequence of
  the same events; it then counts neither for nor against.
- Every other finding is false, and so is one of a near miss's class about its entity in its time, which is told with
  the story that should have kept it quiet.
- Recall is found labels / labels; precision is matching findings / (matching + false findings), by class.
"""

import os
from dataclasses import dataclass, field
from datetime import datetime, timezone

TOLERANCE = 1000


@dataclass
class Score:
    """The counts of one class."""

    planted: int = 0
    found: int = 0
    matched: int = 0
    false: int = 0
    missed: list = field(default_factory=list)
    wrong: list = field(default_factory=list)

    def add(self, other):
        self.planted += other.planted
        self.found += other.found
        self.matched += other.matched
        self.false += other.false
        self.missed += other.missed
        self.wrong += other.wrong

    @property
    def recall(self):
        return self.found / self.planted if self.planted else None

    @property
    def precision(self):
        told = self.matched + self.false
        return self.matched / told if told else None


def milliseconds(text):
    """RFC 3339 with any number of decimals, to whole milliseconds."""
    whole, _, decimals = text.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * 1000 + int((decimals + "000")[:3])


def entity_of(finding):
    kind, value = finding["entity"]["type"], finding["entity"]["value"]
    return (kind, os.path.basename(value) if kind == "source" else value)


def touches(finding, one):
    return (milliseconds(finding["first_seen"]) <= one.last + TOLERANCE
            and milliseconds(finding["last_seen"]) >= one.first - TOLERANCE)


def told_by(finding):
    """The finding, and the same as each other class that it stands for."""
    return [finding] + [{**finding, "class": klass} for klass in finding["context"].get("also", [])]


def score(findings, labels, quiet, known):
    """Scores by class. `known` are the classes that the program has; others are left out."""
    by_entity, near, implied = {}, {}, set()
    for one in labels + quiet:
        implied.update(map(tuple, one.implies))
    labels = [label for label in labels if label.klass in known and (label.needs is None or label.needs in known)]
    scores = {label.klass: Score() for label in labels}
    for label in labels:
        for entity in label.entities:
            by_entity.setdefault((label.klass, *entity), []).append(label)
    for one in quiet:
        near.setdefault((one.klass, *one.entity), []).append(one)
    told = set()
    for finding in (one for finding in findings for one in told_by(finding)):
        key = (finding["class"], *entity_of(finding))
        mine = scores.setdefault(finding["class"], Score())
        matches = [label for label in by_entity.get(key, []) if touches(finding, label)]
        told.update(id(label) for label in matches)
        kept_quiet = [one for one in near.get(key, []) if touches(finding, one)]
        if matches:
            mine.matched += 1
        elif kept_quiet or key not in implied:
            mine.false += 1
            mine.wrong.append((finding, kept_quiet[0].story if kept_quiet else None))
    for label in labels:
        scores[label.klass].planted += 1
        if id(label) in told:
            scores[label.klass].found += 1
        else:
            scores[label.klass].missed.append(label)
    return scores
