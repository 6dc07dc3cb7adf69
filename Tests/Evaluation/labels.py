"""What a generated log holds on purpose: cases that must be found, and near misses that must not.

The labels are written beside the log as JSON, so that a log can be scored again, or by somebody else's program.
"""

from dataclasses import asdict, dataclass, field


@dataclass
class Label:
    """A planted case. It is found by a finding of its class about one of its entities."""

    klass: str
    detector: str
    # Most classes have one entity; a definition that leaves the choice open has several, and any of them will do.
    entities: list
    # Milliseconds since 1970: the events that make the case.
    first: int
    last: int
    story: str
    # Findings that the same events justify: (class, entity type, entity value). Neither wanted nor false.
    implies: list = field(default_factory=list)
    # A class that the program must have for this one to be possible, such as the attack before a success.
    needs: str = None


@dataclass
class Quiet:
    """A near miss: on the quiet side of a definition. A finding of its class about its entity is false."""

    klass: str
    entity: list
    first: int
    last: int
    story: str
    implies: list = field(default_factory=list)


def document(seed, days, start, labels, quiet):
    """What is written to labels.json."""
    return {
        "seed": seed, "days": days, "start": start,
        "labels": [asdict(one) for one in labels],
        "quiet": [asdict(one) for one in quiet],
    }


def read(document):
    """The labels and near misses of a labels.json."""
    return [Label(**one) for one in document["labels"]], [Quiet(**one) for one in document["quiet"]]
