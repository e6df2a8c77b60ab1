"""Secrets that have to be read back, such as those of webhooks, sealed with AES-256-GCM (NIST SP 800-38D).

Sealed form: one byte of format version, a nonce of 12 random bytes, then ciphertext and tag.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SHORTEST_KEY = 32

_VERSION = b"\x01"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_PURPOSE = b"sge sealed secrets 1"


class SealBroken(RuntimeError):
    """A sealed secret does not open: it was changed, belongs to another row, or was sealed under another key."""


class SecretBox:
    """Seals and opens under one key, which is text of at least 32 characters; HKDF-SHA256 (RFC 5869) makes the AES key of it."""

    __slots__ = ("_cipher",)

    def __init__(self, key: str) -> None:
        if len(key) < SHORTEST_KEY:
            raise ValueError(f"the key must have at least {SHORTEST_KEY} characters")
        derivation = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE)
        self._cipher = AESGCM(derivation.derive(key.encode()))

    def __repr__(self) -> str:
        return "SecretBox()"

    def seal(self, plain: str, context: str) -> bytes:
        """Sealed for one context, such as "webhook:7:…": what names the row that it is kept in."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain.encode(), _bound(context))

    def open(self, sealed: bytes, context: str) -> str:
        """The secret; raises SealBroken, which says nothing of it."""
        version, nonce, text = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if version != _VERSION or len(nonce) != _NONCE_BYTES:
            raise SealBroken("is not of a known format")
        try:
            return self._cipher.decrypt(nonce, text, _bound(context)).decode()
        except InvalidTag:
            raise SealBroken("does not open with this key, for this row") from None


def _bound(context: str) -> bytes:
    return _VERSION + context.encode()
