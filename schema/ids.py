"""Opaque ids: `<prefix>_<UUIDv7 in base32>`, the TypeID form (docs/decisions/0033).

Crockford's alphabet in lower case, 26 characters, most significant first: ids sort by age. One
UUID has one spelling; every other text is malformed, which callers answer like an unknown id.
"""

import re
from enum import StrEnum
from uuid import UUID

from app.domain.typed_ids import ALPHABET, typed_id

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_LENGTH = 26
# 26 characters hold 130 bits, so the first stands for three: nothing above 7.
_FORM = re.compile(rf"([a-z]+)_([0-7][{ALPHABET}]{{{_LENGTH - 1}}})")


class IdPrefix(StrEnum):
    """One prefix for each type that has ids; a prefix is never reused for another type."""

    AFFILIATE = "aff"
    API_KEY = "key"
    AUDIT_ENTRY = "aud"
    BALANCE_ADJUSTMENT = "adj"
    CHAIN_TRANSACTION = "ctx"
    COMMISSION = "com"
    DISCREPANCY = "dis"
    INTENT = "int"
    LANE = "lan"
    LEDGER_ACCOUNT = "acc"
    LEDGER_ENTRY = "ent"
    LEDGER_TRANSACTION = "ltx"
    PAYOUT = "pay"
    PAYOUT_BATCH = "bat"
    PROGRAM = "prg"
    RECONCILIATION_RUN = "run"
    REVERSAL = "rev"
    SAFE_TRANSACTION = "stx"
    SESSION = "ses"
    SETTLEMENT = "stl"
    USER = "usr"
    WEBHOOK_DELIVERY = "whd"
    WEBHOOK_ENDPOINT = "whe"


_PREFIXES = {prefix.value: prefix for prefix in IdPrefix}


def encode_id(prefix: IdPrefix, value: UUID) -> str:
    return typed_id(prefix.value, value)


def encode_entity(entity: str | None) -> str | None:
    """The id of what the domain names by kind and uuid (a name of IdPrefix, a colon, the uuid)."""
    if entity is None:
        return None
    kind, _, value = entity.partition(":")
    return encode_id(IdPrefix[kind], UUID(value))


def decode_id(prefix: IdPrefix, text: str) -> UUID | None:
    """None when malformed or of another type: the caller answers NOT_FOUND."""
    decoded = decode_any_id(text)
    if decoded is None or decoded[0] is not prefix:
        return None
    return decoded[1]


def decode_any_id(text: str) -> tuple[IdPrefix, UUID] | None:
    """What `node(id:)` needs: the type comes from the id."""
    match = _FORM.fullmatch(text)
    if match is None or match[1] not in _PREFIXES:
        return None
    number = 0
    for character in match[2]:
        number = number << 5 | _VALUES[character]
    return _PREFIXES[match[1]], UUID(int=number)


_ENTRY_FORM = re.compile(rf"ent_([0-7][{ALPHABET}]{{{_LENGTH - 1}}})_([0-9]{{1,9}})([dc])")


def encode_entry_id(journal_id: UUID, seq: int, *, debit: bool) -> str:
    """An entry is a transfer seen from one side, not a row: it is named by journal, place and side."""
    text = encode_id(IdPrefix.LEDGER_ENTRY, journal_id)
    return f"{text}_{seq}{'d' if debit else 'c'}"


def decode_entry_id(text: str) -> tuple[UUID, int, bool] | None:
    """(journal, place, whether it is the debit side); None when malformed."""
    match = _ENTRY_FORM.fullmatch(text)
    decoded = decode_id(IdPrefix.LEDGER_ENTRY, f"ent_{match[1]}") if match else None
    if match is None or decoded is None:
        return None
    return decoded, int(match[2]), match[3] == "d"
