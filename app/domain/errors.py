"""Refusals: what a client asked for cannot be, and what it can do about it. They are data, not faults."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """UserErrorCode of the contract."""

    NOT_FOUND = "NOT_FOUND"
    INVALID_STATE = "INVALID_STATE"
    INVALID_INPUT = "INVALID_INPUT"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    PROGRAM_PAUSED = "PROGRAM_PAUSED"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    SELF_REFERRAL = "SELF_REFERRAL"
    REFERRAL_CYCLE = "REFERRAL_CYCLE"
    TREE_TOO_DEEP = "TREE_TOO_DEEP"
    UNSUPPORTED_CURRENCY = "UNSUPPORTED_CURRENCY"
    AMOUNT_OUT_OF_RANGE = "AMOUNT_OUT_OF_RANGE"
    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    AUTHORIZATION_EXPIRED = "AUTHORIZATION_EXPIRED"
    AUTHORIZATION_USED = "AUTHORIZATION_USED"
    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    PAYMENT_REQUIRED = "PAYMENT_REQUIRED"
    NOT_RETRYABLE = "NOT_RETRYABLE"
    NOTHING_PAYABLE = "NOTHING_PAYABLE"
    SELF_APPROVAL = "SELF_APPROVAL"
    NOT_AN_OWNER = "NOT_AN_OWNER"
    WRONG_SIGNATURE_COUNT = "WRONG_SIGNATURE_COUNT"
    STALE_BATCH = "STALE_BATCH"
    STALE_SAFE_NONCE = "STALE_SAFE_NONCE"
    EARLIER_BATCH_OPEN = "EARLIER_BATCH_OPEN"
    AMOUNT_ALREADY_REVERSED = "AMOUNT_ALREADY_REVERSED"
    NOT_A_SAFE = "NOT_A_SAFE"
    UNSUPPORTED_SAFE_VERSION = "UNSUPPORTED_SAFE_VERSION"
    TREASURY_TAKEN = "TREASURY_TAKEN"
    UNKNOWN_CHAIN = "UNKNOWN_CHAIN"
    CHAIN_UNAVAILABLE = "CHAIN_UNAVAILABLE"
    NOT_A_TEST_PROGRAM = "NOT_A_TEST_PROGRAM"
    INVALID_TERMS = "INVALID_TERMS"
    INVALID_URL = "INVALID_URL"
    LOGIN_EXPIRED = "LOGIN_EXPIRED"
    LAST_ADMIN = "LAST_ADMIN"


class Refusal(Exception):
    """A use case refuses; the transaction rolls back and nothing is stored.

    field: the path of the input that is to blame, such as ("amount", "currency").
    """

    def __init__(self, code: RefusalCode, message: str, *field: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field or None


class Unavailable(Exception):
    """Nothing is wrong with the request; it can be sent again after the given seconds."""

    def __init__(self, message: str, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unconfirmed(Unavailable):
    """It was done, but may be forgotten with the primary, or nobody knows: doing it again at once would confirm nothing."""
