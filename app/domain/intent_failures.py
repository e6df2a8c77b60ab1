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
