"""Warnings: what was accepted, but perhaps not as the client thinks."""

from dataclasses import dataclass
from enum import StrEnum


class WarningCode(StrEnum):
    """WarningCode of the contract."""

    UNKNOWN_REFERRAL_CODE = "UNKNOWN_REFERRAL_CODE"
    REFERRER_NOT_ACTIVE = "REFERRER_NOT_ACTIVE"
    PROGRAM_PAUSED = "PROGRAM_PAUSED"
    REAUTHORISED = "REAUTHORISED"
    FUNDS_NOT_CHECKED = "FUNDS_NOT_CHECKED"


@dataclass(frozen=True, slots=True)
class AcceptanceWarning:
    """field: the path of the input it is about."""

    code: WarningCode
    message: str
    field: tuple[str, ...] = ()


PROGRAM_PAUSED = AcceptanceWarning(
    WarningCode.PROGRAM_PAUSED, "The program is paused: this waits until it goes on."
)
REAUTHORISED = AcceptanceWarning(
    WarningCode.REAUTHORISED, "The failed intent is tried again with the new signature."
)
FUNDS_NOT_CHECKED = AcceptanceWarning(
    WarningCode.FUNDS_NOT_CHECKED, "The wallet's funds could not be checked in time."
)
UNKNOWN_REFERRAL_CODE = AcceptanceWarning(
    WarningCode.UNKNOWN_REFERRAL_CODE,
    "No affiliate has this referral code: the user has no referrer.",
    ("referralCode",),
)
REFERRER_NOT_ACTIVE = AcceptanceWarning(
    WarningCode.REFERRER_NOT_ACTIVE,
    "The referrer is not active, and earns nothing while that is so.",
    ("referralCode",),
)
