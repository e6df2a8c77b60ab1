"""What came of one try of a delivery, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

GONE = 410
_ASKS_TO_WAIT = frozenset({429, 503})
# An endpoint that failed for so long, with nothing delivered in between, is disabled at the end of a delivery.
PATIENCE = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """error: what went wrong, in words; None when it arrived. status: of the response, when there was one.

    retry_after: how long the receiver asked to wait, as far as that is heeded. Nothing of a response's body is kept: it may
    hold what is nobody's business, and it would make tenants read what they cannot reach.
    """

    at: datetime
    duration_ms: float
    status: int | None = None
    error: str | None = None
    retry_after: timedelta | None = None

    @property
    def delivered(self) -> bool:
        return self.error is None

    @property
    def gone(self) -> bool:
        """The receiver wants no more of this (Standard Webhooks: 410 disables the endpoint)."""
        return self.status == GONE


def error_of(status: int) -> str | None:
    """What is wrong with a response of this status; None for 2xx."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"Answered {status}; redirects are not followed."
    return f"Answered {status}."


def asks_to_wait(status: int) -> bool:
    """Whether Retry-After is heeded with it."""
    return status in _ASKS_TO_WAIT
