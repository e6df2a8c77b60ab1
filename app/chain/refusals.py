"""What the gateway's reasons mean for an intent: the same words for a simulation and for a Rejected log."""

from app.chain.settlement_reason import PASSING_REASONS, SettlementReason
from app.domain.intent_failures import IntentFailure, IntentFailureCode

# Whoever signed the same key again signs the same nonce, so a used authorisation cannot be renewed.
_FAILURES = {
    SettlementReason.INVALID_ITEM: (
        IntentFailureCode.REJECTED,
        "The gateway takes no such item.",
        False,
    ),
    SettlementReason.TOKEN_NOT_ALLOWED: (
        IntentFailureCode.REJECTED,
        "The gateway does not allow this token.",
        True,
    ),
    SettlementReason.AUTHORIZATION_EXPIRED: (
        IntentFailureCode.AUTHORIZATION_EXPIRED,
        "The signed authorisation has expired.",
        True,
    ),
    SettlementReason.IDENTITY_EXISTS: (
        IntentFailureCode.IDENTITY_EXISTS,
        "The wallet has its identity in this program already.",
        False,
    ),
    SettlementReason.AUTHORIZATION_USED: (
        IntentFailureCode.AUTHORIZATION_USED,
        "The signed authorisation was used or cancelled.",
        False,
    ),
    SettlementReason.INVALID_SIGNATURE: (
        IntentFailureCode.INVALID_SIGNATURE,
        "The token does not accept the signature.",
        True,
    ),
    SettlementReason.INSUFFICIENT_FUNDS: (
        IntentFailureCode.INSUFFICIENT_FUNDS,
        "The wallet does not hold the amount.",
        True,
    ),
    SettlementReason.BLACKLISTED: (
        IntentFailureCode.REJECTED,
        "The token refuses the wallet or the treasury.",
        True,
    ),
    SettlementReason.OUT_OF_GAS: (
        IntentFailureCode.REJECTED,
        "The wallet's own code used up the gas of its item.",
        True,
    ),
}
_UNKNOWN = (IntentFailureCode.UNKNOWN, "The gateway gave no reason that we know.", True)


def refusal_of(code: int) -> IntentFailure | None:
    """The failure that a reason's number means; None when it passes by itself and the item is free to try again."""
    try:
        reason = SettlementReason(code)
    except ValueError:
        reason = SettlementReason.UNKNOWN
    if reason in PASSING_REASONS:
        return None
    return IntentFailure(*_FAILURES.get(reason, _UNKNOWN))
