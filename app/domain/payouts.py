"""Payouts as values: what is due to whom, in which Safe transaction, and what becomes of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Part:
    """A batch's Safe transaction, as far as the batch's status depends on it."""

    status: SafeTransactionStatus
    death: Death | None


def batch_status(parts: Sequence[Part], *, rejected: bool) -> BatchStatus:
    """Derived, never stored; sge_batch_status says the same in SQL. parts: at least one."""
    executed = [part.status is SafeTransactionStatus.EXECUTED for part in parts]
    given_up = [part.death is not None for part in parts]
    if all(executed):
        return BatchStatus.COMPLETED
    if any(executed) and all(map(max, executed, given_up)):
        return BatchStatus.PARTIALLY_COMPLETED
    if rejected and not any(executed):
        return BatchStatus.REJECTED
    if all(given_up):
        return BatchStatus.FAILED
    return _live_status([part.status for part in parts])


def _live_status(statuses: Sequence[SafeTransactionStatus]) -> BatchStatus:
    under_way = {SafeTransactionStatus.EXECUTING, SafeTransactionStatus.EXECUTED}
    if not under_way.isdisjoint(statuses):
        return BatchStatus.EXECUTING
    if all(status is SafeTransactionStatus.APPROVED for status in statuses):
        return BatchStatus.APPROVED
    return BatchStatus.PENDING_APPROVAL


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
