"""Reads the lines of a log as events.md says, in plain Python: a second opinion about what a log holds.

Only what is stored is judged here; of a line that is none, not why.
"""

import json
import re
from datetime import datetime, timedelta, timezone

from check_queries import REQUIRED, SECOND, day_text, lacks

TEXTS = (
    "event event_id token_id kind principal actor tool reason ip user_agent presented refresh_token_id old_token_id "
    "client_id family_id code_id"
).split()
FIELDS = [*TEXTS, "ts", "scopes", "expires_at", "latency_ms", "success"]
# The fields that other names mean; if a line has several for one field, the first here counts.
OTHER_NAMES = {
    "admin": "actor", "revoked_by": "actor", "user_id": "principal", "new_token_id": "token_id",
    "superseded_token_id": "old_token_id", "token_hash": "presented",
}
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"([Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))")
LATEST = 253_402_300_800 * SECOND
MOST_FIELDS, DEEPEST = 256, 64
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Number(str):
    """A number as it stands in the line."""


class Members(list):
    """The members of an object, repeated ones too."""


class NoEvent(Exception):
    pass


def refuse(_):
    raise NoEvent


READER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=refuse, object_pairs_hook=Members)


def read(line):
    """The fields of an event that have a value, unknown ones as `extra`; None if the line is no event."""
    try:
        members = READER.decode(line.decode().strip(" \t\r\n"))
        if not isinstance(members, Members) or len(members) > MOST_FIELDS or depth(members) > DEEPEST or b"\0" in line:
            return None
        json.dumps(members, ensure_ascii=False).encode()  # halves of surrogate pairs are no text
        return event(members)
    except (ValueError, RecursionError, NoEvent):
        return None


def depth(value):
    if isinstance(value, Members):
        return 1 + max((depth(inner) for _, inner in value), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def event(members):
    first, extra = {}, []
    for name, value in members:
        if name not in FIELDS and name not in OTHER_NAMES or name in first and value is not None:
            extra.append((name, value))
        elif value is not None or is_unknown(name, kind_of(members)):
            first[name] = value
    kind = first.get("event")
    if kind not in REQUIRED or isinstance(kind, Number):
        raise NoEvent
    named = {name: name for name in first if name in FIELDS}
    for name, field in OTHER_NAMES.items():
        if name in first and (field in named or is_unknown(name, kind)):
            extra.append((name, first[name]))
        elif name in first:
            named[field] = name
    row = {}
    for field, name in named.items():
        row[field] = typed(field, first[name])
        if row[field] is None:
            extra.append((name, first[name]))
    if row.get("ts") is None or lacks(kind, row):
        raise NoEvent
    row["date"], row["extra"] = day_text(row["ts"]), meaning(extra)
    return row


def is_unknown(name, kind):
    """Whether an other name is none for events of this kind."""
    return name == "new_token_id" and kind != "refreshed"


def kind_of(members):
    return next((value for name, value in members if name == "event" and value is not None), None)


def meaning(members):
    """What unknown fields say, in one order, with the digits that numbers have; None if there are none."""
    return json.dumps(sorted([name, shown(value)] for name, value in members)) if members else None


def shown(value):
    """A text in which different values differ."""
    if isinstance(value, Number):
        return f"number {value}"
    if isinstance(value, Members):
        return json.dumps({"members": [[name, shown(inner)] for name, inner in value]})
    return json.dumps({"list": [shown(inner) for inner in value]} if isinstance(value, list) else [value])


def typed(name, value):
    """The value that a column takes, or None if it is of the wrong type."""
    is_text = isinstance(value, str) and not isinstance(value, Number)
    if name in ("ts", "expires_at"):
        return time(value) if is_text else epoch(value) if isinstance(value, Number) else None
    if name == "scopes":
        is_list = isinstance(value, list) and not isinstance(value, Members)
        return value if is_list and all(type(scope) is str for scope in value) else None
    if name == "latency_ms":
        return latency(value) if isinstance(value, Number) else None
    if name == "success":
        return value if isinstance(value, bool) else None
    return value if is_text else None


def latency(number):
    value = float(number)
    return value if abs(value) < 2**53 and len(number) <= 256 else None


def epoch(number):
    if len(number) > 19 or not re.fullmatch("[0-9]+", number):
        return None
    value = int(number)
    for limit, factor in ((10**11, SECOND), (10**14, 1000), (10**17, 1)):
        if value < limit:
            return value * factor
    return value // 1000 if value < 2**63 else None


def time(text):
    match = TIME.fullmatch(text)
    if match is None:
        return None
    try:
        whole = datetime(*(int(part) for part in match.groups()[:6]), tzinfo=timezone.utc) - EPOCH
    except ValueError:
        return None
    sign, hours, minutes = match.group(9, 10, 11)
    offset = (int(hours) * 60 + int(minutes)) * (-1 if sign == "-" else 1) if sign else 0
    micros = int((match.group(7) or "").ljust(6, "0")[:6])
    ts = (whole // timedelta(seconds=1) - offset * 60) * SECOND + micros
    return ts if 0 <= ts < LATEST else None
