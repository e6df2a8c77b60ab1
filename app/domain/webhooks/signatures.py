"""Signatures of outgoing webhooks (Standard Webhooks 1.0.0, "Signature scheme", symmetric: v1)."""

import hashlib
import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
_SECRET_BYTES = 32


def new_secret() -> str:
    """256 random bits, as receivers give them to their library."""
    return PREFIX + b64encode(os.urandom(_SECRET_BYTES)).decode()


def signed_headers(
    secrets: Sequence[str], message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """The three headers; a signature for each secret, so that a receiver verifies with any of them.

    message_id: without a dot, the same whenever this message is sent again. at: real time of this sending.
    """
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(one, content)}" for one in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX), validate=True)
    return b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
