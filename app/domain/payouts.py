"""Payouts as values: what is due to whom, in which Safe transaction, and what becomes of a batch."""

from enum import StrEnum

from app.domain.states import SafeTransactionStatus


class PayoutPurpose(StrEnum):
    """To an affiliate, to a user, or to the program's own or the platform's address."""

    COMMISSION = "COMMISSION"
    REFUND = "REFUND"
    WITHDRAWAL = "WITHDRAWAL"


class Death(StrEnum):
    """SafeTransactionDeath of the contract: why a Safe transaction is not to be executed any more."""

    REJECTED = "REJECTED"
    RECIPIENT_REFUSED = "RECIPIENT_REFUSED"
    STALE_NONCE = "STALE_NONCE"
    OWNERS_CHANGED = "OWNERS_CHANGED"
    EXECUTION_FAILURE = "EXECUTION_FAILURE"


class BatchKind(StrEnum):
    """PAYOUTS: all that is due in a currency. CLOSING: calls of nothing that use open nonces up."""

    PAYOUTS = "PAYOUTS"
    WITHDRAWAL = "WITHDRAWAL"
    CLOSING = "CLOSING"


class BatchStatus(StrEnum):
    """PayoutBatchStatus of the contract."""

    PENDING_APPROVAL = "PENDING_APPROVAL"
    APPROVED = "APPROVED"
    EXECUTING = "EXECUTING"
    COMPLETED = "COMPLETED"
    PARTIALLY_COMPLETED = "PARTIALLY_COMPLETED"
    FAILED = "FAILED"
    REJECTED = "REJECTED"


FINAL_BATCH_STATUSES = frozenset(
    {
        BatchStatus.COMPLETED,
        BatchStatus.PARTIALLY_COMPLETED,
        BatchStatus.FAILED,
        BatchStatus.REJECTED,
    }
)
"""Nothing more is planned for such a batch; what of it is open still can execute, and then it is paid after all."""


class PayoutStatus(StrEnum):
    """PayoutStatus of the contract: of one recipient's part."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    PAID = "PAID"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class BatchChangeKind(StrEnum):
    """What owners should look at twice."""

    NEW_RECIPIENT = "NEW_RECIPIENT"
    WALLET_CHANGED = "WALLET_CHANGED"
    AMOUNT_JUMP = "AMOUNT_JUMP"
    LOOK_ALIKE_ADDRESS = "LOOK_ALIKE_ADDRESS"


class BlockerCode(StrEnum):
    """Why a commission, or a batch, is not paid yet."""

    HOLDING_PERIOD = "HOLDING_PERIOD"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    EXECUTING = "EXECUTING"
    PROGRAM_PAUSED = "PROGRAM_PAUSED"
    AFFILIATE_SUSPENDED = "AFFILIATE_SUSPENDED"
    WALLET_COOL_DOWN = "WALLET_COOL_DOWN"
    NEGATIVE_BALANCE = "NEGATIVE_BALANCE"
    RECIPIENT_REFUSED = "RECIPIENT_REFUSED"
    TREASURY_SHORT = "TREASURY_SHORT"
    EARLIER_BATCH_OPEN = "EARLIER_BATCH_OPEN"


MOST_PAYOUTS = 400
USUAL_PAYOUTS = 200
"""Recipients of one Safe transaction: what we plan, and what the database takes at most."""


def payout_status(status: SafeTransactionStatus, death: Death | None) -> PayoutStatus:
    """What became of a payout: its Safe transaction pays all of its recipients, or none."""
    match status:
        case SafeTransactionStatus.EXECUTED:
            return PayoutStatus.PAID
        case SafeTransactionStatus.EXECUTING:
            return PayoutStatus.PROCESSING
        case SafeTransactionStatus.DEAD:
            return PayoutStatus.CANCELLED if death is Death.REJECTED else PayoutStatus.FAILED
        case _:
            return PayoutStatus.PENDING
