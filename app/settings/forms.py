"""How the addresses and keys in settings have to look; what is wrong is said without showing any of it."""

import re
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import urlsplit

_DATABASE_SCHEMES = ("postgresql", "postgres")
_REDIS_SCHEMES = ("redis", "rediss", "unix")
_NAME = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?")
_KEY_DIGITS = 64
# The order of secp256k1's group (SEC 2, section 2.4.1): a private key is 1 to one less than it.
_CURVE_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


def database_mistake(url: str) -> str | None:
    """What is wrong with PostgreSQL's address; None when it may be right."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in _DATABASE_SCHEMES and bool(parts.netloc)
    except ValueError:
        right = False
    return None if right else "is not a postgresql:// address"


def redis_mistake(url: str) -> str | None:
    """What is wrong with Redis' address; None when it may be right."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in _REDIS_SCHEMES and (bool(parts.netloc) or parts.scheme == "unix")
        right = right and (parts.scheme == "unix" or parts.port != 0)
    except ValueError:
        right = False
    return None if right else "is not a redis:// or rediss:// address"


def read_origins(given: object) -> object:
    """Origins of web pages from a text with commas or blanks between them; raises ValueError that names a wrong one."""
    origins = given.replace(",", " ").split() if isinstance(given, str) else given
    for origin in origins if isinstance(origins, (list, tuple)) else ():
        mistake = origin_mistake(str(origin))
        if mistake is not None:
            raise ValueError(f"{origin} {mistake}")
    return origins


def read_folders(given: object) -> object:
    """Folders from a text with commas between them; raises ValueError that names one that is not there."""
    folders = (
        [part for part in map(str.strip, given.split(",")) if part]
        if isinstance(given, str)
        else given
    )
    for folder in folders if isinstance(folders, (list, tuple)) else ():
        if not Path(folder).is_dir():
            raise ValueError(f"{folder} is no folder of this machine")
    return folders


def key_mistake(key: str) -> str | None:
    """What is wrong with a private key; None when it is one."""
    digits = key.removeprefix("0x")
    try:
        number = int(digits, 16)
    except ValueError:
        number = -1
    if len(digits) != _KEY_DIGITS or not (digits.isascii() and digits.isalnum()) or number < 0:
        return "is not 64 hexadecimal digits"
    if not 0 < number < _CURVE_ORDER:
        return "is no private key of secp256k1 (zero, or too large)"
    return None


def host_mistake(host: str) -> str | None:
    """What is wrong with a name or address that requests may be sent to; None when it may be right."""
    if _NAME.fullmatch(host) or _is_ipv6(host):
        return None
    return "is no name or address; give it without scheme, port, path and wildcard"


def _is_ipv6(host: str) -> bool:
    try:
        return not IPv6Address(host).scope_id
    except ValueError:
        return False


def origin_mistake(origin: str) -> str | None:
    """What is wrong with an origin, which is compared as the browser sends it (RFC 6454, section 6.2); None when it may
    be right.
    """
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is not an origin like https://app.example"
    usual = {"http": 80, "https": 443}
    shown = f"[{host}]" if ":" in host else host
    exact = f"{parts.scheme}://{shown}" + (f":{port}" if port is not None else "")
    if parts.scheme not in usual or not host or host_mistake(host):
        return "is not an origin like https://app.example"
    if origin != exact:
        return "is not as browsers send it: lower case, no path, no slash at the end"
    if port == usual[parts.scheme]:
        return "is not as browsers send it: they leave the scheme's own port out"
    return None
