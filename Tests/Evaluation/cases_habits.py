"""Out of habit: settled tokens in new surroundings, callers in a hurry, and logs that fall silent."""

from policy import RATES
from world import DAY, HOUR, MINUTE, SECOND

DETECTOR = "new-surroundings"


def settle(stage, number, days=None, ips=None, hours=None):
    """A principal with habits: two tools, one network, one program. Returns its token and the end of its habits."""
    scopes = ["inventory:read", "prices:read", "reports:read"]
    token = stage.issue(stage.moment(1, stage.world.days - 60), scopes)
    token.tools = ["inventory.check", "prices.list"]
    if days is None:
        # Half of them just known: on three days, the first a week before.
        days = [0, 4, 6] if number % 3 == 0 else sorted({0} | {stage.span(1, 20) for _ in range(stage.span(3, 12))} | {12})
    first = token.born // DAY + 1
    at = 0
    for place, day in enumerate(days):
        for call in range(stage.span(1, 3)):
            at = (first + day) * DAY + stage.span(3 * HOUR, 20 * HOUR)
            stage.use(token, at, token.tools[(place + call) % 2], ip=stage.random.choice(ips) if ips else None)
    return token, at


def next_day(stage, at, after=None):
    """Some time on one of the days after: habits are what stood on earlier days."""
    return (at // DAY + (after or stage.span(1, 9))) * DAY + stage.span(3 * HOUR, 20 * HOUR)


def stranger(stage, token, at, count, span=2 * HOUR, news=("ip", "agent"), tool=None):
    """Uses of a token from a network or with a program that are new."""
    fields = {"ip": stage.ip()} if "ip" in news else {}
    fields |= {"agent": stage.agent()} if "agent" in news else {}
    return stage.uses(token, at, at + span - SECOND, count, tool=tool, **fields)


def told(stage, token, times, story):
    stage.plant("principal", token.principal, times[0], times[-1], story)


def as_ever(stage, token, at):
    """Half of the days began as ever."""
    if stage.chance(0.5):
        stage.uses(token, at - stage.span(MINUTE, 2 * HOUR), at - SECOND, 2)


def two_new(stage, number):
    token, last = settle(stage, number)
    at = next_day(stage, last, 1 if number % 3 == 0 else None)
    as_ever(stage, token, at)
    told(stage, token, stranger(stage, token, at, stage.span(2, 5)), "another network and another program at once")


def all_new(stage, number):
    token, last = settle(stage, number)
    at = next_day(stage, last, 1 if number % 3 == 0 else None)
    as_ever(stage, token, at)
    told(stage, token, stranger(stage, token, at, stage.span(2, 5), tool="reports.sales"),
         "another network, another program, another tool")


def new_and_busy(stage, number):
    token, last = settle(stage, number)
    at = next_day(stage, last, 1 if number % 3 == 0 else None)
    calls = 60 if number % 2 == 0 else stage.span(61, 99)
    told(stage, token, stranger(stage, token, at, calls, 55 * MINUTE), f"{calls} calls in 55 minutes from elsewhere")


def new_after_silence(stage, number):
    token, last = settle(stage, number, days=[0, 3, 4, 7, 9])
    at = next_day(stage, last, 15 if number % 2 == 0 else stage.span(16, 40))
    told(stage, token, stranger(stage, token, at, stage.span(2, 5)), "another network and program after a silence")


def calm_new(stage, number):
    way = number % 7
    news, implies = ("ip", "agent"), []
    if way == 0:
        token, last = settle(stage, 1, days=[0, 2, 3, 4])
        at, story = (token.born // DAY + 1 + 6) * DAY + 5 * HOUR, "all is new, but the principal is known for six days"
    elif way == 1:
        token, last = settle(stage, 1, days=[0, 9])
        at, story = next_day(stage, last), "all is new, but the principal was let in on two days"
    elif way == 2:
        token, last = settle(stage, 1, days=list(range(14)), ips=[stage.ip() for _ in range(9)])
        at, story = next_day(stage, last, 1), "one more network of somebody who roams"
    elif way == 3:
        network = stage.network6()
        token, last = settle(stage, 1, ips=[stage.host6(network, 5) for _ in range(2)])
        at, story = next_day(stage, last), "another host of the same /64 with another program"
        stage.use(token, at, ip=stage.host6(network, 5), agent=stage.agent())
        return stage.near("principal", token.principal, at, at, story)
    elif way == 4:
        token, last = settle(stage, 1)
        at, news, story = next_day(stage, last), ("ip",), "the program moved to another network"
    elif way == 5:
        token, last = settle(stage, 1)
        at, news, story = next_day(stage, last), ("agent",), "another program on the usual network"
    else:
        token, last = settle(stage, 1)
        at = next_day(stage, last)
        network = token.ip.rsplit(".", 1)[0]
        version = token.agent.split("/")[0] + "/99.1"
        stage.use(token, at, ip=f"{network}.251" if ":" not in token.ip else token.ip, agent=version)
        return stage.near("principal", token.principal, at, at, "a new version on a neighbor of the usual address")
    times = stranger(stage, token, at, 3, news=news)
    stage.near("principal", token.principal, times[0], times[-1], story, implies)


# Campaigns


def customers(stage, count, day):
    """Principals who come every few days, until the day before; each from a network with a program of their own."""
    tokens = []
    for _ in range(count):
        token = stage.issue(stage.world.day(day - stage.span(20, 30)), ["inventory:read", "reports:read"])
        token.tools = ["inventory.check"]
        first = (token.born - stage.world.start) // DAY + 1
        for one in sorted({first, first + 3, day - 8, day - 3, day - 1}):
            stage.use(token, stage.midday(one))
        tokens.append(token)
    return tokens


def new_to(tokens):
    names = ("two_new", "all_new", "new_and_busy")
    return [(name, "principal", token.principal) for name in names for token in tokens]


def visits(stage, tokens, day, width, tool=None, calls=1):
    """A stranger at each of some principals, from one network with one program. Returns address and times."""
    ip, agent = stage.ip(), stage.agent()
    days = [0, width - 1] + [stage.span(0, width - 1) for _ in tokens[2:]]
    times = []
    for token, after in zip(tokens, days):
        at = stage.midday(day + after)
        times += [at + place * SECOND for place in range(calls)]
        for place in range(calls):
            stage.use(token, at + place * SECOND, tool=tool, ip=ip, agent=agent)
    return ip, sorted(times)


def season(stage, number, half):
    """A day of its own for each campaign: five of them in a month would be what happens there by chance."""
    step = (stage.world.days - 75) / (6 if stage.world.quick else 12)
    return 60 + int((2 * number + half) * step) + stage.span(0, 3)


def campaign(stage, number):
    day = season(stage, number, 0)
    tokens = customers(stage, 3 if number % 2 == 0 else stage.span(4, 6), day)
    ip, times = visits(stage, tokens, day, 7 if number % 2 == 0 else stage.span(2, 5))
    stage.plant("ip", ip, times[0], times[-1], f"{len(tokens)} principals from one new place", new_to(tokens))


def campaign_at_work(stage, number):
    day = season(stage, number, 1)
    tokens = customers(stage, stage.span(3, 5), day)
    if number % 2 == 0:
        ip, times = visits(stage, tokens, day, 2, tool="reports.sales")
        story = "with a tool that they had never used"
    else:
        ip, times = visits(stage, tokens, day, 2, calls=110)
        story = "and read in bulk"
    stage.plant("ip", ip, times[0], times[-1], f"{len(tokens)} principals from one new place, {story}", new_to(tokens))


def calm_campaign(stage, number):
    day = stage.span(60, stage.world.days - 10)
    tokens = customers(stage, 3, day)
    way = number % 4
    if way == 0:
        ip, times = visits(stage, tokens[:2], day, 2)
        story = "two principals from one new place"
    elif way == 1:
        # Three, but one of them eight days after the first, and the second in between.
        ip, agent = stage.ip(), stage.agent()
        times = [stage.midday(day + after) for after in (0, 4, 8)]
        for token, at in zip(tokens, times):
            stage.use(token, at, ip=ip, agent=agent)
        story = "three principals from one new place within nine days"
    elif way == 2:
        ip = stage.ip()
        times = [stage.midday(day) + place * HOUR for place in range(3)]
        for token, at in zip(tokens, times):
            stage.use(token, at, ip=ip)
        story = "an office that moves with its programs"
    else:
        ip, agent = stage.ip(), stage.agent()
        owner = customers(stage, 1, day)[0]
        stage.use(owner, stage.midday(day - 10), ip=ip, agent=agent)
        tokens.append(owner)
        times = [stage.midday(day) + place * HOUR for place in range(3)]
        for token, at in zip(tokens, times):
            stage.use(token, at, ip=ip, agent=agent)
        story = "a place from which somebody had come ten days before"
    stage.near("ip", ip, times[0], times[-1], story, new_to(tokens))


# Rates


def caller(stage, number, at):
    """Who calls too often, by the cells of the table: what a call is, the limit, and the entity."""
    way = number % 3
    if way == 0:
        ip = stage.ip()
        return (lambda ts: stage.call(ts, ip)), RATES["anonymous_per_ip"], ("ip", ip)
    if way == 1:
        token = stage.issue(at - HOUR)
        return (lambda ts: stage.use(token, ts)), RATES["api_token_per_token"], ("token", token.id)
    # Two tokens of one person count together.
    one = stage.exchange(at - 20 * MINUTE)
    two = stage.exchange(at - 10 * MINUTE, principal=one.principal)
    return (lambda ts: stage.use(stage.random.choice([one, two]), ts)), RATES["oauth_per_principal"], \
        ("principal", one.principal)


def calls(stage, call, first, count, width):
    times = sorted([first, first + width - 1] + [first + stage.span(0, width - 1) for _ in range(count - 2)])
    for ts in times:
        call(ts)
    return times


def rate_limit_breach(stage, number):
    at = stage.midday(stage.span(1, stage.world.days - 2))
    if number == 3:
        at = stage.midnight() + 30 * MINUTE - stage.span(SECOND, 4 * SECOND)
    call, limit, entity = caller(stage, number, at)
    count = limit + 1 if stage.chance(0.4) else stage.span(limit + 2, 2 * limit)
    times = calls(stage, call, at, count, stage.span(5 * SECOND, MINUTE))
    stage.plant(*entity, times[0], times[-1], f"{count} calls in a minute; {limit} are allowed")


def calm_rate(stage, number):
    at = stage.midday(stage.span(1, stage.world.days - 2))
    call, limit, entity = caller(stage, number, at)
    if number % 3 == 0:
        count = int(limit * 0.95)
        times, story = calls(stage, call, at, count, 50 * SECOND), f"{count} calls in a minute"
    elif number % 3 == 1:
        # The first and the last lie a whole minute apart, and so in no minute together.
        times = calls(stage, call, at, limit + 1, MINUTE + 1)
        story = f"{limit + 1} calls from the first to the last moment of a minute"
    else:
        # As many as are allowed, minute by minute, evenly.
        times = [at + place * MINUTE // limit for place in range(3 * limit)]
        for ts in times:
            call(ts)
        story = f"{limit} calls in every minute"
    stage.near(*entity, times[0], times[-1], story)


# Surges


def busy(stage, number, day, days, most):
    """A caller that makes `most` calls in its busiest hour, on each of some days before a day. Returns how it calls,
    and the entity."""
    start = day - stage.span(days, 20)
    chosen = sorted(stage.random.sample(range(start, day), days))
    # Nobody uses a token before it is issued.
    born = stage.midday(chosen[0]) - DAY
    if number % 2:
        tokens = [stage.issue(born, ["inventory:read", "prices:read"])]
        entity = ("token", tokens[0].id)
    else:
        one = stage.exchange(born, ["orders:read"], life=None)
        tokens = [one, stage.exchange(one.born + MINUTE, ["orders:read"], principal=one.principal, life=None)]
        entity = ("principal", one.principal)
    for place, each in enumerate(chosen):
        hour = stage.midday(each) // HOUR * HOUR
        for _ in range(most if place == 0 else stage.span(1, most)):
            stage.use(stage.random.choice(tokens), hour + stage.span(0, HOUR - 1))
    return (lambda at: stage.use(stage.random.choice(tokens), at)), entity


def call_surge(stage, number):
    day, most = stage.span(25, stage.world.days - 3), stage.span(2, 14)
    call, entity = busy(stage, number, day, stage.span(7, 12), most)
    count = max(100, 8 * most) + (0 if number < 2 else stage.span(1, 60))
    times = calls(stage, call, stage.midday(day), count, stage.span(20 * MINUTE, HOUR))
    stage.plant(*entity, times[0], times[-1], f"{count} calls in an hour, {most} at most before")


def calm_surge(stage, number):
    day, way = stage.span(25, stage.world.days - 3), number % 3
    if way == 0:
        call, entity = busy(stage, number, day, 8, 14)
        count, story = 111, "less than 8 times the busiest hour before"
    elif way == 1:
        call, entity = busy(stage, number, day, stage.span(3, 6), 4)
        count, story = 130, "a caller of less than a week"
    else:
        call, entity = busy(stage, number, day, 9, 3)
        count, story = 99, "many times the habit, and still few"
    times = calls(stage, call, stage.midday(day), count, 50 * MINUTE)
    stage.near(*entity, times[0], times[-1], story)


# Silence


def steady(stage, name, first, last, gap, is_open=lambda at: True, token=None):
    """A log of its own, in which a token calls again and again, whenever it is open. Returns its times."""
    # As old as the log: nobody has seen its birth.
    token, at, times = token or stage.unissued(), first, []
    while at < last:
        if is_open(at):
            stage.use(token, at, source=name + ".ndjson")
            times.append(at)
        at += int(gap * stage.random.uniform(0.7, 1.3))
    return times


def usual(world, times, at):
    """The longest gap of a usual day: the median over fourteen days before, as the detector's card has it."""
    longest = {}
    for one, two in zip(times, times[1:]):
        longest[(one - world.start) // DAY] = max(longest.get((one - world.start) // DAY, 0), two - one)
    today = (at - world.start) // DAY
    days = sorted(gap for day, gap in longest.items() if today - 14 <= day < today)
    return days[len(days) // 2]


def silence(stage, name, times, at, factor):
    """Takes the events after a time out of a log, for so many times its usual longest gap."""
    source = name + ".ndjson"
    begin = max(one for one in times if one <= at)
    due = begin + int(factor * usual(stage.world, times, begin))
    end = min(one for one in times if one >= due)
    kept = [line for line in stage.world.lines[source] if not begin < line[0] < end]
    stage.world.lines[source] = kept
    times[:] = [one for one in times if not begin < one < end]
    return begin, end


def logs(stage):
    """Logs of their own with silences in them, some too long and some nearly. One call plants all."""
    world = stage.world
    for name, gap in [("edge-north", 50 * MINUTE), ("edge-south", 70 * MINUTE)]:
        times = steady(stage, name, world.start + MINUTE, world.end - MINUTE, gap)
        day = 8
        for number in range(2 if world.quick else 4):
            day += stage.random.uniform(12, 30)
            if day > world.days - 5:
                break
            # Nearly five times is quiet, more than five is not; the next event ends it, so leave room for one gap.
            is_long = number % 2 == 0
            factor = stage.random.uniform(5.05, 9) if is_long else stage.random.uniform(3.2, 3.9)
            begin, end = silence(stage, name, times, world.day(day), factor)
            story = f"{name} silent for {(end - begin) / HOUR:.2f} h, usually {usual(world, times, begin) / HOUR:.2f} h"
            (stage.plant if is_long else stage.near)("source", name + ".ndjson", begin, end, story)
    shippers(stage)


def shippers(stage):
    """A log that ends for good, one that rests on weekends, and one that began yesterday."""
    world = stage.world
    last = world.day(stage.random.uniform(20, 40))
    times = steady(stage, "old-gateway", world.start + MINUTE, last, HOUR)
    stage.plant("source", "old-gateway.ndjson", times[-1], world.end, "the last that was heard of a log")
    def is_office_open(at):
        """From eight to five: a night of fifteen hours is usual, a weekend is hardly more than four of them."""
        return world.weekday((at - world.start) // DAY) < 5 and 8 * HOUR <= (at - world.start) % DAY < 17 * HOUR
    times = steady(stage, "back-office", world.start + MINUTE, world.end - MINUTE, 40 * MINUTE, is_office_open)
    stage.near("source", "back-office.ndjson", times[0], world.end, "a log that rests at night and on weekends")
    # Two days of habit are none yet.
    token = stage.issue(world.end - 3 * DAY)
    times = steady(stage, "new-gateway", token.born + MINUTE, world.end - 40 * HOUR, 30 * MINUTE, token=token)
    times += steady(stage, "new-gateway", world.end - 20 * HOUR, world.end - MINUTE, 30 * MINUTE, token=token)
    stage.near("source", "new-gateway.ndjson", times[0], times[-1], "a pause on the second day of a log")


def silences(stage, number):
    if number == 0:
        logs(stage)


CASES = [
    ("all_new", DETECTOR, all_new, calm_new),
    ("two_new", DETECTOR, two_new, calm_new),
    ("new_and_busy", DETECTOR, new_and_busy, calm_new),
    ("new_after_silence", DETECTOR, new_after_silence, calm_new),
    ("campaign", "campaign", campaign, calm_campaign),
    ("campaign_at_work", "campaign", campaign_at_work, calm_campaign),
    ("call_surge", "call-surge", call_surge, calm_surge),
    ("rate_limit_breach", "rate-limit-breach", rate_limit_breach, calm_rate),
    ("source_silence", "source-silence", silences, None),
]
