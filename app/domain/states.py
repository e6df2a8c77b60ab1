"""The state machines: one declared table of allowed moves each, used by every writer.

The database holds the same moves in `state_move` and refuses any other; a test compares the two.
"""

from enum import StrEnum


class IntentStatus(StrEnum):
    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    CONFIRMED = "CONFIRMED"
    FAILED = "FAILED"


class IntentStage(StrEnum):
    """Where a PENDING or PROCESSING intent is. MINED may go back; only FINAL is safe to act on."""

    QUEUED = "QUEUED"
    SIGNED = "SIGNED"
    BROADCAST = "BROADCAST"
    MINED = "MINED"
    FINAL = "FINAL"


class ChainTransactionStatus(StrEnum):
    PREPARED = "PREPARED"
    BROADCAST = "BROADCAST"
    MINED = "MINED"
    CONFIRMED = "CONFIRMED"
    REVERTED = "REVERTED"
    DISPLACED = "DISPLACED"


class CommissionStatus(StrEnum):
    ACCRUED = "ACCRUED"
    PAYABLE = "PAYABLE"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    PAID = "PAID"
    REVERSED = "REVERSED"


class RefundStatus(StrEnum):
    OWED = "OWED"
    PENDING_APPROVAL = "PENDING_APPROVAL"
    PAID = "PAID"


class SafeTransactionStatus(StrEnum):
    """EXECUTED and DEAD are read from the Safe at a final block; until then it can still execute."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    EXECUTING = "EXECUTING"
    EXECUTED = "EXECUTED"
    DEAD = "DEAD"


class ProgramStatus(StrEnum):
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    ARCHIVED = "ARCHIVED"


class AffiliateStatus(StrEnum):
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


class LaneStatus(StrEnum):
    ACTIVE = "ACTIVE"
    DRAINING = "DRAINING"
    HALTED = "HALTED"


Moves = frozenset[tuple[str, str]]

INTENT: Moves = frozenset(
    {
        ("PENDING", "PROCESSING"),
        ("PENDING", "CONFIRMED"),
        ("PENDING", "FAILED"),
        ("PROCESSING", "PENDING"),
        ("PROCESSING", "CONFIRMED"),
        ("PROCESSING", "FAILED"),
        ("FAILED", "PENDING"),
        ("FAILED", "CONFIRMED"),
    }
)
CHAIN_TRANSACTION: Moves = frozenset(
    {
        ("PREPARED", "BROADCAST"),
        ("PREPARED", "MINED"),
        ("PREPARED", "DISPLACED"),
        ("BROADCAST", "MINED"),
        ("BROADCAST", "DISPLACED"),
        ("MINED", "BROADCAST"),
        ("MINED", "CONFIRMED"),
        ("MINED", "REVERTED"),
        ("MINED", "DISPLACED"),
    }
)
COMMISSION: Moves = frozenset(
    {
        ("ACCRUED", "PAYABLE"),
        ("ACCRUED", "REVERSED"),
        ("PAYABLE", "PENDING_APPROVAL"),
        ("PAYABLE", "REVERSED"),
        ("PENDING_APPROVAL", "PAID"),
        ("PENDING_APPROVAL", "PAYABLE"),
    }
)
REFUND: Moves = frozenset(
    {("OWED", "PENDING_APPROVAL"), ("PENDING_APPROVAL", "PAID"), ("PENDING_APPROVAL", "OWED")}
)
SAFE_TRANSACTION: Moves = frozenset(
    {
        ("PROPOSED", "APPROVED"),
        ("PROPOSED", "EXECUTED"),
        ("PROPOSED", "DEAD"),
        ("APPROVED", "PROPOSED"),
        ("APPROVED", "EXECUTING"),
        ("APPROVED", "EXECUTED"),
        ("APPROVED", "DEAD"),
        ("EXECUTING", "APPROVED"),
        ("EXECUTING", "EXECUTED"),
        ("EXECUTING", "DEAD"),
    }
)
PROGRAM: Moves = frozenset({("ACTIVE", "PAUSED"), ("PAUSED", "ACTIVE"), ("PAUSED", "ARCHIVED")})
AFFILIATE: Moves = frozenset(
    {
        ("ACTIVE", "SUSPENDED"),
        ("SUSPENDED", "ACTIVE"),
        ("ACTIVE", "TERMINATED"),
        ("SUSPENDED", "TERMINATED"),
    }
)
LANE: Moves = frozenset(
    {
        ("ACTIVE", "DRAINING"),
        ("DRAINING", "ACTIVE"),
        ("ACTIVE", "HALTED"),
        ("DRAINING", "HALTED"),
        ("HALTED", "ACTIVE"),
    }
)
WEBHOOK_DELIVERY: Moves = frozenset(
    {
        ("PENDING", "DELIVERED"),
        ("PENDING", "FAILED"),
        ("PENDING", "DISABLED"),
        ("DISABLED", "DELIVERED"),
        ("DELIVERED", "PENDING"),
        ("FAILED", "PENDING"),
        ("DISABLED", "PENDING"),
    }
)

MACHINES: dict[str, Moves] = {
    "INTENT": INTENT,
    "CHAIN_TRANSACTION": CHAIN_TRANSACTION,
    "COMMISSION": COMMISSION,
    "REFUND": REFUND,
    "SAFE_TRANSACTION": SAFE_TRANSACTION,
    "PROGRAM": PROGRAM,
    "AFFILIATE": AFFILIATE,
    "LANE": LANE,
    "WEBHOOK_DELIVERY": WEBHOOK_DELIVERY,
}
