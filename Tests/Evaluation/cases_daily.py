"""Admins who issue or revoke many tokens over a day, where a few are usual."""

from world import DAY, HOUR, MINUTE


def usual(stage, day, days, most, act):
    """An admin who does something on some days of the weeks before a day, and `most` times on one of them."""
    actor = stage.issuer()
    for place, each in enumerate(stage.random.sample(range(day - 33, day - 2), days)):
        for step in range(most if place == 0 else stage.span(1, most)):
            act(stage, stage.midday(each) + step * 3 * MINUTE, actor)
    return actor


def issue(stage, at, actor):
    token = stage.issue(at, actor=actor, life=7 * DAY)
    stage.use(token, at + stage.span(MINUTE, HOUR))


def revoke(stage, at, actor):
    stage.revoke(stage.token_id(), at, actor, "partner has left")


def over_a_day(stage, day, count):
    """Times over 22 hours, nowhere so dense that an hour has more than twenty."""
    first = stage.world.day(day) + stage.span(5 * MINUTE, 20 * MINUTE)
    return [first + place * 22 * HOUR // count + stage.span(0, MINUTE) for place in range(count)]


def surge(stage, number, act, story):
    day, most = stage.span(70, stage.world.days - 9), stage.span(1, 6)
    actor = usual(stage, day, 7 if number == 0 else stage.span(8, 15), most, act)
    count = 30 if number == 0 else max(30, 5 * most) + stage.span(0, 60)
    times = over_a_day(stage, day, count)
    for at in times:
        act(stage, at, actor)
    stage.plant("actor", actor, times[0], times[-1], f"{count} {story} in a day, {most} at most before")


def calm(stage, number, act, story, rotation):
    day, way = stage.span(100, stage.world.days - 9), number % 4
    if way == 0:
        actor, count, story = usual(stage, day, 9, 3, act), 29, f"29 {story} in a day"
    elif way == 1:
        actor, count, story = usual(stage, day, 9, 8, act), 39, f"39 {story} in a day, where eight are usual"
    elif way == 2:
        actor, count, story = usual(stage, day, 6, 2, act), 40, f"40 {story} by somebody of six days"
    else:
        actor, count, act, story = usual(stage, day, 9, 2, act), 34, rotation(stage, day, 34), "34 rotations"
    times = over_a_day(stage, day, count)
    for at in times:
        act(stage, at, actor)
    stage.near("actor", actor, times[0], times[-1], story)


def old_ones(stage, day, count):
    """Tokens in the last third of their lives."""
    olds = [stage.issue(stage.midday(day - stage.span(65, 85))) for _ in range(count)]
    for old in olds:
        stage.use(old, old.born + MINUTE)
    return olds


def replacing(stage, day, count):
    """Issues that take the place of tokens which end."""
    olds = old_ones(stage, day, count)

    def act(stage, at, actor):
        old = olds.pop()
        stage.use(stage.issue(at, old.scopes, old.principal, actor=actor), at + MINUTE)
    return act


def replaced(stage, day, count):
    """Revocations of tokens whose place others have taken."""
    olds = old_ones(stage, day, count)
    for old in olds:
        new = stage.issue(stage.world.day(day) - stage.span(HOUR, 5 * DAY), old.scopes, old.principal)
        stage.use(new, new.born + MINUTE)
    return lambda stage, at, actor: stage.revoke(olds.pop(), at, actor)


def issue_surge(stage, number):
    surge(stage, number, issue, "tokens issued")


def calm_issues(stage, number):
    calm(stage, number, issue, "tokens issued", replacing)


def revoke_surge(stage, number):
    surge(stage, number, revoke, "tokens revoked")


def calm_revocations(stage, number):
    calm(stage, number, revoke, "tokens revoked", replaced)


CASES = [
    ("issue_surge", "mass-issuance", issue_surge, calm_issues),
    ("revoke_surge", "revoke-storm", revoke_surge, calm_revocations),
]
