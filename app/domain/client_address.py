"""Which network address a request counts for.

X-Forwarded-For is a list to which every proxy appends the address that it was asked from, so only its right end was
written by somebody trusted: it is read from there, as far as the trusted proxies go. Anything a client adds stands to
the left of that and is never looked at. Forwarded (RFC 7239) is not read: proxies pass a client's own one on.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# What one subscriber's line has at least (RFC 6177): each of its addresses is as good as the other.
_IPV6_PREFIX = 64
_LONGEST_ENTRY = 64
UNKNOWN = "unknown"


def parse_networks(text: str) -> tuple[Network, ...]:
    """Reads networks separated by commas or blanks; raises ValueError that names what is none."""
    found = []
    for part in text.replace(",", " ").split():
        try:
            found.append(ip_network(part))
        except ValueError:
            raise ValueError(f"{part!r} is no network such as 10.0.0.0/8") from None
    return tuple(found)


def client_address(
    peer: str | None, forwarded_for: Iterable[str], trusted: Sequence[Network]
) -> str:
    """The address to count for: IPv4 whole, IPv6 as its network of 64 bits; UNKNOWN for a peer without one.

    forwarded_for: the X-Forwarded-For headers in their order. An entry that is no address ends the reading, and the
    last one that a trusted proxy vouched for counts.
    """
    address = _parse(peer or "")
    if address is None:
        return UNKNOWN
    if trusted and _is_trusted(address, trusted):
        entries = ",".join(forwarded_for).split(",")
        for entry in reversed(entries):
            named = _parse(entry.strip(" \t"))
            if named is None:
                break
            address = named
            if not _is_trusted(address, trusted):
                break
    return _counted(address)


def _parse(text: str) -> Address | None:
    if not text or len(text) > _LONGEST_ENTRY or "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _counted(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address, _IPV6_PREFIX), strict=False))
