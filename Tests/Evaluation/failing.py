"""Failures in great number: how an attacker goes through credentials."""

from stage import within
from world import COMMON_AGENTS

DETECTOR = "failed-verification-by-ip"


def attempts(stage, credentials, failures):
    """Credentials, each tried once or twice as far as that will do; in some order."""
    names = [stage.fingerprint() for _ in range(credentials)]
    again = stage.random.sample(names, min(failures - credentials, credentials))
    left = [stage.random.choice(names[:max(1, credentials // 6)]) for _ in range(failures - credentials - len(again))]
    order = names + again + left
    stage.random.shuffle(order)
    return order


def burst(stage, times, order, ips, agents, mismatches=1.0):
    """Failures at some times; a share of them says that the credential is unknown, the others that it has expired."""
    known = set(stage.random.sample(range(len(order)), round(len(order) * (1 - mismatches))))
    reason = stage.random.choice(["hash_mismatch", "hash_mismatch", "unknown_token"])
    for place, (at, presented) in enumerate(zip(times, order)):
        stage.fail(at, "expired" if place in known else reason, stage.random.choice(ips),
                   stage.random.choice(agents), presented=presented)


def stuffing(stage, first, span, credentials, failures, ip=None, mismatches=1.0, is_mapped=False):
    """A burst from one address, which some servers write as an IPv6 address. Returns address and times."""
    ip = ip or stage.ip()
    times = within(stage, first, span, failures, even=0.3)
    ips = [ip, "::ffff:" + ip] if is_mapped and ":" not in ip else [ip]
    burst(stage, times, attempts(stage, credentials, failures), ips, [stage.random.choice(COMMON_AGENTS)], mismatches)
    return ip, times


def campaign(stage, first, keys, failures, credentials, span, agent, agents=None):
    """Failures spread over many addresses, a few on each."""
    ips = [stage.ip() for _ in range(keys)]
    times = within(stage, first, span, failures, even=0.5)
    for place, (at, presented) in enumerate(zip(times, attempts(stage, credentials, failures))):
        stage.fail(at, "hash_mismatch", ips[place % keys], agents[place % keys] if agents else agent,
                   presented=presented)
    return ips, times
