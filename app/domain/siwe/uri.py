"""URIs and their authorities, by the grammar of RFC 3986 (appendix A); nothing is decoded or made equal."""

import re
from ipaddress import IPv6Address

_UNRESERVED = r"A-Za-z0-9\-._~"
_SUB_DELIMS = r"!$&'()*+,;="
_PERCENT = r"%[0-9A-Fa-f]{2}"
_PCHAR = rf"(?:[{_UNRESERVED}{_SUB_DELIMS}:@]|{_PERCENT})"
_USER_INFO = re.compile(rf"(?:[{_UNRESERVED}{_SUB_DELIMS}:]|{_PERCENT})*", re.ASCII)
_NAME = re.compile(rf"(?:[{_UNRESERVED}{_SUB_DELIMS}]|{_PERCENT})+", re.ASCII)
_LATER_ADDRESS = re.compile(rf"[vV][0-9A-Fa-f]+\.[{_UNRESERVED}{_SUB_DELIMS}:]+", re.ASCII)
_ADDRESS_CHARACTERS = re.compile(r"[0-9A-Fa-f:.]+", re.ASCII)
_PORT = re.compile(r"(?::[0-9]*)?", re.ASCII)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*", re.ASCII)
_PATH = re.compile(rf"(?:{_PCHAR}|/)*", re.ASCII)
_TAIL = re.compile(rf"(?:{_PCHAR}|[/?])*", re.ASCII)
_PCHARS = re.compile(rf"{_PCHAR}*", re.ASCII)


def is_scheme(text: str) -> bool:
    return _SCHEME.fullmatch(text) is not None


def is_pchars(text: str) -> bool:
    """Whether this is *pchar: what one segment of a path may hold, nothing included."""
    return _PCHARS.fullmatch(text) is not None


def is_authority(text: str) -> bool:
    """Whether this is `[user@]host[:port]` with a host that is not empty."""
    user, at, rest = text.rpartition("@")
    if at and _USER_INFO.fullmatch(user) is None:
        return False
    if rest.startswith("["):
        inside, closed, port = rest[1:].partition("]")
        return bool(closed) and _is_address(inside) and _PORT.fullmatch(port) is not None
    host, colon, digits = rest.partition(":")
    return _NAME.fullmatch(host) is not None and _PORT.fullmatch(colon + digits) is not None


def is_uri(text: str) -> bool:
    """Whether this is a URI: with a scheme, and perhaps a fragment."""
    scheme, colon, rest = text.partition(":")
    if not colon or not is_scheme(scheme):
        return False
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    if _TAIL.fullmatch(fragment) is None or _TAIL.fullmatch(query) is None:
        return False
    if not rest.startswith("//"):
        return _PATH.fullmatch(rest) is not None
    authority, slash, path = rest[2:].partition("/")
    # An empty authority is one too (file:///etc).
    return (not authority or is_authority(authority)) and _PATH.fullmatch(slash + path) is not None


def origin_of(uri: str) -> str | None:
    """The `scheme://authority` that a URI begins with, as it is written; None without an authority."""
    scheme, separator, rest = uri.partition("://")
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return f"{scheme}{separator}{authority}" if separator and authority and is_uri(uri) else None


def _is_address(text: str) -> bool:
    if _LATER_ADDRESS.fullmatch(text) is not None:
        return True
    if _ADDRESS_CHARACTERS.fullmatch(text) is None:
        return False
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
