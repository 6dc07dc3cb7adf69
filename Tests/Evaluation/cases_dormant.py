"""Tokens that wake up: dormant-token-reactivation, and what shares its silences (orphans, tokens never used)."""


from world import DAY, HOUR, MINUTE, SECOND

D = 90 * DAY


def over(stage, limit, most):
    """A silence that reaches a limit: some just so, half of them by little, the others up to the most."""
    if stage.chance(0.2):
        return limit
    return limit + (stage.span(SECOND, 3 * HOUR) if stage.chance(0.5) else stage.span(3 * HOUR, max(4 * HOUR, most)))


def sleeper(stage, number):
    """A token in use in the first days of the log, and the findings that its mere life justifies."""
    born = stage.moment(0.1, 8)
    way = number % 4
    if way == 0:
        token = stage.unissued()
        token.born = stage.world.start
        return token, stage.moment(0.1, 8), []
    life = [None, None, stage.span(200, 400) * DAY, 90 * DAY][way]
    token = stage.issue(born, life=life)
    name = [None, "no_expiry", "api_token_too_long", "use_after_expiry"][way]
    return token, born + stage.span(MINUTE, 2 * HOUR), [(name, "token", token.id)]


def dormant_reactivated(stage, number):
    if number == 4:
        return quarterly(stage)
    token, first, implies = sleeper(stage, number)
    last = stage.uses(token, first, first + stage.span(MINUTE, 2 * DAY), stage.span(1, 6))[-1]
    room = stage.world.end - last - D - 2 * DAY
    wake = last + over(stage, D, room)
    more = {"ip": stage.ip(), "agent": stage.agent()} if stage.chance(0.6) else {}
    # A call that fails is a use all the same.
    times = stage.uses(
        token, wake, wake + stage.span(SECOND, 6 * HOUR), stage.span(1, 4), success=stage.chance(0.7), **more)
    stage.plant("token", token.id, wake, times[-1], f"silent for {(wake - last) / DAY:.3f} days", implies)


def quarterly(stage):
    """A job that runs every 91 days, and whose token is as old as the log: dormant by definition, each time."""
    token, at = stage.unissued(), stage.moment(0.1, 3)
    stage.use(token, at)
    at += 91 * DAY
    while at < stage.world.end - HOUR:
        stage.uses(token, at, at + MINUTE, 2)
        stage.plant("token", token.id, at, at + MINUTE, "a job of every 91 days")
        at += 91 * DAY + stage.span(0, HOUR)


def calm_reactivated(stage, number):
    token = stage.issue(stage.moment(0.1, 5), life=D)
    first = token.born + SECOND
    stage.use(token, first)
    if number % 2 == 0:
        again = first + D - (1 if number == 2 else stage.span(2 * MINUTE, 30 * HOUR))
        stage.use(token, again)
        stage.near("token", token.id, first, again, f"silent for {(again - first) / DAY:.3f} days")
        return
    # A call that failed counts as a use: the token was accepted. A refused token does not.
    middle, late = first + stage.span(20 * DAY, 60 * DAY), token.expires + stage.span(HOUR, 20 * DAY)
    stage.use(token, middle, success=False)
    stage.use(token, token.expires - HOUR)
    stage.fail(late, "expired", token.ip, token.agent, token)
    stage.near("token", token.id, first, late, "a failed call in the middle, a refused one at the end")


def dormant_from_birth(stage, number):
    born = stage.moment(0.1, 20)
    life, name = [(None, "no_expiry"), (stage.span(150, 400) * DAY, "api_token_too_long"),
                  (D, "use_after_expiry")][number % 3]
    token = stage.issue(born, life=life)
    wake = born + over(stage, D + 2 * MINUTE, stage.world.end - born - D - 2 * DAY)
    times = stage.uses(token, wake, wake + stage.span(SECOND, 5 * HOUR), stage.span(1, 4))
    # Two days of grace for a default token that is older than its expiry.
    implies = [(name, "token", token.id), ("use_after_expiry", "token", token.id)]
    stage.plant("token", token.id, wake, times[-1], f"first used {(wake - born) / DAY:.3f} days after its issue",
                implies if wake > (token.expires or wake) else implies[:1])


def calm_from_birth(stage, number):
    token = stage.issue(stage.moment(0.1, 20), life=D)
    first = token.born + D - stage.span(2 * MINUTE, 30 * HOUR)
    stage.use(token, first)
    days = (first - token.born) / DAY
    stage.near("token", token.id, token.born, first, f"first used {days:.3f} days after its issue")


def unknown_origin(stage, number):
    token = stage.unissued()
    first = stage.moment(90.05, 92) if number % 3 == 0 else stage.moment(92)
    times = stage.uses(token, first, min(first + stage.span(SECOND, 10 * HOUR), stage.world.end - 1), stage.span(1, 5))
    stage.plant("token", token.id, first, times[-1], "never issued, first used when the log was 90 days old",
                [("orphan_token", "token", token.id)])


def calm_unknown_origin(stage, number):
    token = stage.unissued()
    first = stage.moment(85, 89.8) if number == 0 else stage.moment(30, 89.8)
    times = stage.uses(token, first, first + 3 * HOUR, 2)
    stage.near("token", token.id, first, times[-1], "never issued, in a log of less than 90 days")


def orphan_token(stage, number):
    kind = ["api_token", "oauth"][number % 2]
    token = stage.unissued(["orders:read"], kind)
    # A kind that no event names is taken for an API token.
    token.is_bare = number == 2
    # Access tokens live an hour: after a day of logins the log would have shown the birth of any.
    first = stage.moment(91.5) if kind == "api_token" else stage.moment(6)
    length = stage.span(MINUTE, 8 * HOUR) if kind == "api_token" else stage.span(MINUTE, 50 * MINUTE)
    times = stage.uses(token, first, first + length, stage.span(1, 4))
    stage.plant("token", token.id, first, times[-1], f"{kind} that nobody issued",
                [("unknown_origin", "token", token.id)])


def calm_orphan(stage, number):
    token = stage.unissued()
    first = stage.moment(0.2, 3) if number == 0 else stage.moment(80, 89.5)
    stage.use(token, first)
    stage.near("token", token.id, first, first, "never issued, but perhaps before the log began")


def never_used(stage, number):
    world = stage.world
    if number % 3 == 0:
        born = world.end - 30 * DAY - stage.span(MINUTE, DAY)
    else:
        born = world.end - stage.span(31 * DAY, 88 * DAY)
    life = stage.span(95 * DAY, 400 * DAY) if number % 3 == 2 else 90 * DAY
    token = stage.issue(born, life=life)
    if stage.chance(0.3):
        # Refused is not used.
        stage.fail(born + stage.span(HOUR, 20 * DAY), "missing_scope", token.ip, token.agent, token)
    implies = [("api_token_too_long", "token", token.id)] if life > 90 * DAY else []
    stage.plant("token", token.id, born, born + 30 * DAY, f"issued {(world.end - born) / DAY:.2f} days ago", implies)


def calm_never_used(stage, number):
    world = stage.world
    way = number % 4
    if way == 0:
        token, story = stage.issue(world.end - 30 * DAY + stage.span(HOUR, DAY)), "less than 30 days old"
    elif way == 1:
        token, story = stage.issue(stage.moment(3, world.days - 60), life=25 * DAY), "expired in time"
    elif way == 2:
        token, story = stage.issue(world.end - 50 * DAY), "used once on its 29th day"
        stage.use(token, token.born + 29 * DAY)
    else:
        token, story = stage.issue(world.end - 60 * DAY), "revoked"
        stage.revoke(token, token.born + 28 * DAY, reason="not needed")
    stage.near("token", token.id, token.born, world.end, story)


CASES = [
    ("dormant_reactivated", "dormant-token-reactivation", dormant_reactivated, calm_reactivated),
    ("dormant_from_birth", "dormant-token-reactivation", dormant_from_birth, calm_from_birth),
    ("unknown_origin", "dormant-token-reactivation", unknown_origin, calm_unknown_origin),
    ("orphan_token", "orphan-token", orphan_token, calm_orphan),
    ("never_used", "never-used", never_used, calm_never_used),
]
