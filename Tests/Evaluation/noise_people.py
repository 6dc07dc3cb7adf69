"""People, who come by OAuth: a code for an hour's token, refreshed while they work, for weeks on end.

Offices put twenty of them behind one address and fail there every other day; phones change their network with every
session. A client that lost an answer refreshes the same token twice within seconds.
"""

from stage import Stage
from world import DAY, HOUR, MINUTE, SECOND

SCOPES = [
    ["orders:read"], ["orders:read", "profile:read"], ["orders:read", "orders:write", "profile:read"],
    ["profile:read", "profile:write"], ["customers:read", "orders:read"],
]
BROWSERS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5)",
    "shop-app/12.1 (iPhone)", "shop-app/12.1 (Android)",
]


class Person:
    """Somebody with a device, a place to work, and a grant that lasts."""

    def __init__(self, stage, office=None):
        self.stage = stage
        self.principal = stage.principal("user")
        self.scopes = stage.random.choice(SCOPES)
        self.device = stage.random.choice(BROWSERS)
        self.is_mobile = office is None and stage.chance(0.4)
        self.home = office or stage.ip()
        self.token = None
        self.granted = 0
        # Before this nobody has the token in hand; sessions of one person do not overlap.
        self.busy_until = 0

    def session(self, at, calls):
        """An hour or two of work."""
        stage = self.stage
        if at < self.busy_until or at + 6 * HOUR > stage.world.end:
            return
        ip = stage.ip() if self.is_mobile else self.home
        at = self.open(at, ip)
        for _ in range(calls):
            at += stage.span(20 * SECOND, 25 * MINUTE)
            if at > self.token.expires - MINUTE:
                at = self.renew(at, ip)
            stage.use(self.token, at, success=not stage.chance(0.01))
        self.busy_until = at + MINUTE

    def open(self, at, ip):
        """Begins with a login, or with the refresh token of the last session."""
        stage = self.stage
        if self.token is None or at - self.token.born > 25 * DAY or at - self.granted > 60 * DAY:
            if stage.chance(0.02):
                stage.fail(at, "hash_mismatch", ip, self.device, presented=stage.fingerprint(), kind="oauth")
            self.token = stage.exchange(
                at + 3 * SECOND, self.scopes, self.principal, ip=ip, agent=self.device)
            self.granted = at
            return at + 4 * SECOND
        return self.renew(at, ip)

    def renew(self, at, ip):
        stage, old = self.stage, self.token
        if at > old.expires and stage.chance(0.1):
            # The program had not looked at the clock.
            stage.fail(at, "expired", ip, self.device, old)
            at += stage.span(200, 2 * SECOND)
        self.token = stage.refresh(old, at, ip, self.device)
        if stage.chance(0.01):
            # The answer was lost: the same again, well within the ten seconds that a client may need.
            at += stage.span(1 * SECOND, 9 * SECOND)
            self.token = stage.refresh(old, at, ip, self.device)
        return at + SECOND


def people(world, budget):
    """Some at home, some on the road, and two offices with twenty each behind one address."""
    stage = Stage(world, "noise/people")
    offices = [stage.ip() for _ in range(2)]
    count = 10 if world.quick else 20
    everybody = [Person(stage) for _ in range(count)]
    everybody += [Person(stage, office) for office in offices for _ in range(count)]
    share = budget / 7 / world.days / len(everybody)
    for day in range(world.days):
        busy = 1.2 if world.is_working(day) else 0.4
        for person in everybody:
            if stage.chance(share * busy):
                person.session(world.day(day) + int(stage.random.uniform(7, 20) * HOUR), stage.span(2, 9))
        for office in offices:
            if stage.chance(0.3 * busy):
                stage.fail(
                    world.day(day) + int(stage.random.uniform(8, 18) * HOUR), "hash_mismatch", office,
                    stage.random.choice(BROWSERS), presented=stage.fingerprint(), kind="oauth")
