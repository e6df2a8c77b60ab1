"""How ids are written for people: `<prefix>_<UUIDv7 in base32>`, the TypeID form (docs/decisions/0033)."""

from uuid import UUID

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's, in lower case: ids sort by age."""
# Two characters at a time: every row of every answer has an id.
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_SHIFTS = tuple(range(120, -1, -10))


def typed_id(prefix: str, value: UUID) -> str:
    """26 characters after the prefix, most significant first."""
    number = value.int
    pairs = [_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS]
    return f"{prefix}_{''.join(pairs)}"
