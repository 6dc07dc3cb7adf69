"""Tokens that should have ended, or are in two hands: revoked, expired, superseded, replayed, another's, rotated."""

from world import DAY, HOUR, MINUTE, SECOND


def late(stage, grace, most):
    """A delay above a grace: some by a moment, half of them by little."""
    if stage.chance(0.2):
        return grace + 1
    return grace + (stage.span(500, 30 * SECOND) if stage.chance(0.5) else stage.span(30 * SECOND, most))


def thief(stage):
    """Another address and program, half of the time."""
    return {"ip": stage.ip(), "agent": stage.agent()} if stage.chance(0.5) else {}


def use_after_revoke(stage, number):
    token = stage.issue(stage.moment(1, stage.world.days - 60))
    at = token.born + stage.span(8 * DAY, 20 * DAY)
    # Some had settled habits, and a thief brings surroundings that are new for them.
    stage.uses(token, token.born + MINUTE, at - MINUTE, stage.random.choice([1, 4, 8, 60]))
    stage.revoke(token, at, reason="leaked")
    first = at + late(stage, MINUTE, 30 * DAY)
    times = stage.uses(token, first, first + stage.span(SECOND, 2 * DAY), stage.span(1, 5), **thief(stage))
    stage.plant("token", token.id, first, times[-1], f"used {(first - at) / SECOND:.1f} s after its revocation",
                [(name, "principal", token.principal) for name in ("two_new", "all_new", "new_after_silence")])


def calm_use_after_revoke(stage, number):
    token = stage.issue(stage.moment(1, stage.world.days - 30))
    at = token.born + stage.span(DAY, 9 * DAY)
    stage.uses(token, token.born + MINUTE, at - SECOND, 4)
    stage.revoke(token, at, reason="rotated")
    if number % 3 == 2:
        last = at + stage.span(HOUR, 5 * DAY)
        stage.fail(last, "revoked", token.ip, token.agent, token)
        return stage.near("token", token.id, at, last, "refused after its revocation")
    last = at + (MINUTE if number == 0 else stage.span(30 * SECOND, MINUTE))
    stage.use(token, last)
    stage.near("token", token.id, at, last, f"used {(last - at) / SECOND:.1f} s after its revocation")


def revocation_gap(stage, number):
    token = stage.exchange(stage.moment(1))
    at = token.born + stage.span(2 * MINUTE, 30 * MINUTE)
    stage.use(token, token.born + MINUTE)
    stage.revoke(token, at, reason="logged out")
    first = at + late(stage, MINUTE, 10 * MINUTE)
    last = min(first + stage.span(SECOND, 10 * MINUTE), token.expires - SECOND)
    times = stage.uses(token, first, last, stage.span(1, 4))
    stage.plant("token", token.id, first, times[-1], "an access token used between its revocation and its expiry")


def calm_revocation_gap(stage, number):
    token = stage.exchange(stage.moment(1))
    at = token.born + stage.span(10 * MINUTE, 40 * MINUTE)
    stage.revoke(token, at, reason="logged out")
    last = at + (MINUTE if number == 0 else stage.span(30 * SECOND, MINUTE))
    stage.use(token, last)
    stage.near("token", token.id, at, last, "an access token used within a minute after its revocation")


def use_after_expiry(stage, number):
    if number % 2 == 0:
        token = stage.issue(stage.moment(1, stage.world.days - 40), life=stage.span(2, 20) * DAY)
        first = token.expires + late(stage, MINUTE, 15 * DAY)
    else:
        token = stage.exchange(stage.moment(1, stage.world.days - 3))
        if stage.chance(0.5):
            token = stage.refresh(token, token.born + 50 * MINUTE)
        first = token.expires + late(stage, MINUTE, DAY)
    stage.use(token, token.born + MINUTE)
    times = stage.uses(token, first, first + stage.span(SECOND, DAY), stage.span(1, 5), **thief(stage))
    stage.plant("token", token.id, first, times[-1], f"used {(first - token.expires) / SECOND:.1f} s after its expiry")


def calm_use_after_expiry(stage, number):
    token = stage.exchange(stage.moment(1)) if number % 2 else stage.issue(stage.moment(1, 60), life=9 * DAY)
    last = token.expires + (MINUTE if number == 0 else stage.span(20 * SECOND, MINUTE))
    stage.use(token, last)
    stage.near("token", token.id, token.expires, last, f"used {(last - token.expires) / SECOND:.1f} s after its expiry")


def chain(stage, length):
    """A login (or one before the log began) and some refreshes, each with some use of the token."""
    if stage.chance(0.2):
        tokens = [stage.unissued(["orders:read"], "oauth")]
        tokens[0].born = stage.world.start + stage.span(0, 10 * MINUTE)
    else:
        tokens = [stage.exchange(stage.moment(1, stage.world.days - 12))]
    for _ in range(length):
        at = tokens[-1].born + stage.span(20 * MINUTE, 59 * MINUTE)
        if len(tokens) > 1:
            stage.use(tokens[-1], at - stage.span(MINUTE, 15 * MINUTE))
        tokens.append(stage.refresh(tokens[-1], at))
    return tokens


def refresh_reuse(stage, number):
    tokens = chain(stage, stage.span(2, 6))
    place = stage.span(0, len(tokens) - 2)
    old, replaced = tokens[place], tokens[place + 1].born
    if number % 3 == 0:
        at = replaced + stage.span(SECOND, 59 * SECOND)
        other = {"ip": stage.ip(), "agent": stage.agent()}
        story = "refreshed again at once, from elsewhere"
    else:
        at = replaced + late(stage, MINUTE, 9 * DAY)
        other = thief(stage)
        story = f"refreshed again {(at - replaced) / SECOND:.1f} s after it was replaced"
    again = [at] + [at + stage.span(MINUTE, DAY) for _ in range(stage.random.choice([0, 0, 2]))]
    for moment in sorted(again):
        stage.refresh(old, moment, **other)
    stage.plant("token", old.id, at, max(again), story)


def calm_refresh_reuse(stage, number):
    tokens = chain(stage, stage.span(1, 3))
    old = tokens[-1]
    at = old.born + 40 * MINUTE
    first = stage.refresh(old, at)
    again = at + (MINUTE if number == 0 else stage.span(6 * SECOND, MINUTE))
    if stage.chance(0.5):
        # Tabs of one program race each other.
        stage.refresh(first, at + stage.span(SECOND, 5 * SECOND))
    newest = stage.refresh(old, again)
    stage.refresh(newest, again + 50 * MINUTE)
    stage.near("token", old.id, at, again, f"the answer was lost: again after {(again - at) / SECOND:.1f} s")


REUSE = ["refresh_token_reused", "reuse_detected", "token_already_used", "Refresh-Token-Reuse"]


def spent(stage):
    """A token that was refreshed, and the one that took its place, which nobody has used."""
    tokens = chain(stage, stage.span(1, 4))
    old = tokens[-1]
    return old, stage.refresh(old, old.born + stage.span(20 * MINUTE, 50 * MINUTE))


def refuse(stage, old, at, other):
    who = {"ip": old.ip, "agent": old.agent, **other}
    stage.fail(at, stage.random.choice(REUSE), who["ip"], who["agent"], token=old)


def refused_reuse(stage, number):
    old, successor = spent(stage)
    stage.use(successor, successor.born + stage.span(SECOND, 10 * MINUTE))
    if number % 2:
        at, other = successor.born + stage.span(SECOND, MINUTE), {"ip": stage.ip(), "agent": stage.agent()}
        story = "refused at once, from elsewhere"
    else:
        at, other = successor.born + late(stage, MINUTE, 5 * DAY), thief(stage)
        story = f"refused {(at - successor.born) / SECOND:.1f} s after it was spent"
    refuse(stage, old, at, other)
    stage.plant("token", old.id, at, at, story)


def lost_answer(stage, number):
    """A client that presents a spent token and is no thief; returns the token and when."""
    old, successor = spent(stage)
    if number % 2:
        stage.use(successor, successor.born + stage.span(SECOND, 10 * MINUTE))
        at = successor.born + (MINUTE if number == 1 else stage.span(SECOND, MINUTE))
    else:
        at = successor.born + stage.span(MINUTE, 3 * HOUR)
    refuse(stage, old, at, {})
    return old, at


def calm_refused_reuse(stage, number):
    old, at = lost_answer(stage, number)
    stage.near("token", old.id, at, at, "a client that lost the answer", [("refresh_retry", "token", old.id)])


def refresh_retry(stage, number):
    old, at = lost_answer(stage, number)
    stage.plant("token", old.id, at, at, "a client that lost the answer tries again")


def calm_refresh_retry(stage, number):
    old, successor = spent(stage)
    stage.use(successor, successor.born + stage.span(SECOND, 10 * MINUTE))
    at = successor.born + stage.span(2 * MINUTE, DAY)
    refuse(stage, old, at, thief(stage))
    stage.near("token", old.id, at, at, "no retry: the successor is in use", [("refused_reuse", "token", old.id)])


def code_replay(stage, number):
    code = stage.world.unique(lambda: "c_" + stage.text("0123456789abcdef", 10))
    first = stage.exchange(stage.moment(1, stage.world.days - 3), code=code)
    at = first.born
    for _ in range(stage.random.choice([1, 1, 1, 2])):
        at += stage.random.choice([stage.span(50, 2 * SECOND), stage.span(SECOND, 10 * MINUTE), stage.span(HOUR, DAY)])
        other = {"principal": first.principal, "code": code, **thief(stage)}
        stage.exchange(at, **{"ip": first.ip, "agent": first.agent, **other})
    stage.plant("code", code, first.born, at, "one code, exchanged more than once")


def calm_code_replay(stage, number):
    code = stage.world.unique(lambda: "c_" + stage.text("0123456789abcdef", 10))
    first = stage.exchange(stage.moment(1), code=code)
    for place in range(2):
        stage.exchange(first.born + (place + 1) * stage.span(SECOND, MINUTE), principal=first.principal)
    stage.near("code", code, first.born, first.born, "the same person logs in three times, each with a code of its own")


def principal_mismatch(stage, number):
    if number % 2 == 0:
        token, other = stage.issue(stage.moment(1, stage.world.days - 20)), stage.principal()
        first = token.born + stage.span(HOUR, 18 * DAY)
    else:
        token, other = stage.exchange(stage.moment(1)), stage.principal("user")
        first = token.born + stage.span(MINUTE, 40 * MINUTE)
    stage.uses(token, token.born + 10 * SECOND, first - SECOND, 3)
    times = stage.uses(token, first, first + stage.span(SECOND, 10 * MINUTE), stage.span(1, 5), principal=other)
    stage.plant("token", token.id, first, times[-1], f"issued to {token.principal}, used for {other}")


def calm_principal_mismatch(stage, number):
    token = stage.issue(stage.moment(1, stage.world.days - 20))
    times = stage.uses(token, token.born + MINUTE, token.born + 10 * DAY, 4, principal=None)
    stage.near("token", token.id, times[0], times[-1], "uses that name nobody")


def rotation(stage, overlap):
    """Two tokens of one principal with the same scopes, and for how long the older is used beside the newer."""
    older = stage.issue(stage.moment(1, stage.world.days - 50), ["shipping:read"])
    newer = stage.issue(older.born + stage.span(5 * DAY, 25 * DAY), ["shipping:read"], older.principal)
    stage.uses(older, older.born + MINUTE, newer.born + DAY, 5)
    stage.uses(newer, newer.born + HOUR, newer.born + 10 * DAY, 5)
    last = newer.born + overlap
    stage.use(older, last)
    return older, newer, last


def rotation_overlap(stage, number):
    older, newer, last = rotation(stage, late(stage, 7 * DAY, 15 * DAY))
    days = (last - newer.born) / DAY
    stage.plant("token", older.id, last, last, f"used {days:.3f} days after its successor's issue")


def calm_rotation_overlap(stage, number):
    if number % 2 == 0:
        older, newer, last = rotation(stage, 7 * DAY if number == 0 else stage.span(6.8 * DAY, 7 * DAY))
        stage.near("token", older.id, newer.born, last, f"an overlap of {(last - newer.born) / DAY:.3f} days")
        return
    one = stage.issue(stage.moment(1, stage.world.days - 50), ["shipping:read"])
    two = stage.issue(one.born + DAY, ["shipping:read", "inventory:read"], one.principal)
    for token in (one, two):
        stage.uses(token, two.born + HOUR, two.born + 30 * DAY, 8)
    stage.near("token", one.id, two.born, two.born + 30 * DAY, "two programs of one principal with other scopes")


CASES = [
    ("use_after_revoke", "use-after-revoke", use_after_revoke, calm_use_after_revoke),
    ("revocation_gap", "use-after-revoke", revocation_gap, calm_revocation_gap),
    ("use_after_expiry", "use-after-expiry", use_after_expiry, calm_use_after_expiry),
    ("refresh_reuse", "refresh-reuse", refresh_reuse, calm_refresh_reuse),
    ("refused_reuse", "refresh-reuse", refused_reuse, calm_refused_reuse),
    ("refresh_retry", "refresh-reuse", refresh_retry, calm_refresh_retry),
    ("code_replay", "code-replay", code_replay, calm_code_replay),
    ("principal_mismatch", "principal-mismatch", principal_mismatch, calm_principal_mismatch),
    ("rotation_overlap", "rotation-overlap", rotation_overlap, calm_rotation_overlap),
]
