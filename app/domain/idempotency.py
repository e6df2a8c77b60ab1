"""Repeating a write: one key in one program is one meaning for ever."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from app.domain.errors import Refusal, RefusalCode

_KEY = re.compile(r"[ -~]{1,128}", re.ASCII)
# No client can send this character in a key, so a wallet's keys meet nobody else's.
_OF_WALLET = "\x1f"
_STORED = re.compile(rf"(?:0x[0-9a-fA-F]{{40}}{_OF_WALLET})?[ -~]{{1,128}}", re.ASCII)


def check_key(key: str) -> str:
    """The key itself; refuses INVALID_INPUT unless it is 1 to 128 printable ASCII characters."""
    if not _KEY.fullmatch(key):
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            "An idempotency key is 1 to 128 printable ASCII characters.",
            "idempotencyKey",
        )
    return key


def stored_key(wallet: str | None, key: str) -> str:
    """How a key is kept: a wallet session's with that wallet before it, so that each wallet has keys of its own.

    wallet: checksummed; None for the keys of programs. Refuses INVALID_INPUT.
    """
    checked = check_key(key)
    return checked if wallet is None else f"{wallet}{_OF_WALLET}{checked}"


def check_stored_key(key: str) -> str:
    """The key itself, as stored_key gives it; refuses INVALID_INPUT for any other."""
    return key if _STORED.fullmatch(key) else check_key(key)


def shown_key(stored: str) -> str:
    """The key as its client spelled it."""
    return stored.rpartition(_OF_WALLET)[2]


def meaning_hash(operation: str, meaning: Mapping[str, Any]) -> bytes:
    """SHA-256 of an operation and what it means, independent of how the request was spelled.

    meaning: JSON values only, amounts in smallest units, addresses checksummed.
    """
    canonical = json.dumps(
        {"operation": operation, **meaning}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(canonical.encode()).digest()


def conflict(earlier: str | None = None, asked: str | None = None) -> Refusal:
    """The same key was used with another meaning.

    earlier, asked: the operations, such as "setTerms", as far as they are known.
    """
    used = "another request" if earlier is None else earlier
    if earlier is not None and earlier == asked:
        used = f"{earlier} with other arguments"
    return Refusal(
        RefusalCode.IDEMPOTENCY_CONFLICT,
        f"This program used the idempotency key for {used}. "
        "To repeat that request, send it unchanged; for a new one, use a new key.",
        "idempotencyKey",
    )
