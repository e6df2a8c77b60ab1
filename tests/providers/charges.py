"""Bodies as Coinbase Commerce sends them."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

_CODES = count(1)


@dataclass
class Charge:
    """A charge whose events a test makes up. metadata: as its maker wrote it."""

    metadata: Any
    code: str = field(default_factory=lambda: f"CHARGE{next(_CODES)}")
    payments: list[dict[str, Any]] = field(default_factory=list)

    def paid(self, amount: Any, currency: str = "USD", status: str = "CONFIRMED") -> "Charge":
        """With one payment more."""
        value = {"local": {"amount": amount, "currency": currency}}
        self.payments.append({"network": "ethereum", "status": status, "value": value})
        return self

    def event(self, type_: str, event_id: str | None = None, attempt: int = 1) -> bytes:
        """The body of one event."""
        data = {
            "id": str(uuid4()),
            "code": self.code,
            "pricing_type": "no_price",
            "payments": self.payments,
            "timeline": [{"time": "2026-11-22T10:00:00Z", "status": "NEW"}],
        }
        if self.metadata is not None:
            data["metadata"] = self.metadata
        return body_of(event_id or str(uuid4()), f"charge:{type_}", data, attempt)


def body_of(event_id: str, type_: str, data: Any, attempt: int = 1) -> bytes:
    """An event in its envelope."""
    event = {
        "id": event_id,
        "type": type_,
        "api_version": "2018-03-22",
        "created_at": "2026-11-22T10:00:00Z",
        "data": data,
    }
    envelope = {"id": attempt, "scheduled_for": "2026-11-22T10:00:00Z", "attempt_number": attempt}
    return json.dumps(envelope | {"event": event}).encode()


def signature_of(body: bytes, secret: str) -> bytes:
    """As the provider makes it."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
