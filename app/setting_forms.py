"""How the addresses and keys in settings have to look; what is wrong is said without showing any of it."""

from urllib.parse import urlsplit

from app.domain.siwe.uri import origin_of

_DATABASE_SCHEMES = ("postgresql", "postgres")
_REDIS_SCHEMES = ("redis", "rediss", "unix")
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
        right = isinstance(origin, str) and origin.startswith(("https://", "http://"))
        if not right or origin_of(origin) != origin or origin != origin.lower():
            raise ValueError(f"{origin} is no origin: write https://app.example, without a path")
    return origins


def key_mistake(key: str) -> str | None:
    """What is wrong with a private key; None when it is one."""
    digits = key.removeprefix("0x")
    try:
        number = int(digits, 16)
    except ValueError:
        number = -1
    if len(digits) != _KEY_DIGITS or not digits.isalnum() or number < 0:
        return "is not 64 hexadecimal digits"
    if not 0 < number < _CURVE_ORDER:
        return "is no private key of secp256k1 (zero, or too large)"
    return None
