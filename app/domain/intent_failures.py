"""Why an intent failed, as its owner sees it."""

from dataclasses import dataclass
from enum import StrEnum


class IntentFailureCode(StrEnum):
    """IntentFailureCode of the contract."""

    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    AUTHORIZATION_USED = "AUTHORIZATION_USED"
    AUTHORIZATION_EXPIRED = "AUTHORIZATION_EXPIRED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    IDENTITY_EXISTS = "IDENTITY_EXISTS"
    TRIES_EXHAUSTED = "TRIES_EXHAUSTED"
    PAID_LATE = "PAID_LATE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class IntentFailure:
    """retryable: a retry, or the same key with a new signature, may bring it to its end."""

    code: IntentFailureCode
    message: str
    retryable: bool


# An intent that came back this often from the chain waits for a person.
MOST_TRIES = 10

EXPIRED = IntentFailure(
    IntentFailureCode.AUTHORIZATION_EXPIRED,
    "The signed authorisation ends before it could still be settled; sign again.",
    retryable=True,
)
TRIES_EXHAUSTED = IntentFailure(
    IntentFailureCode.TRIES_EXHAUSTED,
    f"It came back from the chain {MOST_TRIES} times; a person has to look at it.",
    retryable=True,
)
