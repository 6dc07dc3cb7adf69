"""What a case needs to be played: people, machines and tokens of its own, and the verbs of the log."""

from policy import needs, tools_of
from world import DAY, HOUR, MINUTE, WORDS, Token, World

# Rules that ask neither for the kind of a token nor for who issued it must do without.
BARE = {"use_after_revoke", "use_after_expiry", "principal_mismatch", "scope_bypass", "rotation_overlap", "never_used",
        "no_expiry", "api_token_too_long", "dormant_reactivated", "scope_escalation", "all_new", "two_new",
        "new_and_busy", "new_after_silence"}
HEX = "0123456789abcdef"
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def client(ip):
    """What counts as one client: an IPv4 address, or the /64 of an IPv6 address (of those made here)."""
    return ip.split("::")[0] + "::/64" if ":" in ip and "/" not in ip else ip


class Stage:
    """One class of cases, or one part of the noise, at work in a world."""

    def __init__(self, world: World, part, detector=None):
        self.world = world
        self.part = part
        self.detector = detector
        self.random = world.random(part)

    # Names

    def text(self, letters, length):
        return "".join(self.random.choices(letters, k=length))

    def word(self):
        return self.random.choice(WORDS)

    def token_id(self, prefix="tok_"):
        return self.world.unique(lambda: prefix + self.text(BASE32, 8))

    def principal(self, kind="partner"):
        if kind == "user":
            return self.world.unique(lambda: f"user:{self.random.randint(1000, 99999)}")
        return self.world.unique(lambda: f"{kind}:{self.word()}-{self.word()}")

    def actor(self):
        return self.world.unique(lambda: f"admin:{self.word()}{self.random.randint(2, 99)}")

    def issuer(self):
        """An admin who issued a token in the first month, as staff did."""
        actor = self.actor()
        token = self.issue(self.moment(22, 29), actor=actor, life=7 * DAY)
        self.use(token, token.born + self.span(MINUTE, HOUR))
        return actor

    def fingerprint(self):
        return self.world.unique(lambda: self.text(HEX, 12))

    def agent(self):
        return self.world.unique(lambda: f"{self.word()}-{self.word()}/{self.random.randint(1, 9)}."
                                         f"{self.random.randint(0, 99)}")

    def ip(self):
        """An address of its own /24, or /48: nobody is taken for a neighbor. Some who fail have IPv6."""
        if self.detector in ("failed-verification-by-ip", "failure-surge") and self.chance(0.15):
            return self.host6(self.network6(), self.random.randint(1, 0xffff))

        def network():
            return f"{self.random.choice([23, 45, 62, 81, 93, 104, 146, 178, 185, 212])}." \
                   f"{self.random.randint(1, 254)}.{self.random.randint(1, 254)}."
        return self.world.unique(network) + str(self.random.randint(2, 250))

    def network6(self):
        """The first three groups of an IPv6 network of its own."""
        return self.world.unique(lambda: f"2a0{self.random.randint(1, 9)}:{self.random.randint(0x1000, 0xffff):x}:"
                                         f"{self.random.randint(0x1000, 0xffff):x}")

    def host6(self, network, subnet):
        """An address in a /64 of a network."""
        return f"{network}:{subnet:x}::{self.random.randint(1, 0xffff):x}"

    def neighbor(self, ip):
        """Another address in the /64 of one."""
        return f"{ip.split('::')[0]}::{self.random.randint(1, 0xffff):x}"

    # Times

    def chance(self, share):
        return self.random.random() < share

    def span(self, least, most):
        return self.random.randint(int(least), int(most))

    def moment(self, first=1.0, last=None):
        """Some time between two days of the log; without the second, up to a day before its end."""
        last = self.world.days - 1 if last is None else last
        return self.span(self.world.day(first), self.world.day(last))

    def midnight(self):
        """Half an hour before a day ends."""
        return self.world.day(self.span(2, self.world.days - 4)) - 30 * MINUTE

    def midday(self, day):
        """A time far from both midnights, for what is told by the day."""
        return self.world.day(day) + self.span(3 * HOUR, 20 * HOUR)

    # Verbs

    def issue(self, at, scopes=("inventory:read",), principal=None, life=90 * DAY, actor=None, token=None, **more):
        """Issues an API token, with an address and an agent from which its owner uses it."""
        token = Token(
            token or self.token_id(), principal or self.principal(), list(scopes), "api_token", at,
            None if life is None else at + life, self.ip(), self.agent())
        # Whoever rotates a token goes on from where they are, with the program that they have.
        token.ip, token.agent = self.world.homes.setdefault(token.principal, (token.ip, token.agent))
        token.tools = tools_of(token.scopes, "api_token")
        token.is_bare = self.part in BARE and self.chance(0.2)
        if actor is None and not (self.part in BARE and self.chance(0.2)):
            actor = self.world.member(self.random)
        self.world.add(
            at, "issued", token_id=token.id, kind=token.told_kind, actor=actor,
            principal=token.principal, scopes=token.scopes, expires_at=token.expires, **more)
        return token

    def unissued(self, scopes=("inventory:read",), kind="api_token"):
        """A token of which the log has no birth."""
        prefix, owner = ("at_", "user") if kind == "oauth" else ("tok_", "partner")
        token = Token(
            self.token_id(prefix), self.principal(owner), list(scopes), kind, None, None, self.ip(), self.agent())
        token.tools = tools_of(token.scopes, kind)
        return token

    def exchange(self, at, scopes=("orders:read",), principal=None, life=HOUR, client="shop", code=None, token=None,
                 ip=None, agent=None):
        """Exchanges a one-time code for an access token and a refresh token."""
        token = Token(
            token or self.token_id("at_"), principal or self.principal("user"), list(scopes), "oauth", at,
            None if life is None else at + life, ip or self.ip(), agent or self.agent(),
            client=client, family=self.world.unique(lambda: "fam_" + self.text(BASE32, 8)))
        token.tools = tools_of(token.scopes, "oauth")
        self.world.add(
            at, "exchanged", token_id=token.id, kind="oauth", principal=token.principal, scopes=token.scopes,
            expires_at=token.expires, refresh_token_id=self.token_id("rt_"), client_id=client,
            family_id=token.family, code_id=code or self.world.unique(lambda: "c_" + self.text(HEX, 10)),
            ip=token.ip, user_agent=token.agent)
        return token

    def refresh(self, old, at, ip=None, agent=None, scopes=None, life=HOUR):
        """Refreshes an access token; the new one has the old one's place."""
        token = Token(
            self.token_id("at_"), old.principal, list(scopes or old.scopes), "oauth", at, at + life, ip or old.ip,
            agent or old.agent, client=old.client, family=old.family)
        token.tools = tools_of(token.scopes, "oauth")
        self.world.add(
            at, "refreshed", token_id=token.id, old_token_id=old.id, kind="oauth", principal=token.principal,
            scopes=token.scopes, expires_at=token.expires, refresh_token_id=self.token_id("rt_"),
            client_id=token.client, family_id=token.family, ip=token.ip, user_agent=token.agent)
        return token

    def use(self, token, at, tool=None, ip=None, agent=None, success=True, source=None, **more):
        """A call that the server accepted; `success` is how the call ended."""
        tool = tool or self.random.choice(token.tools)
        fields = dict(
            token_id=token.id, kind=token.told_kind, principal=token.principal, tool=tool, scopes=needs(tool) or None,
            ip=ip or token.ip, user_agent=agent or token.agent,
            latency_ms=round(self.random.lognormvariate(2.5, 0.7), 1), success=success)
        fields.update(more)
        self.world.add(at, "used", source, **fields)

    def uses(self, token, first, last, count, **more):
        """Calls at random times, the first and the last among them."""
        times = sorted([first, last] + [self.span(first, last) for _ in range(count - 2)])[:max(count, 1)]
        for at in times:
            self.use(token, at, **more)
        return times

    def call(self, at, ip, tool="catalog.search", agent=None, source=None, **more):
        """A call by nobody in particular."""
        self.world.add(
            at, "used", source, token_id="anonymous", kind="anonymous", tool=tool, ip=ip,
            user_agent=agent or "Mozilla/5.0 (X11; Linux x86_64)",
            latency_ms=round(self.random.lognormvariate(2.5, 0.7), 1), **{"success": True, **more})

    def fail(self, at, reason, ip, agent, token=None, presented=None, tool=None, kind="api_token"):
        """A verification that failed."""
        self.world.add(
            at, "failed", reason=reason, token_id=token.id if token else None, presented=presented,
            kind=token.told_kind if token else kind, principal=token.principal if token else None, tool=tool, ip=ip,
            user_agent=agent)

    def revoke(self, token, at, actor=None, reason="rotated"):
        self.world.add(
            at, "revoked", token_id=token if isinstance(token, str) else token.id, actor=actor or self.actor(),
            reason=reason)

    # Labels

    def plant(self, kind, value, first, last, story, implies=(), others=(), needs=None):
        """A case of this stage's class, about one entity (or any of several)."""
        entities = [self.named(kind, value)] + [list(one) for one in others]
        implied = [(name, *self.named(*entity)) for name, *entity in implies]
        self.world.label(self.part, self.detector, entities, first, last, story, implied, needs)

    def near(self, kind, value, first, last, story, implies=()):
        """A near miss of this stage's class."""
        implied = [(name, *self.named(*entity)) for name, *entity in implies]
        self.world.near(self.part, self.named(kind, value), first, last, story, implied)

    def named(self, kind, value):
        """An entity as findings name it: rates count addresses singly, all else counts clients."""
        return [kind, client(value) if kind == "ip" and self.part != "rate_limit_breach" else value]


def within(stage, first, span, count, even=0.0):
    """Times from `first` over `span`, the ends among them; `even` up to 1 makes their distances alike."""
    if count == 1:
        return [first]
    weights = [even + (1 - even) * stage.random.expovariate(1) for _ in range(count - 1)]
    total, times, sum_ = sum(weights), [first], 0.0
    for weight in weights:
        sum_ += weight
        times.append(first + round(span * sum_ / total))
    return times
