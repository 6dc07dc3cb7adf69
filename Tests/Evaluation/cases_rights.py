"""What a caller may do: scopes, kinds of caller, tools, and what must not stand in a log."""

import base64

from policy import TOOLS
from world import DAY, HOUR, MAIN, MINUTE, SECOND


def scope_bypass(stage, number):
    token = stage.issue(stage.moment(1, stage.world.days - 20), ["orders:read"])
    tool = stage.random.choice(["orders.cancel", "payouts.send", "reports.sales", "inventory.adjust"])
    stage.uses(token, token.born + MINUTE, token.born + 5 * DAY, 5)
    first = token.born + stage.span(6 * DAY, 15 * DAY)
    times = stage.uses(token, first, first + stage.span(SECOND, DAY), stage.span(1, 4), tool=tool)
    stage.plant("token", token.id, first, times[-1], f"{tool} with orders:read")


def calm_bypass(stage, number):
    if number % 2 == 0:
        token = stage.issue(stage.moment(1, stage.world.days - 20), ["orders:read"])
        at = token.born + stage.span(HOUR, 9 * DAY)
        stage.use(token, token.born + MINUTE)
        stage.use(token, at, "orders.cancel", success=False)
        story = "the call without the scope failed"
    else:
        token = stage.issue(stage.moment(1, stage.world.days - 20), ["orders:*"])
        at = token.born + stage.span(HOUR, 9 * DAY)
        stage.use(token, at, "orders.cancel")
        story = "orders:* holds orders:write"
    stage.near("token", token.id, at, at, story)


def free_day(stage, what):
    """A day on which nothing else of a kind is planted: these findings are told by the day."""
    return int(stage.world.unique(lambda: f"{what} {stage.span(1, stage.world.days - 2)}").split()[-1])


def anonymous_write(stage, number):
    tool = stage.random.choice([tool for tool, (_, _, writes) in TOOLS.items() if writes])
    at, ip = stage.midday(free_day(stage, "anonymous " + tool)), stage.ip()
    times = [at + stage.span(0, HOUR) for _ in range(stage.span(1, 4))]
    for one in times:
        stage.call(one, ip, tool)
    stage.plant("tool", tool, min(times), max(times), f"{tool} answered somebody without a token")


def calm_anonymous(stage, number):
    tool = ["orders.cancel", "payouts.send"][number % 2]
    at, ip = stage.midday(free_day(stage, "anonymous " + tool)), stage.ip()
    stage.call(at, ip, tool, success=False)
    stage.near("tool", tool, at, at, "a call without a token that failed")


def wrong_credential(stage, number):
    way = number % 3
    if way == 0:
        tool = stage.random.choice(["orders.status", "orders.list", "inventory.check", "reports.sales"])
        first = stage.midday(free_day(stage, "anonymous " + tool))
        times, ip = [first + stage.span(0, HOUR) for _ in range(stage.span(1, 4))], stage.ip()
        for at in times:
            stage.call(at, ip, tool)
    elif way == 1:
        tool = stage.random.choice(["profile.read", "profile.update"])
        first = stage.midday(free_day(stage, "api_token " + tool))
        token = stage.issue(first - HOUR, ["profile:read", "profile:write"])
        times = stage.uses(token, first, first + HOUR, stage.span(1, 3), tool=tool)
    else:
        tool = stage.random.choice(["webhooks.list", "webhooks.set"])
        first = stage.midday(free_day(stage, "oauth " + tool))
        token = stage.exchange(first - MINUTE, ["webhooks:read", "webhooks:write"])
        times = stage.uses(token, first, first + 50 * MINUTE, stage.span(1, 3), tool=tool)
    stage.plant("tool", tool, min(times), max(times), f"{tool} answered {['anonymous', 'api_token', 'oauth'][way]}")


def calm_wrong_credential(stage, number):
    tool = "profile.read"
    at = stage.midday(free_day(stage, "api_token " + tool))
    token = stage.issue(at - HOUR, ["profile:read"])
    stage.use(token, at, tool, success=False)
    stage.near("tool", tool, at, at, "a call with the wrong kind of token that failed")


def scope_escalation(stage, number):
    way = number % 3
    write = stage.random.choice(["orders:write", "inventory:write", "tenants:admin", "records:delete"])
    if way == 0:
        first = stage.issue(stage.moment(1, stage.world.days - 95), ["orders:read"])
        stage.uses(first, first.born + MINUTE, first.born + 20 * DAY, 4)
        token = stage.issue(first.born + stage.span(DAY, 80 * DAY), ["orders:read", write], first.principal)
    elif way == 1:
        first = stage.exchange(stage.moment(1, stage.world.days - 40))
        token = stage.exchange(first.born + stage.span(HOUR, 30 * DAY), ["orders:read", write], first.principal)
    else:
        first = stage.exchange(stage.moment(1))
        token = stage.refresh(first, first.born + stage.span(10 * MINUTE, HOUR), scopes=["orders:read", write])
    stage.use(token, token.born + MINUTE, "orders.status")
    stage.plant("token", token.id, token.born, token.born, f"{write} for a principal that could only read")


def calm_escalation(stage, number):
    way = number % 3
    before, new, story = [
        (["orders:read"], ["orders:read", "customers:read"], "one more scope to read"),
        (["orders:read", "orders:write"], ["orders:write"], "a scope that it had held months ago"),
        (None, ["orders:read", "orders:write"], "the first token of a principal"),
    ][way]
    principal, born = stage.principal(), stage.moment(2, stage.world.days - 85)
    if before:
        first = stage.issue(born - DAY, before, principal)
        stage.uses(first, first.born + MINUTE, first.born + 9 * DAY, 4)
        born += stage.span(DAY, 80 * DAY)
    token = stage.issue(born, new, principal)
    stage.use(token, born + HOUR)
    stage.near("token", token.id, born, born, story)


def tool_undeclared(stage, number):
    tool = stage.world.unique(lambda: f"{stage.word()}.{stage.random.choice(['dump', 'debug', 'exec', 'sync'])}")
    first = stage.midday(stage.span(2, stage.world.days - 2))
    token = stage.issue(first - DAY)
    times = stage.uses(token, first, first + stage.span(SECOND, HOUR), stage.span(1, 4), tool=tool)
    stage.plant("tool", tool, first, times[-1], f"{tool} is in no policy")


def calm_tool(stage, number):
    tool = stage.world.unique(lambda: f"{stage.word()}.admin")
    at = stage.midday(stage.span(2, stage.world.days - 2))
    stage.fail(at, "unknown_tool", stage.ip(), stage.agent(), presented=stage.fingerprint(), tool=tool)
    stage.near("tool", tool, at, at, f"{tool} was asked for and refused")


def secrets(stage):
    """Credentials by their look, made up here; the field that a careless producer puts each in."""
    def letters(count):
        return stage.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789", count)

    def encoded(text):
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    jwt = ".".join([encoded('{"alg":"HS256","typ":"JWT"}'), encoded('{"sub":"' + letters(12) + '"}'), letters(43)])
    basic = base64.b64encode(("svc:" + letters(14)).encode()).decode()
    return [
        ("jwt", {"authorization": "Bearer " + jwt}), ("github", {"note": "key ghp_" + letters(36)}),
        ("bearer", {"headers": "Authorization: Bearer " + letters(32)}),
        ("aws", {"debug": "aws_secret_access_key=" + letters(40)}),
        ("stripe", {"debug": "sk_live_" + letters(24)}), ("basic", {"authorization": "Basic " + basic}),
        ("url_password", {"referer": "https://sync:" + letters(12) + "@feeds.example.com/in"}),
        ("slack", {"note": "xoxb-" + stage.text("0123456789", 12) + "-" + letters(24)}),
        ("password", {"url": "/login?user=a&password=" + letters(14)}), ("jwt", {"agent": "sync/2.1 " + jwt}),
    ]


def plaintext_token(stage, number):
    kinds = secrets(stage)
    name, fields = kinds[stage.span(0, len(kinds) - 1)]
    first = stage.midday(free_day(stage, "secret"))
    token = stage.issue(first - DAY)
    times = stage.uses(token, first, first + stage.span(SECOND, 2 * HOUR), stage.span(1, 3), source=MAIN, **fields)
    stage.plant("source", MAIN, first, times[-1], f"a credential of the type {name} in `{list(fields)[0]}`")


def calm_plaintext(stage, number):
    fields, story = [
        ({"trace_id": stage.text("0123456789abcdef", 32), "note": "code=404"}, "a trace id and a code of an error"),
        ({"request": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "access_token": stage.token_id("at_")}, "ids"),
        ({"referer": "https://shop.example.com/orders?id=12&error_code=invalid_grant"}, "no password in an address"),
        ({"access_key": "AKIA" + stage.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}, "the id of an access key"),
    ][number % 4]
    at = stage.midday(free_day(stage, "secret"))
    token = stage.issue(at - DAY)
    stage.use(token, at, source=MAIN, **fields)
    stage.near("source", MAIN, at, at, story)


CASES = [
    ("scope_bypass", "scope-bypass", scope_bypass, calm_bypass),
    ("anonymous_write", "auth-mode-violation", anonymous_write, calm_anonymous),
    ("wrong_credential", "auth-mode-violation", wrong_credential, calm_wrong_credential),
    ("scope_escalation", "scope-escalation", scope_escalation, calm_escalation),
    ("tool_undeclared", "tool-undeclared", tool_undeclared, calm_tool),
    ("plaintext_token", "plaintext-token", plaintext_token, calm_plaintext),
]
