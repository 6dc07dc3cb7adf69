"""What is asked of every engine, and which authtrail command answers it."""

from typing import NamedTuple


class Goal(NamedTuple):
    """A limit from the issue: a ratio to the best peer, or a number."""

    limit: float
    unit: str = "×"

    def met(self, value, best_peer):
        return value <= self.limit * (best_peer if self.unit == "×" else 1)

    def __str__(self):
        return f"≤ {self.limit:g} {self.unit}"


class Question(NamedTuple):
    id: str  # what a peer is asked: a key of its SQL
    title: str
    token: str = ""  # the key of the token in the facts, where the question is about one


class Work(NamedTuple):
    """One row of the tables: a question, and the authtrail command that answers it."""

    id: str
    title: str
    question: str
    command: list
    goal: Goal | None


INGEST_WALL = Goal(0.35)
INGEST_CPU = Goal(0.35)
INGEST_MEMORY = Goal(256, "MB")
STORED = Goal(0.75)
ASKED = Goal(0.1)
BUSY_TOKEN = Goal(0.2)

MIN_FAILURES = 5

QUESTIONS = [
    Question("dormant", "dormant tokens"),
    Question("failed-all", "failures by IP, all history"),
    Question("failed-24h", "failures by IP, last 24 h"),
    Question("token-most", "the most used token", "most"),
    Question("token-busy", "a busy token", "busy"),
    Question("token-warm", "a warm token", "warm"),
    Question("token-rare", "a rare token", "rare"),
    Question("by-day", "counts by kind and day"),
]

_FAILED_SQL = f"""
SELECT ip, count(*) AS failures, count(DISTINCT coalesce(presented, token_id)) AS credentials
FROM events WHERE event = 'failed' GROUP BY ip HAVING count(*) >= {MIN_FAILURES} ORDER BY failures DESC
"""


def works(facts):
    """All rows, with the times and tokens of this log filled in."""
    failures = ["report", "failed-by-ip", "--set", f"min_failures={MIN_FAILURES}"]
    # A sliding window longer than the log holds all of it: the most in any window is the sum.
    whole = ["--set", f"window={facts['days'] + 2}d"]
    last_day = ["--set", "window=24h", "--set", f"since={facts['day_before']}"]
    by_ip = ["detect", "failed-verification-by-ip"]
    return [
        Work("dormant-report", "dormant tokens: `report dormant-tokens`", "dormant",
             ["report", "dormant-tokens"], ASKED),
        Work("dormant-detect", "dormant tokens: `detect dormant-token-reactivation`", "dormant",
             ["detect", "dormant-token-reactivation"], ASKED),
        Work("failed-all-report", "failures by IP, all history: `report failed-by-ip`", "failed-all",
             failures + whole, ASKED),
        Work("failed-all-query", "failures by IP, all history: `query` with the peers' SQL", "failed-all",
             ["query", _FAILED_SQL], ASKED),
        Work("failed-all-detect", "failures by IP, all history: `detect --since start`", "failed-all",
             by_ip + ["--since", "start"], ASKED),
        Work("failed-24h-report", "failures by IP, last 24 h: `report failed-by-ip`", "failed-24h",
             failures + last_day, ASKED),
        Work("failed-24h-detect", "failures by IP, last 24 h: `detect`", "failed-24h", by_ip, ASKED),
        *(_token_work(question, facts) for question in QUESTIONS if question.token),
        Work("by-day", "counts by kind and day: `report events-by-day`", "by-day",
             ["report", "events-by-day"], ASKED),
    ]


def _token_work(question, facts):
    token = facts["tokens"][question.token]
    title = f"{question.title}, {token['events']:,} events: `export --token`"
    goal = BUSY_TOKEN if question.token in ("most", "busy") else ASKED
    return Work(question.id, title, question.id, ["export", "--token", token["id"]], goal)
