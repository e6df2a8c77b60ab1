"""Whether a provider signed a body: HMAC-SHA256 in hexadecimal over its bytes (Coinbase Commerce: X-CC-Webhook-Signature)."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from uuid import UUID

import structlog

from app.auth.sealed_secrets import SealBroken, SecretBox

MOST_SECRETS = 4
"""How many secrets of a provider are good at a time, and how many are tried whoever asks."""

_NOBODY = "nobody"
_LOG = structlog.get_logger()


def secret_context(program_id: int, secret_id: UUID) -> str:
    """What a provider's sealed secret is bound to: its row."""
    return f"provider:{program_id}:{secret_id}"


class SignatureJudge:
    """Compares with as many secrets as there may be, so that the time says nothing of a program: not even whether it is."""

    def __init__(self, box: SecretBox) -> None:
        self._box = box
        self._nobodys = box.seal("a secret that signs nothing", _NOBODY)

    def signed(self, body: bytes, signature: bytes, secrets: Sequence[tuple[bytes, str]]) -> bool:
        """Whether one of these sealed secrets (each with its context), of which there are at most MOST_SECRETS, made it."""
        tried = [*secrets, *[(self._nobodys, _NOBODY)] * (MOST_SECRETS - len(secrets))]
        matches = 0
        for sealed, context in tried:
            mac = hmac.new(self._opened(sealed, context), body, hashlib.sha256)
            equal = hmac.compare_digest(mac.hexdigest().encode(), signature)
            matches += equal & (context != _NOBODY)
        return matches > 0

    def _opened(self, sealed: bytes, context: str) -> bytes:
        try:
            return self._box.open(sealed, context).encode()
        except SealBroken:
            # The server has another encryption key than it had; whoever asks learns nothing of that.
            _LOG.error("provider secret does not open", of=context)
            return os.urandom(32)
