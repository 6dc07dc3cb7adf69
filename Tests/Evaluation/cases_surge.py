"""Strangers who fail at once, from networks and with programs that nobody has seen."""

from stage import client, within
from world import DAY, HOUR, MINUTE, stamp

DETECTOR = "failure-surge"


def day_of(at):
    return stamp(at)[:10]


def strangers(stage, times, ips, reason="hash_mismatch", principals=None):
    """A failure at each time, each with a program and a credential of its own."""
    for place, at in enumerate(times):
        fields = dict(reason=reason, presented=stage.fingerprint(), kind="api_token", ip=ips[place % len(ips)],
                      user_agent=stage.agent())
        if principals:
            fields["principal"] = principals[place % len(principals)]
        stage.world.add(at, "failed", **fields)


def first_of(stage, place):
    """A time of a day of its own, as far from others as a habit reaches back; None when there is none left."""
    day = 20 + 16 * place
    return stage.midday(day) if day < stage.world.days - 3 else None


def usual(stage, first):
    """The most networks that failed with unknown credentials in an hour of the days that make the habit, at most."""
    hours, low, high = {}, first // DAY - 15, first // DAY - 1
    for lines in stage.world.lines.values():
        for ts, line in lines:
            if low <= ts // DAY < high and line["event"] == "failed" and "ip" in line and line["reason"] != "expired":
                hours.setdefault(ts // HOUR, set()).add(client(line["ip"]))
    return max(map(len, hours.values()), default=0)


def failure_surge(stage, number):
    first = first_of(stage, 2 * number)
    if first is None:
        return
    # Other cases come later, and the noise: a few more.
    least = max(25, 5 * (usual(stage, first) + 2))
    networks = least if number == 0 else least + stage.span(1, 60)
    failures = networks if number == 0 else stage.span(networks, 3 * networks)
    span = HOUR - 1 if number == 0 else stage.span(5 * MINUTE, 58 * MINUTE)
    ips = [stage.ip() for _ in range(networks)]
    times = within(stage, first, span, failures, even=0.5)
    strangers(stage, times, ips, stage.random.choice(["hash_mismatch", "unknown_token"]))
    stage.plant("day", day_of(first), times[0], times[-1], f"{failures} failures from {networks} unknown networks")


def calm_surge(stage, number):
    first, way = first_of(stage, 2 * number + 1), (number + stage.random.randrange(6)) % 6
    if first is None:
        return
    if way == 0:
        ips = [stage.ip() for _ in range(21)]
        times, story = within(stage, first, 50 * MINUTE, 40, even=0.5), "21 networks, and whoever mistypes beside them"
        strangers(stage, times, ips)
    elif way == 1:
        ips = [stage.ip() for _ in range(30)]
        times, story = [first + place * 4 * MINUTE for place in range(30)], "30 networks over two hours"
        strangers(stage, times, ips)
    elif way == 2:
        # A bad deployment: every partner fails, from where it works otherwise.
        ips = []
        for _ in range(30):
            token = stage.issue(first - stage.span(3 * DAY, 12 * DAY))
            stage.uses(token, token.born + MINUTE, first - DAY, 4)
            stage.uses(token, first + 3 * HOUR, first + 5 * HOUR, 2)
            ips.append(token.ip)
        times, story = within(stage, first, 50 * MINUTE, 60, even=0.5), "a key was changed: all partners fail"
        strangers(stage, times, ips)
    elif way == 3:
        # People on the road who mistype: as many on most days.
        for day in range(2, 14):
            at = stage.world.day((first - stage.world.start) // DAY - day) + 9 * HOUR
            strangers(stage, within(stage, at, 50 * MINUTE, 8, even=0.5), [stage.ip() for _ in range(8)])
        times, story = within(stage, first, 50 * MINUTE, 35, even=0.5), "35 networks, where 8 an hour are usual"
        strangers(stage, times, [stage.ip() for _ in range(35)])
    elif way == 4:
        # Who mistypes and then gets in.
        ips = [stage.ip() for _ in range(30)]
        times, story = within(stage, first, 50 * MINUTE, 30, even=0.5), "a wave of people who mistype and get in"
        strangers(stage, times, ips)
        for ip in ips[:20]:
            token = stage.exchange(times[-1] + stage.span(MINUTE, HOUR), ip=ip)
            stage.use(token, token.born + MINUTE)
    else:
        ips = [stage.ip() for _ in range(30)]
        times, story = within(stage, first, 50 * MINUTE, 30, even=0.5), "30 networks whose tokens have expired"
        strangers(stage, times, ips, "expired")
    stage.near("day", day_of(first), times[0], times[-1], story,
               implies=[("success_after", "ip", client(ip)) for ip in ips] if way == 4 else ())


CASES = [("failure_surge", DETECTOR, failure_surge, calm_surge)]
