"""When a signed payment authorisation may be used. Seconds since 1970, as the chain counts (real time)."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Refusal, RefusalCode

# What is left when the chain engine gives up waiting (an intent that is about to expire fails).
LEAST_REMAINING_SECONDS = 60
SHORTEST_VALIDITY_SECONDS = 120
LONGEST_VALIDITY_SECONDS = 30 * 86_400
_BEYOND = 2**256


@dataclass(frozen=True, slots=True)
class SignedAuthorization:
    """What a wallet signed: good strictly after valid_after and strictly before valid_before."""

    valid_after: int
    valid_before: int
    signature: bytes


def check_window(signed: SignedAuthorization, now: datetime, field: str) -> None:
    """Refuses INVALID_INPUT for what is no window or has not begun, AUTHORIZATION_EXPIRED for one that (nearly) ended."""
    seconds = int(now.timestamp())
    if not 0 <= signed.valid_after < _BEYOND or signed.valid_after >= seconds:
        raise Refusal(
            RefusalCode.INVALID_INPUT, "The authorisation is not valid yet.", field, "validAfter"
        )
    if not 0 <= signed.valid_before < _BEYOND:
        raise Refusal(
            RefusalCode.INVALID_INPUT, "This is no instant of a chain.", field, "validBefore"
        )
    if signed.valid_before <= seconds + LEAST_REMAINING_SECONDS:
        raise Refusal(
            RefusalCode.AUTHORIZATION_EXPIRED,
            "The authorisation has expired, or will before it can be settled.",
            field,
            "validBefore",
        )
