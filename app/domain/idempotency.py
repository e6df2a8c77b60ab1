"""Repeating a write: one key in one program is one meaning for ever."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from app.domain.errors import Refusal, RefusalCode

_KEY = re.compile(r"[ -~]{1,128}", re.ASCII)


def check_key(key: str) -> str:
    """The key itself; refuses INVALID_INPUT unless it is 1 to 128 printable ASCII characters."""
    if not _KEY.fullmatch(key):
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            "An idempotency key is 1 to 128 printable ASCII characters.",
            "idempotencyKey",
        )
    return key


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
