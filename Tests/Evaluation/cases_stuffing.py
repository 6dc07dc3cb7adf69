"""Many credentials: stuffing from one address, slow or fast, from many addresses, and what gets in afterwards."""

from failing import DETECTOR, attempts, burst, campaign, stuffing
from offices import calm_office, calm_week, office_attacked
from stage import within
from world import COMMON_AGENTS, DAY, HOUR, MINUTE, SECOND


def credential_stuffing(stage, number):
    way = number % 6
    if way == 3:
        return office_attacked(stage)
    if way == 4:
        return network_attack(stage)
    if way == 5:
        return barely(stage)
    credentials = [15, stage.span(30, 90), stage.span(16, 40)][way]
    failures = 25 if way == 0 else credentials + stage.span(10, credentials)
    span = [stage.span(MINUTE, 20 * MINUTE), stage.span(20 * SECOND, HOUR), stage.span(15, 22) * HOUR][way]
    ip, times = stuffing(stage, stage.moment(1, stage.world.days - 2), span, credentials, failures,
                         is_mapped=way == 1 and stage.chance(0.5))
    story = f"{failures} failures on {credentials} credentials in {span / HOUR:.2f} h"
    stage.plant("ip", ip, times[0], times[-1], story)


def barely(stage):
    """15 credentials, of which 12 are tried once or twice; 25 failures, of which 20 are mismatches."""
    ip, names = stage.ip(), [stage.fingerprint() for _ in range(15)]
    order = names + names[:3] * 3 + [names[0]]
    times = within(stage, stage.moment(1), 20 * MINUTE, len(order), even=0.5)
    burst(stage, times, order, [ip], ["python-requests/2.32"], 0.8)
    story = "25 failures, 20 of them mismatches; 15 credentials, 12 of them tried once or twice"
    stage.plant("ip", ip, times[0], times[-1], story)


def network_attack(stage):
    """From hosts of one /64, which are one client; or from ten networks of one /56, or of one /48."""
    network = stage.network6()
    first, failures = stage.moment(1), stage.span(30, 60)
    times = within(stage, first, stage.span(2 * MINUTE, 40 * MINUTE), failures, even=0.3)
    width = stage.random.choice([64, 64, 56, 48])
    subnets = {64: [0x1100], 56: range(0x1100, 0x110a), 48: range(0x1100, 0x2a00, 0x0280)}[width]
    hosts = [stage.host6(network, subnet) for subnet in subnets for _ in range(9 if width == 64 else 1)]
    # With one agent for all, ten networks would be `distributed` as well.
    agents = [stage.agent() for _ in range(1 if width == 64 else 12)]
    burst(stage, times, attempts(stage, failures - 5, failures), hosts, agents)
    if width == 64:
        stage.plant("ip", f"{network}:1100::/64", times[0], times[-1], "nine hosts of one /64 try credentials")
    else:
        # A /56 lies in a /48, and either names the attacker.
        names = [f"{network}:1100::/56", f"{network}::/48"][width == 48:]
        stage.plant("ip", names[0], times[0], times[-1], f"ten networks of one /{width} try credentials",
                    others=[("ip", name) for name in names[1:]])


def calm_stuffing(stage, number):
    way = number % 7
    at = stage.moment(1, stage.world.days - 3)
    if way == 5:
        return calm_office(stage)
    if way == 6:
        ip, times = stuffing(stage, at, 5 * MINUTE, 40, 60, ip=stage.random.choice(["unknown", "-", "10.0.0.299"]))
        return stage.near("ip", ip, times[0], times[-1], "60 failures whose address is none")
    credentials, failures, span, share, story = [
        (18, 24, 10 * MINUTE, 1.0, "24 failures on 18 credentials"),
        (14, 27, 10 * MINUTE, 1.0, "27 failures on 14 credentials"),
        (26, 28, 40 * HOUR, 1.0, "28 failures over 40 hours, fewer than 25 in any day"),
        (20, 27, 10 * MINUTE, 0.63, "27 failures on 20 credentials, a third of them expired and known"),
        (0, 0, 0, 0, "31 failures on 16 credentials, of which 5 were tried again and again"),
    ][way]
    if way == 4:
        ip, names = stage.ip(), [stage.fingerprint() for _ in range(16)]
        # Each of the five comes in every quarter, so that no part of the burst looks better than the whole.
        order = [name for quarter in range(4) for name in names[:5] + names[5 + quarter * 3:8 + quarter * 3]]
        times = within(stage, at, 8 * MINUTE, len(order), even=0.3)
        burst(stage, times, order, [ip], ["python-requests/2.32"])
    elif way == 2:
        ip, times = stage.ip(), within(stage, at, span, failures, even=0.95)
        burst(stage, times, attempts(stage, credentials, failures), [ip], ["python-requests/2.32"])
    else:
        ip, times = stuffing(stage, at, span, credentials, failures, mismatches=share)
    stage.near("ip", ip, times[0], times[-1], story)


def stuffing_slow(stage, number):
    days = stage.span(3, 7)
    credentials = 30 if number % 3 == 0 else stage.span(31, max(33, 8 * days))
    ip, begin = stage.ip(), stage.moment(1, stage.world.days - 9)
    # A host with IPv6 has another address every day.
    ips = [stage.neighbor(ip) for _ in range(days)] if ":" in ip else [ip]
    # Never as many in a day as would be stuffing of the fast kind.
    times = within(stage, begin, max(days - 0.6, 2.6) * DAY, credentials, even=0.9)
    burst(stage, times, attempts(stage, credentials, credentials), ips, ["python-requests/2.32"])
    stage.plant("ip", ip, times[0], times[-1], f"{credentials} credentials in {days} days")


def calm_slow(stage, number):
    ip, begin = stage.ip(), stage.moment(1, stage.world.days - 9)
    if number == 2:
        return calm_week(stage)
    if number == 3:
        return calm_lazy(stage)
    if number == 4:
        times, story = within(stage, begin, 8.6 * DAY, 34, even=0.95), "34 credentials in nine days, 28 in a week"
    elif number == 5:
        return calm_habits(stage)
    elif number % 2 == 0:
        times, story = within(stage, begin, 6 * DAY, 29, even=0.9), "29 credentials in 6 days"
    else:
        day = stage.span(1, stage.world.days - 4)
        times = within(stage, stage.world.day(day) + 10 * HOUR, 30 * MINUTE, 16, even=0.5)
        times += within(stage, stage.world.day(day + 1) + 13 * HOUR, 30 * MINUTE, 16, even=0.5)
        story = "32 credentials on two days"
    burst(stage, times, attempts(stage, len(times), len(times)), [ip], ["python-requests/2.32"])
    stage.near("ip", ip, times[0], times[-1], story)


def calm_lazy(stage):
    """A program that refreshes when it is refused, every hour of twelve days, alone at its address."""
    token = stage.exchange(stage.moment(1, stage.world.days - 15))
    first = token.born
    while token.born < first + 12 * DAY:
        stage.use(token, token.born + stage.span(MINUTE, 50 * MINUTE))
        at = token.expires + stage.span(SECOND, 5 * MINUTE)
        stage.fail(at, "expired", token.ip, token.agent, token)
        token = stage.refresh(token, at + stage.span(200, 2 * SECOND))
    stage.near("ip", token.ip, first, token.born, "a program that refreshes when its token is refused as expired")


def calm_habits(stage):
    """31 credentials in a week, of which every fifth is tried again and again."""
    ip, names = stage.ip(), [stage.fingerprint() for _ in range(31)]
    # The stubborn ones all along, so that no part of the week looks better than the whole.
    order = [name for day in range(5) for name in names[:6] + names[6 + day * 5:11 + day * 5]]
    times = within(stage, stage.moment(1, stage.world.days - 8), 6 * DAY, len(order), even=0.95)
    burst(stage, times, order, [ip], ["python-requests/2.32"])
    stage.near("ip", ip, times[0], times[-1], "31 credentials in a week, 6 of them five times")


def distributed(stage, number):
    keys = 5 if number % 3 == 0 else stage.span(6, 20)
    failures = 25 if number % 3 == 0 else stage.span(26, keys * 5)
    agent = stage.agent() if stage.chance(0.6) else stage.random.choice(COMMON_AGENTS)
    credentials = stage.span(15, failures) if failures < 31 else stage.span(failures // 2 + 1, failures)
    ips, times = campaign(
        stage, stage.moment(1), keys, failures, credentials, stage.span(2 * MINUTE, 58 * MINUTE), agent)
    stage.plant("user_agent", agent, times[0], times[-1], f"{failures} failures from {keys} addresses with one agent")


def calm_distributed(stage, number):
    agent, at, way = stage.agent(), stage.moment(1), number % 4
    if way == 0:
        _, times = campaign(stage, at, 8, 24, 20, 30 * MINUTE, agent)
        story = "24 failures from 8 addresses"
    elif way == 1:
        _, times = campaign(stage, at, 10, 30, 30, 150 * MINUTE, agent)
        story = "30 failures over two and a half hours"
    elif way == 2:
        _, times = campaign(stage, at, 7, 27, 14, 30 * MINUTE, agent)
        story = "27 failures on 14 credentials"
    else:
        agents = [stage.agent() for _ in range(8)]
        _, times = campaign(stage, at, 8, 32, 30, 30 * MINUTE, agent, agents)
        agent, story = agents[0], "each address with an agent of its own"
    stage.near("user_agent", agent, times[0], times[-1], story)


CASES = [
    ("credential_stuffing", DETECTOR, credential_stuffing, calm_stuffing),
    ("stuffing_slow", DETECTOR, stuffing_slow, calm_slow),
    ("distributed", DETECTOR, distributed, calm_distributed),
]
