"""The worst that can follow an attack: its client is let in, with a credential that it never had."""

from cases_clients import TOOLS, brute, nameless, settled, steady
from failing import DETECTOR, campaign, stuffing
from stage import within
from world import DAY, HOUR, MINUTE, SECOND


def attack(stage, way, first):
    """An attack that may end in success: (address, agent, last failure, what it is itself)."""
    if way == 0:
        ip, times = stuffing(stage, first, stage.span(2 * MINUTE, 8 * MINUTE), 30, 45)
        # It goes on more slowly: of the same hour, though not of the same ten minutes.
        _, more = stuffing(stage, times[-1] + MINUTE, 25 * MINUTE, 9, 10, ip=ip)
        times += more
        return ip, stage.agent(), times, ("credential_stuffing", "ip", ip)
    if way == 1:
        ip = stage.ip()
        return ip, stage.agent(), brute(stage, first, ip, 2, 60, 3 * SECOND), ("brute_force", "ip", ip)
    if way == 2:
        ip = stage.ip()
        return ip, stage.agent(), nameless(stage, first, ip, 40, 20 * MINUTE), ("volume", "ip", ip)
    agent = stage.agent()
    ips, times = campaign(stage, first, 10, 40, 40, 30 * MINUTE, agent)
    return ips[0], agent, times, ("distributed", "user_agent", agent)


def attack_by_token(stage, way, first):
    """One that begins with somebody else's token: a dead one, or one that may do little."""
    ip, agent = stage.ip(), stage.agent()
    token = stage.issue(first - 9 * DAY)
    stage.uses(token, token.born + MINUTE, first - 2 * DAY, 4)
    if way == 0:
        stage.revoke(token, first - DAY, reason="leaked")
        stage.fail(first, "revoked", ip, agent, token)
        return ip, agent, [first - SECOND, first], ("credential_replay", "ip", ip)
    times = within(stage, first, 5 * MINUTE, 6)
    for at, tool in zip(times, stage.random.sample(TOOLS, 6)):
        stage.fail(at, "missing_scope", ip, agent, token, tool=tool)
    return ip, agent, times, ("scope_probe", "ip", ip)


def success_after(stage, number):
    first = stage.moment(12, stage.world.days - 2)
    if number == 4:
        ip, agent, times, own = attack_by_token(stage, stage.span(0, 1), first)
    else:
        ip, agent, times, own = attack(stage, number % 4, first)
    at = times[-1] + (stage.span(5.8 * HOUR, 6 * HOUR - SECOND) if number % 3 == 0 else stage.span(SECOND, 5 * HOUR))
    if number == 5:
        # The attack goes on, as if it had not noticed.
        at = (times[-2] + times[-1]) // 2
    way = number % 3
    if way == 1:
        stage.exchange(at, ip=ip, agent=agent)
        what = "a login"
    elif way == 2:
        token = stage.exchange(at - 40 * MINUTE - 6 * HOUR)
        token = stage.refresh(token, at, ip, agent)
        what = "a refresh"
    else:
        token = stage.issue(first - stage.span(DAY, 10 * DAY))
        stage.uses(token, token.born + MINUTE, first - MINUTE, stage.span(1, 8))
        stage.use(token, at, ip=ip, agent=agent)
        what = "a use"
    # Who was known long enough is in new surroundings, too.
    own = [own] + [(name, "principal", token.principal) for name in ("two_new", "new_after_silence") if way == 0]
    story = f"{what} accepted {(at - times[-1]) / HOUR:.2f} h after the end of {own[0][0]}"
    stage.plant("ip", ip, times[0], at, story, own, needs=own[0][0])


def repaired(stage):
    """A broken client works again with the token that it was given."""
    token, first = settled(stage)
    times = steady(stage, token, first, 20, MINUTE)
    newer = stage.issue(times[-1] + HOUR, principal=token.principal, life=9 * DAY)
    stage.use(newer, newer.born + MINUTE, ip=token.ip, agent=token.agent)
    stage.near("ip", token.ip, times[0], newer.born + MINUTE, "a broken client that was given a new token",
               [("broken_client", "ip", token.ip)])


def calm_success(stage, number):
    if number == 3:
        return repaired(stage)
    first = stage.moment(12, stage.world.days - 2)
    ip, agent, times, own = attack(stage, number % 3, first)
    if number % 3 == 1:
        # Somebody who had been there before, with a token that is new as it is every hour.
        before = stage.exchange(first - stage.span(DAY, 10 * DAY), ip=ip, agent=agent)
        again = stage.exchange(
            times[-1] + stage.span(MINUTE, 5 * HOUR), principal=before.principal, ip=ip, agent=agent)
        stage.use(again, again.born + MINUTE)
        return stage.near("ip", ip, times[0], again.born, "somebody who had logged in there before", [own])
    token = stage.issue(first - stage.span(DAY, 10 * DAY))
    if number % 3 == 0:
        at, story = times[-1] + 6 * HOUR + stage.span(SECOND, 30 * MINUTE), "a use more than six hours later"
    else:
        stage.uses(token, token.born + MINUTE, first - MINUTE, 5, ip=ip, agent=agent)
        at, story = times[-1] + stage.span(MINUTE, 5 * HOUR), "a use by a token that had worked from there before"
    stage.use(token, at, ip=ip, agent=agent)
    own = [own] + [(name, "principal", token.principal) for name in ("two_new", "new_after_silence")]
    stage.near("ip", ip, times[0], at, story, own)


CASES = [("success_after", DETECTOR, success_after, calm_success)]
