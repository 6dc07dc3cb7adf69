"""Offices: many people behind one address. Attacks on them that must be found, and bad days that must not."""

from failing import attempts, burst, stuffing
from stage import within
from world import COMMON_AGENTS, HOUR, MINUTE, SECOND


def office(stage, days, least=12):
    """People behind one address, who log in on some days before a day and fail now and then."""
    ip, day = stage.ip(), stage.span(days + 2, stage.world.days - 3)
    people = [stage.principal("user") for _ in range(stage.span(least, least + 4))]
    for back in range(days, 0, -1):
        for place, person in enumerate(people):
            if (place + back) % 3 == 0:
                at = stage.midday(day - back)
                token = stage.exchange(at, principal=person, ip=ip)
                stage.uses(token, at + MINUTE, at + 50 * MINUTE, 2)
        if stage.chance(0.5):
            stage.fail(stage.midday(day - back), "hash_mismatch", ip, stage.random.choice(COMMON_AGENTS),
                       presented=stage.fingerprint(), kind="oauth")
    return ip, people, day


def busy(stage, ip, people, begin):
    """Four hours of work of everybody."""
    for person in people:
        token = stage.exchange(begin - stage.span(MINUTE, 5 * MINUTE), principal=person, ip=ip)
        for hour in range(4):
            stage.uses(token, token.born + MINUTE, token.born + 55 * MINUTE, 5)
            if hour < 3:
                token = stage.refresh(token, token.born + 58 * MINUTE)


def office_attacked(stage):
    """Far more failures than successes, and than on any day before: an attack even from a shared address."""
    if stage.chance(0.4):
        return small_office(stage)
    ip, _, day = office(stage, 9)
    failures = stage.span(80, 120)
    _, times = stuffing(stage, stage.midday(day), stage.span(MINUTE, 30 * MINUTE), failures - 10, failures, ip=ip)
    stage.plant("ip", ip, times[0], times[-1], "an attack from an office's address")


def small_office(stage):
    """Ten times as many successes, but of fewer people than make an address shared."""
    ip, people, day = office(stage, 5, least=4)
    begin, failures = stage.world.day(day) + 8 * HOUR, stage.span(30, 60)
    busy(stage, ip, people, begin)
    _, times = stuffing(stage, begin, stage.span(10 * MINUTE, 3 * HOUR), failures - 5, failures, ip=ip)
    stage.plant("ip", ip, times[0], times[-1], "an attack from the address of four to eight people")


def calm_office(stage):
    """Monday morning after a change of passwords: many failures, and ten times as many successes."""
    ip, people, day = office(stage, 9)
    begin = stage.world.day(day) + 8 * HOUR
    failures = stage.span(26, 29)
    times = within(stage, begin, 3 * HOUR, failures, even=0.5)
    burst(stage, times, attempts(stage, 18, failures), [ip], COMMON_AGENTS)
    busy(stage, ip, people, begin)
    stage.near("ip", ip, times[0], times[-1], f"{failures} failures among ten times as many successes in an office")


def calm_week(stage):
    """Forty expired tokens in a week of an office, each renewed at once, and ten times as many successes."""
    ip, people, day = office(stage, 9)
    times = []
    for back in range(5):
        for person in stage.random.sample(people, 8):
            token = stage.exchange(stage.world.day(day - 6 + back) + stage.span(7 * HOUR, 8 * HOUR), principal=person,
                                   ip=ip)
            stage.uses(token, token.born + MINUTE, token.expires - MINUTE, 8)
            times.append(token.expires + stage.span(MINUTE, 8 * HOUR))
            stage.fail(times[-1], "expired", ip, token.agent, token)
            stage.use(stage.refresh(token, times[-1] + SECOND), times[-1] + MINUTE)
    stage.near("ip", ip, min(times), max(times), "40 expired tokens in a week of an office")
