"""Which client an address stands for, as Docs say it, with Python's own reader of addresses."""
import ipaddress
import re

INNER = [ipaddress.ip_network(text) for text in [
    "10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "::/64", "fc00::/7",
    "fe80::/10"]]
# Behind these bits of an IPv6 address lies one of IPv4.
BEHIND_96 = [ipaddress.ip_network(text) for text in [
    "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48"]]


def single(text):
    """The address in a text that may have a port, brackets or a zone; None if it is none."""
    bracketed = re.fullmatch(r"\[([^\]]*:[^\]]*)\](?::([0-9]{1,5}))?", text)
    ported = re.fullmatch(r"([^:]*):([0-9]{1,5})", text)
    for match in (bracketed, ported):
        if match and int(match[2] or 0) > 65535:
            return None
    host = bracketed[1] if bracketed else ported[1] if ported else text
    host, percent, zone = host.partition("%")
    if percent and (":" not in host or not re.fullmatch(r"[!-$&-~]+", zone)):
        return None
    if len(text.encode()) > 100 or not host.isascii():
        return None
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def inside(address):
    """The IPv4 address that an IPv6 address stands for, or the address itself."""
    if address.version == 4:
        return address
    number = int(address)
    if address in ipaddress.ip_network("64:ff9b:1::/48") and number & (1 << 40) - 1 == 0 and number >> 56 & 255 == 0:
        return ipaddress.IPv4Address((number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF)
    if any(address in network for network in BEHIND_96) or number >> 32 == 0 and number >= 1 << 24:
        return ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    return address.teredo[1] if address.teredo else address


def client(text):
    """What reports call the client of an address; the text itself where it is none."""
    if "," in text:
        found = [single(part.strip(" ")) for part in text.split(",")[-16:]]
        found = [inside(address) for address in reversed(found) if address is not None]
        outer = [address for address in found if not any(address in network for network in INNER)]
        address = (outer or found or [None])[0]
    else:
        address = single(text)
        address = address and inside(address)
    if address is None:
        return text
    if address.version == 4:
        return str(address)
    groups = [int(group, 16) for group in address.exploded.split(":")[:4]]
    while groups and groups[-1] == 0:
        groups.pop()
    return ":".join(format(group, "x") for group in groups) + "::/64"
