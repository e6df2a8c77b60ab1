"""Referral codes: what a person reads out on the phone and types again."""

import re
import secrets

from app.domain.errors import Refusal, RefusalCode

# No 0 O, 1 I L, 2 Z, 5 S, 8 B, U V: they look or sound alike.
_ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
_LENGTH = 8
_CODE = re.compile(r"[A-Z0-9_-]{3,32}", re.ASCII)


def generate_referral_code() -> str:
    """A random code of 8 letters and digits (36 bits) without look-alikes."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def normalise_referral_code(text: str, field: str) -> str:
    """The code in capitals, as it is stored. Refuses INVALID_INPUT when no code looks like this."""
    code = text.strip().upper() if text.isascii() else ""
    if not _CODE.fullmatch(code):
        raise Refusal(
            RefusalCode.INVALID_INPUT,
            "A referral code is 3 to 32 letters, digits, hyphens or underscores.",
            field,
        )
    return code
