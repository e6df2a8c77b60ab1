"""Tokens of wallets' sessions: `sgs_<secret>`, 256 random bits, stored as a keyed hash like API keys."""

import re
import secrets
from dataclasses import dataclass, field

from app.auth.api_keys import KeyHasher

SESSION_TOKEN = re.compile(r"sgs_[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FreshToken:
    """A token that was just made: shown once and kept nowhere."""

    text: str = field(repr=False)
    hash: bytes = field(repr=False)


def make_session_token(hasher: KeyHasher) -> FreshToken:
    """A token that nobody chose or knew before: whoever signs in gets a new one each time."""
    text = f"sgs_{secrets.token_hex(32)}"
    return FreshToken(text, hasher.hash(text))
