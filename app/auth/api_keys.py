"""API keys: `sge_<prefix>_<secret>`, 256 random bits, stored as a keyed hash.

A key has full entropy, so one HMAC is right for it (a slow password hash would cost 0.4 s a request and add nothing),
and finding the hash in an index tells an attacker nothing about other keys.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

KEY_TOKEN = re.compile(r"(sge_[a-z2-7]{10})_[0-9a-f]{64}", re.ASCII)
_PREFIX_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PREFIX_LENGTH = 10


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key that was just made. token is shown once and kept nowhere."""

    token: str = field(repr=False)
    prefix: str
    secret_hash: bytes


class KeyHasher:
    """Makes and hashes keys; whoever has the tables only, without the settings' secret, can test no guess."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def make_key(self) -> FreshKey:
        """A key of 256 random bits. prefix: what lists and audit rows call it."""
        name = "".join(secrets.choice(_PREFIX_ALPHABET) for _ in range(_PREFIX_LENGTH))
        prefix = f"sge_{name}"
        token = f"{prefix}_{secrets.token_hex(32)}"
        return FreshKey(token, prefix, self.hash(token))

    def hash(self, token: str) -> bytes:
        return hmac.new(self._secret, token.encode(), hashlib.sha256).digest()
