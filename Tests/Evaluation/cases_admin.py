"""What admins do, and for how long tokens live."""

from stage import within
from world import DAY, HOUR, MINUTE, SECOND


def no_expiry(stage, number):
    token = stage.issue(stage.moment(1), life=None)
    stage.use(token, token.born + MINUTE)
    stage.plant("token", token.id, token.born, token.born, "an API token without an expiry")


def calm_expiry(stage, number):
    token = stage.exchange(stage.moment(1), life=None)
    stage.use(token, token.born + MINUTE)
    stage.near("token", token.id, token.born, token.born, "an access token whose birth names no expiry")


def api_token_too_long(stage, number):
    life = 90 * DAY + (stage.span(2 * MINUTE, HOUR) if number % 2 == 0 else stage.span(DAY, 300 * DAY))
    token = stage.issue(stage.moment(1), life=life)
    stage.use(token, token.born + MINUTE)
    stage.plant("token", token.id, token.born, token.born, f"an API token for {life / DAY:.3f} days")


def calm_api_token(stage, number):
    token = stage.issue(stage.moment(1), life=90 * DAY - stage.span(0, HOUR))
    stage.use(token, token.born + MINUTE)
    stage.near("token", token.id, token.born, token.born, "an API token for 90 days, or minutes less")


def access_token_too_long(stage, number):
    client = stage.word() + "-app-" + stage.text("abcdefgh", 4)
    life = HOUR + (stage.span(2 * MINUTE, 10 * MINUTE) if number % 2 == 0 else stage.span(HOUR, 24 * HOUR))
    day, times = stage.span(1, stage.world.days - 3), []
    for _ in range(stage.span(1, 4)):
        token = stage.exchange(stage.midday(day), client=client, life=life)
        times.append(token.born)
        stage.use(token, token.born + MINUTE)
    stage.plant("client", client, min(times), max(times), f"access tokens for {life / HOUR:.2f} h")


def calm_access_token(stage, number):
    client = stage.word() + "-app-" + stage.text("abcdefgh", 4)
    token = stage.exchange(stage.moment(1), client=client, life=HOUR)
    stage.near("client", client, token.born, token.born, "access tokens for an hour")


def refresh_token_too_long(stage, number):
    token = stage.exchange(stage.moment(1, stage.world.days - 62))
    stage.use(token, token.born + MINUTE)
    at = token.born + 30 * DAY + (stage.span(2 * MINUTE, HOUR) if number % 2 == 0 else stage.span(HOUR, 30 * DAY))
    stage.use(stage.refresh(token, at), at + MINUTE)
    stage.plant("token", token.id, at, at, f"a refresh token used after {(at - token.born) / DAY:.3f} days")


def calm_refresh_token(stage, number):
    token = stage.exchange(stage.moment(1, stage.world.days - 32))
    at = token.born + 30 * DAY - stage.span(0, HOUR)
    stage.refresh(token, at)
    stage.near("token", token.id, at, at, "a refresh token used on its thirtieth day")


def issues(stage, times, actor):
    """Tokens of a week for as many partners; each works once."""
    for at in times:
        token = stage.issue(at, actor=actor, life=7 * DAY)
        stage.use(token, at + stage.span(2 * SECOND, 2 * DAY))


def mass_issuance(stage, number):
    actor, first = stage.issuer(), stage.midday(stage.span(1, stage.world.days - 4))
    # Over midnight, with fewer than the limit on either day.
    first = stage.midnight() if number == 2 else first
    count = 24 if number == 2 else 21 if number % 2 == 0 else stage.span(22, 60)
    times = within(stage, first, HOUR - 1 if number in (0, 2) else stage.span(MINUTE, 59 * MINUTE), count, even=0.3)
    issues(stage, times, actor)
    stage.plant("actor", actor, times[0], times[-1], f"{count} tokens issued in an hour")


def calm_mass(stage, number):
    actor, first = stage.issuer(), stage.midday(stage.span(31, stage.world.days - 4))
    if number % 3 == 0:
        times, story = within(stage, first, 40 * MINUTE, 20, even=0.3), "20 tokens issued in an hour"
    elif number % 3 == 1:
        times, story = within(stage, first, HOUR, 21, even=0.3), "21 tokens, the first and the last an hour apart"
    else:
        times = [first + place * 4 * MINUTE for place in range(36)]
        story = "36 tokens issued in two hours and a half"
    issues(stage, times, actor)
    stage.near("actor", actor, times[0], times[-1], story)


def revoke_storm(stage, number):
    actor, first = stage.actor(), stage.midday(stage.span(1, stage.world.days - 2))
    count = 21 if number % 2 == 0 else stage.span(22, 60)
    times = within(stage, first, stage.span(MINUTE, 59 * MINUTE), count, even=0.3)
    for at in times:
        # Tokens older than the log.
        stage.revoke(stage.token_id(), at, actor, "incident 4711")
    stage.plant("actor", actor, times[0], times[-1], f"{count} tokens revoked in an hour")


def calm_storm(stage, number):
    actor, first = stage.actor(), stage.midday(stage.span(1, stage.world.days - 2))
    times = [within(stage, first, 50 * MINUTE, 20), within(stage, first, HOUR, 21),
             [first + place * 4 * MINUTE for place in range(30)]][number % 3]
    for at in times:
        stage.revoke(stage.token_id(), at, actor, "partner has left")
    stage.near("actor", actor, times[0], times[-1], f"{len(times)} tokens revoked, at most 20 of them in any hour")


def revoke_without_reason(stage, number):
    actor, first = stage.actor(), stage.midday(stage.span(1, stage.world.days - 2))
    times = sorted(first + stage.span(0, HOUR) for _ in range(stage.span(1, 4)))
    for at in times:
        stage.revoke(stage.token_id(), at, actor, stage.random.choice([None, "", " "]))
    stage.plant("actor", actor, times[0], times[-1], f"{len(times)} tokens revoked without a reason")


def calm_reason(stage, number):
    actor, at = stage.actor(), stage.moment(1)
    stage.revoke(stage.token_id(), at, actor, "x")
    stage.near("actor", actor, at, at, "the shortest of reasons")


def self_issue(stage, number):
    actor = stage.actor()
    principal = actor if number % 3 == 0 else "user:" + actor.split(":")[1]
    token = stage.issue(stage.moment(1), principal=principal, actor=actor)
    stage.use(token, token.born + MINUTE)
    stage.plant("actor", actor, token.born, token.born, f"{actor} issued a token to {principal}")


def calm_self_issue(stage, number):
    actor = stage.issuer()
    token = stage.issue(stage.moment(1), principal="user:" + actor.split(":")[1] + "a", actor=actor)
    stage.use(token, token.born + MINUTE)
    stage.near("actor", actor, token.born, token.born, f"{actor} issued a token to {token.principal}")


CASES = [
    ("no_expiry", "lifetime-policy", no_expiry, calm_expiry),
    ("api_token_too_long", "lifetime-policy", api_token_too_long, calm_api_token),
    ("access_token_too_long", "lifetime-policy", access_token_too_long, calm_access_token),
    ("refresh_token_too_long", "lifetime-policy", refresh_token_too_long, calm_refresh_token),
    ("mass_issuance", "mass-issuance", mass_issuance, calm_mass),
    ("revoke_storm", "revoke-storm", revoke_storm, calm_storm),
    ("revoke_without_reason", "revoke-without-reason", revoke_without_reason, calm_reason),
    ("self_issue", "self-issue", self_issue, calm_self_issue),
]
