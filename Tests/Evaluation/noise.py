"""The ordinary life of a server, in which nothing happens that any definition speaks of.

Partners call with API tokens, which are rotated before their ninety days are over; a monitor asks day and night; jobs
run by the week and by the month; strangers search the catalog; people come by OAuth (noise_people). Things fail as
they do: a token expires before its owner has noticed, a name is mistyped, a scope was forgotten.

Some of it looks like trouble from afar, and is here for that: a build farm whose token comes from everywhere, a
partner that is quiet over the holidays, two tokens side by side for most of a week.
"""

from stage import Stage
from world import COMMON_AGENTS, DAY, HOUR, MAIN, MINUTE, REPLICA, SECOND

SCOPES = [
    ["orders:read"], ["inventory:read"], ["orders:read", "inventory:read"], ["orders:read", "orders:write"],
    ["inventory:read", "inventory:write"], ["shipping:read", "shipping:write"], ["prices:read", "inventory:read"],
    ["webhooks:read", "webhooks:write", "orders:read"], ["reports:read"], ["customers:read", "orders:read"],
]
ADMINS = ["admin:maria", "admin:jonas", "admin:priya", "admin:chen"]


class Deck:
    """Deals every card before it deals one again, so that nothing usual is ever away for long."""

    def __init__(self, random, cards):
        self.random, self.cards, self.left = random, cards, []

    def deal(self):
        if not self.left:
            self.left = list(self.cards)
            self.random.shuffle(self.left)
        return self.left.pop()


class Chain:
    """The tokens of one program, each in its time. The last day of the old overlaps with the first of the new."""

    def __init__(self, stage, scopes, rotate=(70, 84)):
        self.stage, self.scopes, self.rotate = stage, scopes, rotate
        self.principal = stage.principal()
        self.ips = [stage.ip() for _ in range(stage.random.choice([1, 1, 2, 3]))]
        self.agent = stage.agent()
        # (token, first use, last use); the first may be older than the log.
        self.stretches = []
        self.decks = {}
        self.make()

    def make(self):
        stage, world = self.stage, self.stage.world
        at = world.start + stage.span(10 * MINUTE, 3 * DAY)
        if stage.chance(0.5):
            token, age = stage.unissued(self.scopes), stage.span(5 * DAY, 60 * DAY)
            token.principal, token.born, token.expires = self.principal, world.start - age, world.start - age + 90 * DAY
        else:
            token = self.issue(at)
        begin = max(at, token.born) + stage.span(2 * MINUTE, HOUR)
        while True:
            turn = self.workday(token.born + stage.span(self.rotate[0] * DAY, self.rotate[1] * DAY))
            if turn > world.end - 2 * DAY:
                self.stretches.append((token, begin, world.end - MINUTE))
                return
            newer = self.issue(turn)
            # Up to just short of the seven days that a rotation may take.
            last = min(turn + stage.span(2 * HOUR, 6.9 * DAY), token.expires - HOUR)
            self.stretches.append((token, begin, last))
            self.end(token, last)
            token, begin = newer, turn + stage.span(2 * MINUTE, HOUR)

    def workday(self, at):
        """Admins rotate tokens in their office hours."""
        world = self.stage.world
        day = (at - world.start) // DAY
        while 0 <= day < world.days and not world.is_working(day):
            day -= 1
        return world.day(day) + self.stage.span(8 * HOUR, 16 * HOUR)

    def issue(self, at):
        return self.stage.issue(at, self.scopes, self.principal, actor=self.stage.random.choice(ADMINS))

    def end(self, token, last):
        """The old token is revoked, or runs out and fails a few times until somebody has noticed."""
        stage, world = self.stage, self.stage.world
        if stage.chance(0.6):
            at = last + stage.span(2 * MINUTE, HOUR)
            if at < world.end:
                stage.revoke(token, at, stage.random.choice(ADMINS), stage.random.choice(["rotated", "replaced"]))
            return
        at = token.expires + stage.span(MINUTE, 5 * HOUR)
        for _ in range(stage.random.choice([0, 1, 2, 4])):
            if at < world.end:
                stage.fail(at, "expired", self.ips[0], self.agent, token)
            at += stage.span(3 * SECOND, 4 * HOUR)

    def use(self, at, newest=False, source=None):
        """A call with the token of the time; while two are valid, either (or the newest)."""
        live = [one[0] for one in self.stretches if one[1] <= at <= one[2]]
        if not live:
            return
        token = live[-1] if newest else self.stage.random.choice(live)
        if token.id not in self.decks:
            self.decks[token.id] = Deck(self.stage.random, token.tools), Deck(self.stage.random, self.ips)
        tools, ips = self.decks[token.id]
        self.stage.use(
            token, at, tools.deal(), ips.deal(), self.agent, success=self.stage.random.random() > 0.01,
            source=source)


def staff(world):
    """Each of the admins issues a token in the first month, so that the log knows who does."""
    stage = Stage(world, "noise/staff")
    for actor in world.staff + ADMINS:
        token = stage.issue(stage.moment(1, 29), ["reports:read"], actor=actor, life=7 * DAY)
        stage.use(token, token.born + stage.span(MINUTE, HOUR))


def partners(world, budget):
    """Programs of partners: busy by day, slow on weekends and holidays."""
    stage = Stage(world, "noise/partners")
    chains = [Chain(stage, stage.random.choice(SCOPES)) for _ in range(12 if world.quick else 28)]
    weights = [stage.random.lognormvariate(0, 0.5) for _ in chains]
    for day in range(world.days):
        factor = 1.2 if world.is_working(day) else 0.4
        for chain, weight in zip(chains, weights):
            rate = factor * weight * budget / world.days / sum(weights)
            # Never silent for a week: a token's habits stay known.
            for _ in range(max(1, int(rate + stage.random.random()))):
                hour = min(max(stage.random.gauss(13, 3.5), 0.1), 23.8)
                chain.use(world.day(day) + int(hour * HOUR))
    mistakes(stage, chains)


def mistakes(stage, chains):
    """One mistyped token here, one forgotten scope there; each once."""
    for chain in chains:
        for _ in range(stage.random.choice([0, 1, 2, 3])):
            at = stage.moment(1)
            if stage.chance(0.5):
                stage.fail(at, "hash_mismatch", chain.ips[0], chain.agent, presented=stage.fingerprint())
            else:
                live = [token for token, first, last in chain.stretches if first <= at <= last]
                if live:
                    stage.fail(at, "missing_scope", chain.ips[0], chain.agent, live[0], tool="payouts.send")


def monitor(world, budget):
    """Asks the two servers in turn, day and night, so that neither log is ever silent for long."""
    stage = Stage(world, "noise/monitor")
    chain = Chain(stage, ["prices:read"])
    step = world.days * DAY // max(budget, world.days * 24)
    for place in range(1, world.days * DAY // step - 1):
        chain.use(world.start + place * step + stage.span(0, step // 8), source=[MAIN, REPLICA][place % 2])
    # What is due by the end of the log is due when it is read.
    stage.call(world.end - 1, stage.ip(), source=MAIN)


def jobs(world):
    """What runs by the week and by the month, with tokens of its own."""
    stage = Stage(world, "noise/jobs")
    for period in [7, 7, 14, 28, 29]:
        chain = Chain(stage, ["reports:read"])
        at = chain.stretches[0][1]
        while at < world.end - HOUR:
            for call in range(2):
                chain.use(at + call * 3 * SECOND, newest=True)
            at += period * DAY + stage.span(0, 5 * MINUTE)


def farm(world):
    """A build farm: one token, another address for almost every call."""
    stage = Stage(world, "noise/farm")
    chain = Chain(stage, ["inventory:read"])
    chain.ips = [stage.ip() for _ in range(60)]
    for day in range(world.days):
        for _ in range(3):
            chain.use(world.day(day) + stage.span(6 * HOUR, 22 * HOUR))


def strangers(world, budget):
    """Callers without a token, who search the catalog."""
    stage = Stage(world, "noise/strangers")
    regulars = [stage.ip() for _ in range(20)]
    for _ in range(budget):
        ip = stage.random.choice(regulars) if stage.chance(0.7) else stage.ip()
        at = stage.midday(stage.span(0, world.days - 1))
        for _ in range(stage.random.choice([1, 1, 1, 2])):
            tool = stage.random.choice(["catalog.search", "catalog.item"])
            stage.call(min(at, world.end - 1), ip, tool, stage.random.choice(COMMON_AGENTS[:4]))
            at += stage.span(1 * SECOND, 40 * SECOND)
