"""The log that is being made: its calendar, its names, its lines and its labels."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random

from labels import Label, Quiet

# All times are milliseconds since 1970, as most producers write them.
SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# The server's log, and that of a second server behind the same address: any line may stand in either.
MAIN, REPLICA = "auth.ndjson", "replica.ndjson"
BEGIN = datetime(2025, 9, 1, tzinfo=timezone.utc)

COMMON_AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5)", "python-requests/2.32",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "okhttp/4.12.0", "axios/1.7.2",
]
WORDS = """
amber anchor apple arrow aspen atlas barley basil beacon birch bishop blossom border bramble breeze bridge canyon
cedar chalk cherry cinder clover cobalt copper coral cotton crane crown dahlia delta drift eagle ember falcon fern
field finch flint forest fox garnet glacier granite grove harbor hazel heron hollow indigo iris island ivory jade
juniper kestrel lagoon lantern larch laurel lemon lilac linden lotus maple marble meadow mint moss nectar nova oak
ocean olive onyx opal orchard otter pebble pepper pine plum pond poplar quarry quartz raven reef ridge river robin
rowan ruby saffron sage sierra slate sparrow spruce stone summit thistle timber topaz tulip valley velvet violet
walnut willow winter wren yarrow zephyr
""".split()


@dataclass
class Token:
    """A token of the log, with what is needed to use it."""

    id: str
    principal: str
    scopes: list
    kind: str
    born: int
    expires: int = None
    ip: str = ""
    agent: str = ""
    tools: list = field(default_factory=list)
    client: str = None
    family: str = None
    # Some producers do not say what kind of token it is.
    is_bare: bool = False

    @property
    def told_kind(self):
        return None if self.is_bare else self.kind


def stamp(ms):
    """RFC 3339, as producers write it."""
    moment = datetime(1970, 1, 1) + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds") + "Z"


# Names that producers use as well, by event.
ALIASES = {
    "issued": {"actor": "admin", "principal": "user_id"}, "revoked": {"actor": "revoked_by"},
    "refreshed": {"token_id": "new_token_id", "old_token_id": "superseded_token_id"},
    "failed": {"presented": "token_hash"}, "exchanged": {"principal": "user_id"}, "used": {"principal": "user_id"},
}


def native(ts, line):
    """A line as the server writes it."""
    line = {"ts": stamp(ts), **line}
    if "expires_at" in line:
        line["expires_at"] = stamp(line["expires_at"])
    return line


def foreign(ts, line, way):
    """A line as another producer writes it: other names, numbers for times, another zone."""
    names = ALIASES.get(line["event"], {})
    line = {names.get(name, name): value for name, value in line.items()}
    if way == 0:
        return {"ts": ts, **line}
    line = native(ts, line)
    moment = datetime(1970, 1, 1) + timedelta(milliseconds=ts) + timedelta(hours=2)
    del line["ts"]
    return {**line, "ts": moment.isoformat(timespec="microseconds") + "+02:00"}


class World:
    """Everything that is generated. Each part draws from its own numbers, so that a new case moves no other."""

    def __init__(self, seed, quick=False):
        self.seed = seed
        self.quick = quick
        random = self.random("calendar")
        self.days = 140 if quick else random.randint(160, 200)
        self.start = int((BEGIN + timedelta(days=random.randint(0, 60))).timestamp()) * 1000
        self.end = self.start + self.days * DAY
        self.holidays = set(random.sample(range(self.days), 5))
        self.lines = {}
        self.servers = self.random("servers")
        self.labels = []
        self.quiet = []
        self.taken = set()
        names = self.random("staff")
        self.staff = [self.unique(lambda: f"admin:{names.choice(WORDS)}{names.randint(2, 99)}") for _ in range(12)]
        # The address and the program of each principal with tokens of their own.
        self.homes = {}

    def random(self, part):
        return Random(f"{self.seed}/{part}")

    def day(self, number):
        """When a day of the log begins; fractions are times of day."""
        return self.start + int(number * DAY)

    def weekday(self, day):
        """0 is Monday."""
        return (datetime(1970, 1, 1) + timedelta(milliseconds=self.day(day))).weekday()

    def is_working(self, day):
        return self.weekday(day) < 5 and day not in self.holidays

    def member(self, random):
        """One of the admins who issue tokens. Each begins in the first month of the log."""
        return random.choice(self.staff)

    def unique(self, make):
        """A name that nobody else has."""
        while True:
            name = make()
            if name not in self.taken:
                self.taken.add(name)
                return name

    # Lines

    def add(self, ts, event, source=None, **fields):
        """One line of the log. Fields without a value are left out, as producers do."""
        source = source or (MAIN if self.servers.random() < 0.75 else REPLICA)
        if not self.start <= ts < self.end:
            raise ValueError(f"an event outside of the log: {event} at {stamp(ts)} {fields}")
        line = {"event": event}
        line.update((name, value) for name, value in fields.items() if value is not None)
        self.lines.setdefault(source, []).append((ts, line))

    def count(self):
        return sum(len(lines) for lines in self.lines.values())

    def texts(self):
        """The files of the log: name and lines, each sorted by time. One line in eight is spelled otherwise."""
        random = self.random("dialects")
        for source in sorted(self.lines):
            lines = sorted(self.lines[source], key=lambda one: one[0])
            yield source, (
                json.dumps(foreign(ts, line, random.randrange(2)) if random.random() < 0.125 else native(ts, line),
                           separators=(",", ":"))
                for ts, line in lines)

    # Labels

    def label(self, klass, detector, entities, first, last, story, implies=(), needs=None):
        self.labels.append(Label(klass, detector, entities, first, last, story, [list(one) for one in implies], needs))

    def near(self, klass, entity, first, last, story, implies=()):
        self.quiet.append(Quiet(klass, list(entity), first, last, story, [list(one) for one in implies]))
