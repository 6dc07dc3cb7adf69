"""Who issues tokens, and who never did."""

from world import DAY, HOUR, MINUTE

DETECTOR = "first-time-issuer"
# The log's first days teach who issues, and a rotation teaches as much later.
LEARNING = RESTING = 30


def made(stage, at, actor, **more):
    """A token that somebody makes, and that works."""
    token = stage.issue(at, actor=actor, **more)
    stage.use(token, at + stage.span(MINUTE, HOUR))
    return token


def rotated(stage, actor, day):
    """A token that somebody makes in place of one in the last third of its life. Returns when."""
    scopes = stage.random.choice([["inventory:read"], ["prices:read", "inventory:read"]])
    old = made(stage, stage.midday(day - stage.span(61, 89)), None, scopes=scopes)
    at = stage.midday(day)
    made(stage, at, actor, scopes=scopes, principal=old.principal)
    if stage.chance(0.5):
        stage.revoke(old, at + HOUR, actor)
    return at, old


def place(stage):
    """Some servers log from where and with what a token was issued."""
    return {"ip": stage.ip(), "user_agent": stage.agent()} if stage.chance(0.5) else {}


def first_time_issuer(stage, number):
    actor, day = stage.actor(), LEARNING if number == 0 else stage.span(LEARNING + 1, stage.world.days - 3)
    if number % 3 == 2:
        # The second that takes the place of one token takes the place of none.
        day = max(day, 92)
        _, old = rotated(stage, actor, day)
        times = [made(stage, stage.world.day(day) + 23 * HOUR, actor, scopes=old.scopes, principal=old.principal).born]
        story = "two tokens in the place of one, by somebody new"
    elif number % 3 == 1:
        day = max(day, 95 + RESTING)
        rotated(stage, actor, day - stage.span(1, RESTING - 1))
        times, story = [made(stage, stage.midday(day), actor, **place(stage)).born], "so far it only rotated, lately"
    else:
        first = stage.midday(day)
        times = [first + step * MINUTE for step in range(stage.span(1, 5))]
        for at in times:
            made(stage, at, actor, **place(stage))
        story = f"{len(times)} tokens by somebody who never issued"
    stage.plant("actor", actor, times[0], times[-1], story)


def calm_issuer(stage, number):
    actor, day, way = stage.actor(), stage.span(95 + RESTING, stage.world.days - 3), number % 7
    at = stage.midday(day)
    if way == 0:
        at, _ = rotated(stage, actor, day)
        story = "somebody new rotates a token"
    elif way == 1:
        rotated(stage, actor, day - RESTING)
        made(stage, at, actor)
        story = f"a token by somebody who rotated one {RESTING} days before"
    elif way == 2:
        actor = stage.issuer()
        for step in range(15):
            made(stage, at + step * 3 * MINUTE, actor)
        story = "staff that issued before takes in fifteen partners"
    elif way == 3:
        at = stage.midday(LEARNING - 1)
        made(stage, at, actor)
        made(stage, at + 5 * DAY, actor)
        story = "the last of the days that teach who issues"
    elif way == 4:
        actor = "login:" + stage.text("abcdef", 5)
        token = stage.token_id("s_")
        stage.world.add(at, "issued", token_id=token, kind="session", actor=actor, principal=stage.principal("user"),
                        expires_at=at + 8 * HOUR)
        story = "a login"
    elif way == 5:
        actor = "node:" + stage.text("abcdef", 5)
        old = stage.unissued()
        stage.world.homes[old.principal] = (old.ip, old.agent)
        stage.uses(old, stage.world.start + HOUR, stage.world.day(20), 40)
        other, turn = stage.actor(), stage.moment(35, 85)
        made(stage, turn, other, principal=old.principal)
        stage.near("actor", other, turn, turn, "somebody new rotates a token from before the log")
        made(stage, at, actor, life=HOUR, principal=stage.principal("service"))
        at += MINUTE
        story = "a node of a cluster gets a token of an hour"
    else:
        principal = "user:" + actor.split(":")[1]
        made(stage, at, actor, principal=principal)
        story = "a token for its own account"
        return stage.near("actor", actor, at, at, story, implies=[("self_issue", "actor", actor)])
    stage.near("actor", actor, at, at + HOUR, story)


CASES = [("first_time_issuer", DETECTOR, first_time_issuer, calm_issuer)]
