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
                [("two_new", "token", token.id)])


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
    if number % 3 == 0:
        # Two generations old: at once, even within the ten seconds.
        old = tokens[-1]
        first = stage.refresh(old, old.born + 30 * MINUTE)
        second = stage.refresh(first, first.born + stage.span(SECOND, 3 * SECOND))
        at = second.born + stage.span(SECOND, 4 * SECOND)
        story = "a token whose successor was replaced as well, refreshed at once"
    else:
        place = stage.span(0, len(tokens) - 2)
        old, replaced = tokens[place], tokens[place + 1].born
        at = replaced + late(stage, 10 * SECOND, 9 * DAY)
        story = f"refreshed again {(at - replaced) / SECOND:.1f} s after it was replaced"
    again = [at] + [at + stage.span(SECOND, DAY) for _ in range(stage.random.choice([0, 0, 2]))]
    for moment in sorted(again):
        stage.refresh(old, moment, **thief(stage))
    stage.plant("token", old.id, at, max(again), story)


def calm_refresh_reuse(stage, number):
    tokens = chain(stage, stage.span(1, 3))
    old = tokens[-1]
    at = old.born + 40 * MINUTE
    stage.refresh(old, at)
    again = at + (10 * SECOND if number == 0 else stage.span(6 * SECOND, 10 * SECOND))
    newest = stage.refresh(old, again)
    stage.refresh(newest, again + 50 * MINUTE)
    stage.near("token", old.id, at, again, f"the answer was lost: again after {(again - at) / SECOND:.1f} s")


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
    ("code_replay", "code-replay", code_replay, calm_code_replay),
    ("principal_mismatch", "principal-mismatch", principal_mismatch, calm_principal_mismatch),
    ("rotation_overlap", "rotation-overlap", rotation_overlap, calm_rotation_overlap),
]
