"""The server that the generated log is about: its tools, its limits, and the policy file that says so.

The rate table is lower than the program's defaults, so that a burst costs few events; everything else is the default.
"""

ANYONE = ["anonymous", "api_token", "oauth"]
TOKENS = ["api_token", "oauth"]

# Tool: who may call it, what it needs, whether it changes something.
TOOLS = {
    "catalog.search": (ANYONE, [], False),
    "catalog.item": (ANYONE, [], False),
    "orders.status": (TOKENS, ["orders:read"], False),
    "orders.list": (TOKENS, ["orders:read"], False),
    "orders.create": (TOKENS, ["orders:write"], True),
    "orders.cancel": (TOKENS, ["orders:write"], True),
    "inventory.check": (TOKENS, ["inventory:read"], False),
    "inventory.adjust": (TOKENS, ["inventory:write"], True),
    "shipping.quote": (TOKENS, ["shipping:read"], False),
    "shipping.book": (TOKENS, ["shipping:write"], True),
    "prices.list": (TOKENS, ["prices:read"], False),
    "reports.sales": (TOKENS, ["reports:read"], False),
    "customers.find": (TOKENS, ["customers:read"], False),
    "payouts.send": (TOKENS, ["payouts:write"], True),
    "profile.read": (["oauth"], ["profile:read"], False),
    "profile.update": (["oauth"], ["profile:write"], True),
    "webhooks.list": (["api_token"], ["webhooks:read"], False),
    "webhooks.set": (["api_token"], ["webhooks:write"], True),
}

RATES = {"anonymous_per_ip": 30, "api_token_per_token": 80, "oauth_per_principal": 50}


def needs(tool):
    """The scopes that a tool requires."""
    return TOOLS[tool][1] if tool in TOOLS else []


def tools_of(scopes, kind):
    """The tools that a caller of a kind may use with some scopes, in the order of the table."""
    return [
        tool for tool, (auth, required, _) in TOOLS.items()
        if kind in auth and required and all(scope in scopes for scope in required)
    ]


def text():
    """The policy file."""
    lines = ["# The policy of the server whose log was generated.", "version: 1", "rates:"]
    lines += [f"  {cell}: {limit}" for cell, limit in RATES.items()]
    lines.append("tools:")
    for tool, (auth, scopes, writes) in TOOLS.items():
        quoted = ", ".join(f'"{scope}"' for scope in scopes)
        lines.append(
            f"  {tool}: {{auth: [{', '.join(auth)}], scopes: [{quoted}], writes: {'true' if writes else 'false'}}}")
    return "\n".join(lines) + "\n"
