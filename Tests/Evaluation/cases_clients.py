"""One client: brute force, a broken program, nameless failures, a probe of scopes, a dead credential from elsewhere."""

from failing import DETECTOR
from stage import within
from world import COMMON_AGENTS, DAY, HOUR, MINUTE, SECOND


def brute(stage, first, ip, credentials, failures, gap, agents=1, by_token=False):
    """Few credentials, many attempts; named by fingerprint, or by the token that they pretend to be. The times."""
    names = [stage.fingerprint() for _ in range(credentials)]
    tokens = [stage.unissued() for _ in range(credentials)]
    agents = [stage.agent() for _ in range(agents)]
    times = within(stage, first, gap * (failures - 1), failures, even=0.8)
    for place, at in enumerate(times):
        which = {"token": tokens[place % credentials]} if by_token else {"presented": names[place % credentials]}
        stage.fail(at, "hash_mismatch", ip, agents[place % len(agents)], **which)
    return times


def brute_force(stage, number):
    ip, failures = stage.ip(), 30 if number % 3 == 0 else stage.span(31, 120)
    credentials = 1 + number % 3
    # Failures per second are told by all of them and the time from the first to the last.
    slowest = 10 * SECOND * failures // (failures - 1)
    gap = stage.span(9500, slowest) if number % 3 == 1 else stage.span(100, 9000)
    times = brute(stage, stage.moment(1), ip, credentials, failures, gap, stage.span(1, 2),
                  by_token=stage.chance(0.3))
    stage.plant("ip", ip, times[0], times[-1], f"{failures} failures on {credentials} credentials, one in {gap} ms")


def calm_brute_force(stage, number):
    ip, at, way = stage.ip(), stage.moment(1, stage.world.days - 2), number % 3
    credentials, failures, gap, story = [
        (2, 29, 2 * SECOND, "29 failures in a minute"),
        (2, 45, 16 * SECOND, "45 failures, one in 16 s"),
        (6, 60, 2 * SECOND, "60 failures on 6 credentials"),
    ][way]
    times = brute(stage, at, ip, credentials, failures, gap, 2)
    stage.near("ip", ip, times[0], times[-1], story)


def settled(stage):
    """A token that worked from its place until it ended, and when it was tried next."""
    if stage.chance(0.3):
        token = stage.exchange(stage.moment(1, stage.world.days - 20))
        stage.uses(token, token.born + MINUTE, token.expires - MINUTE, stage.span(2, 8))
        return token, token.expires + stage.span(2 * SECOND, 6 * HOUR)
    token = stage.issue(stage.moment(1, stage.world.days - 20), life=stage.span(2, 8) * DAY)
    stage.uses(token, token.born + MINUTE, token.expires - MINUTE, stage.span(2, 8))
    return token, token.expires + stage.span(2 * SECOND, 6 * HOUR)


def steady(stage, token, first, count, gap, reasons=("expired",), agents=None, spread=None):
    """Failures of one token at even distances, or at those of a pattern."""
    at, times, agents = first, [], agents or [token.agent]
    presented = stage.fingerprint() if stage.chance(0.5) else None
    for place in range(count):
        times.append(at)
        stage.fail(at, reasons[place % len(reasons)], token.ip, agents[place % len(agents)], token, presented)
        at += int(gap * stage.random.uniform(0.85, 1.15)) if spread is None else spread[place % len(spread)]
    return times


def broken_client(stage, number):
    token, first = settled(stage)
    count = 5 if number % 3 == 0 else stage.span(6, 80)
    gap = stage.random.choice([stage.span(SECOND, 20 * SECOND), stage.span(MINUTE, 10 * MINUTE)])
    if number == 4:
        # Twice or three times a day, for most of a week.
        count, gap = 10, stage.span(8 * HOUR, 13 * HOUR)
    times = steady(stage, token, first, count, gap)
    stage.plant(
        "ip", token.ip, times[0], times[-1], f"{count} times with an expired token, one in {gap / SECOND:.0f} s")


def calm_broken_client(stage, number):
    token, first = settled(stage)
    way = number % 6
    if way == 0:
        times, story = steady(stage, token, first, 4, MINUTE), "4 times with an expired token"
    elif way == 1:
        # A denial is no try of a credential: the others would be left.
        reasons, story = ((("missing_scope",), "12 denials of a known token") if number // 6 % 2
                          else (("expired", "hash_mismatch"), "two reasons in turn"))
        times = steady(stage, token, first, 12, MINUTE, reasons=reasons)
    elif way == 2:
        times = steady(stage, token, first, 12, MINUTE, agents=[token.agent, "curl/8.5"])
        story = "two programs in turn"
    elif way == 3:
        times = steady(stage, token, first, 14, MINUTE, spread=[SECOND, 2 * MINUTE])
        story = "14 times in pairs, not evenly"
    elif way == 4:
        token.ip = stage.ip()
        times, story = steady(stage, token, first, 12, MINUTE), "12 times from where it had never worked"
    else:
        token = stage.unissued()
        times, story = steady(stage, token, first, 200, 20 * MINUTE), "a check with a made-up token, for three days"
    stage.near("ip", token.ip, times[0], times[-1], story)


def nameless(stage, first, ip, failures, span):
    times = within(stage, first, span, failures, even=0.4)
    for at in times:
        stage.fail(at, stage.random.choice(["hash_mismatch", "malformed"]), ip, COMMON_AGENTS[2])
    return times


def volume(stage, number):
    ip, failures = stage.ip(), 20 if number % 2 == 0 else stage.span(21, 80)
    times = nameless(stage, stage.moment(1), ip, failures, stage.span(10 * SECOND, 59 * MINUTE))
    stage.plant("ip", ip, times[0], times[-1], f"{failures} failures that name no credential")


def calm_volume(stage, number):
    ip = stage.ip()
    if number % 2 == 0:
        times, story = nameless(stage, stage.moment(1), ip, 19, 20 * MINUTE), "19 failures that name no credential"
    else:
        times = nameless(stage, stage.moment(1, stage.world.days - 2), ip, 24, 4 * HOUR)
        story = "24 failures that name no credential in four hours"
    stage.near("ip", ip, times[0], times[-1], story)


TOOLS = ["payouts.send", "customers.find", "reports.sales", "orders.cancel", "orders.create", "inventory.adjust",
         "shipping.book", "webhooks.set", "prices.list"]


def scope_probe(stage, number):
    token = stage.issue(stage.moment(1, stage.world.days - 30))
    stage.uses(token, token.born + MINUTE, token.born + 5 * DAY, stage.span(2, 8))
    count = 5 if number % 2 == 0 else stage.span(6, 9)
    first = token.born + stage.span(6 * DAY, 25 * DAY)
    place = {"ip": token.ip, "agent": token.agent} if stage.chance(0.5) else {"ip": stage.ip(), "agent": stage.agent()}
    times = within(stage, first, stage.span(5 * SECOND, 9.8 * MINUTE), count)
    for at, tool in zip(times, stage.random.sample(TOOLS, count)):
        stage.fail(at, "missing_scope", place["ip"], place["agent"], token, tool=tool)
    stage.plant("ip", place["ip"], times[0], times[-1], f"a valid token refused by {count} tools",
                [("broken_client", "ip", place["ip"])], [("token", token.id)])


def calm_scope_probe(stage, number):
    token = stage.issue(stage.moment(1, stage.world.days - 30))
    stage.uses(token, token.born + MINUTE, token.born + 3 * DAY, 4)
    first, ip = token.born + 4 * DAY, stage.ip()
    if number == 3:
        times = within(stage, first, 8 * MINUTE, 12)
        for place, at in enumerate(times):
            stage.fail(at, "missing_scope", ip, token.agent, token, tool=TOOLS[place % 4])
        return stage.near("ip", ip, times[0], times[-1], "refused by 4 tools, three times each")
    if number % 2 == 0:
        times, story = within(stage, first, 2 * MINUTE, 4), "refused by 4 tools"
    else:
        times = [first + place * MINUTE for place in [0, 4, 8, 19, 23, 27, 38]]
        story = "refused by 7 tools, 3 in any ten minutes"
    for at, tool in zip(times, stage.random.sample(TOOLS, len(times))):
        stage.fail(at, "missing_scope", ip, token.agent, token, tool=tool)
    stage.near("ip", ip, times[0], times[-1], story)


def dead(stage, number):
    """A token that has ended, and the reason with which it is refused from then on."""
    way = number % 3
    if way == 0:
        token, end = settled(stage)
        return token, end, "expired"
    if way == 1:
        token = stage.issue(stage.moment(1, stage.world.days - 30))
        end = token.born + stage.span(2 * DAY, 9 * DAY)
        stage.uses(token, token.born + MINUTE, end - MINUTE, stage.span(2, 8))
        stage.revoke(token, end, reason="leaked")
        return token, end + 2 * MINUTE, "revoked"
    token = stage.exchange(stage.moment(1, stage.world.days - 12))
    stage.uses(token, token.born + MINUTE, token.born + 20 * MINUTE, 3)
    stage.refresh(token, token.born + 30 * MINUTE)
    return token, token.born + 31 * MINUTE, "superseded"


def credential_replay(stage, number):
    token, end, reason = dead(stage, number)
    ip, agent = stage.ip(), stage.agent()
    first = end + stage.span(MINUTE, 9 * DAY)
    times = within(stage, first, stage.span(SECOND, HOUR), stage.span(1, 4))
    for at in times:
        stage.fail(at, reason, ip, agent, token, presented=stage.fingerprint() if stage.chance(0.3) else None)
    stage.plant("ip", ip, times[0], times[-1], f"a credential that is {reason}, from where it was never seen",
                others=[("token", token.id)])


def calm_living(stage, number):
    """A token that is alive is refused elsewhere; it ends days later."""
    token = stage.issue(stage.moment(1, stage.world.days - 30))
    stage.uses(token, token.born + MINUTE, token.born + 8 * DAY, 6)
    ip, agent, first = stage.ip(), stage.agent(), token.born + stage.span(2 * DAY, 7 * DAY)
    for place in range(2):
        stage.fail(first + place * MINUTE, ["missing_scope", "hash_mismatch"][number % 2], ip, agent, token)
    stage.revoke(token, token.born + 9 * DAY, reason="rotated")
    stage.near("ip", ip, first, first + MINUTE, "a valid token refused from where it was never seen")


def calm_replay(stage, number):
    if number > 3:
        return calm_living(stage, number)
    token, end, reason = dead(stage, number)
    # The owner at home with another program, or on the road with the same one, or as ever.
    ip = [token.ip, stage.ip(), token.ip][number % 3]
    agent = [stage.agent(), token.agent, token.agent][number % 3]
    times = within(stage, end + stage.span(MINUTE, 5 * DAY), HOUR, 2)
    for at in times:
        stage.fail(at, reason, ip, agent, token)
    stage.near("ip", ip, times[0], times[-1], f"a credential that is {reason}, from its address or with its program")


CASES = [
    ("brute_force", DETECTOR, brute_force, calm_brute_force),
    ("broken_client", DETECTOR, broken_client, calm_broken_client),
    ("volume", DETECTOR, volume, calm_volume),
    ("scope_probe", DETECTOR, scope_probe, calm_scope_probe),
    ("credential_replay", DETECTOR, credential_replay, calm_replay),
]
