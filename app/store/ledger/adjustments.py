"""Balances of terminated affiliates, and what is proposed and decided about them. The treasury's lock orders all of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.money import Money
from app.domain.states import AffiliateStatus
from app.store.database import UnitOfWork

_AFFILIATE = """
SELECT a.id, a.public_id, a.status FROM affiliate a
 WHERE a.program_id = $1 AND (a.public_id = $2 OR a.id = $3)
"""
_IN_BATCH = """
SELECT EXISTS (SELECT FROM commission WHERE program_id = $1 AND affiliate_id = $2 AND currency = $3
                  AND status = 'PENDING_APPROVAL')
"""
_BALANCE = """
SELECT credits - debits FROM account
 WHERE program_id = $1 AND currency = $3 AND kind = 'AFFILIATE' AND owner_id = $2
"""
_UNPAID = """
SELECT id, settlement_id, level, amount FROM commission
 WHERE program_id = $1 AND affiliate_id = $2 AND currency = $3 AND status IN ('ACCRUED', 'PAYABLE')
 ORDER BY id FOR UPDATE
"""
_INSERT = """
INSERT INTO balance_adjustment (program_id, id, affiliate_id, currency, amount, reason, proposed_by, proposed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (program_id, affiliate_id, currency, amount) WHERE approved_by IS NULL DO NOTHING
RETURNING true
"""
_LOCK = """
SELECT id, affiliate_id, currency, amount, reason, proposed_by, approved_by
  FROM balance_adjustment WHERE program_id = $1 AND id = $2 FOR UPDATE
"""
_APPROVE = """
UPDATE balance_adjustment SET approved_by = $3, approved_at = $4, journal_id = $5 WHERE program_id = $1 AND id = $2
"""
_RAISE_VERSION = """
UPDATE affiliate SET version = version + 1 WHERE program_id = $1 AND id = $2 RETURNING version
"""


@dataclass(frozen=True, slots=True)
class AdjustableAffiliate:
    id: int
    public_id: UUID
    status: AffiliateStatus


@dataclass(frozen=True, slots=True)
class UnpaidCommission:
    """ACCRUED or PAYABLE, and locked. amount: smallest units, below zero for a clawback."""

    id: UUID
    settlement_id: UUID
    level: int
    amount: int


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """A proposal; approved_by is None until a second person approves it."""

    id: UUID
    affiliate_id: int
    amount: Money
    reason: str
    proposed_by: str
    approved_by: str | None


async def find_affiliate(
    unit: UnitOfWork, *, public_id: UUID | None = None, key: int | None = None
) -> AdjustableAffiliate | None:
    """An affiliate of the unit's own program. TERMINATED is for ever, so its row needs no lock."""
    row = await unit.connection.fetchrow(_AFFILIATE, unit.program_id, public_id, key)
    if row is None:
        return None
    return AdjustableAffiliate(row["id"], row["public_id"], AffiliateStatus(row["status"]))


async def is_in_batch(unit: UnitOfWork, affiliate_id: int, currency: str) -> bool:
    """Whether a Safe transaction that can still execute lists one of its commissions."""
    return bool(await unit.connection.fetchval(_IN_BATCH, unit.program_id, affiliate_id, currency))


async def balance(unit: UnitOfWork, affiliate_id: int, currency: str) -> Money:
    """What the ledger says that the affiliate is owed; below zero it owes."""
    units = await unit.connection.fetchval(_BALANCE, unit.program_id, affiliate_id, currency)
    return Money(units or 0, currency)


async def lock_unpaid(unit: UnitOfWork, affiliate_id: int, currency: str) -> list[UnpaidCommission]:
    """All that its balance is made of, while nothing of it is in a batch."""
    rows = await unit.connection.fetch(_UNPAID, unit.program_id, affiliate_id, currency)
    return [UnpaidCommission(**row) for row in rows]


async def insert_proposal(unit: UnitOfWork, row: AdjustmentRow, at: datetime) -> bool:
    """False when the same amount is proposed already."""
    return bool(
        await unit.connection.fetchval(
            _INSERT,
            unit.program_id,
            row.id,
            row.affiliate_id,
            row.amount.currency,
            row.amount.units,
            row.reason,
            row.proposed_by,
            at,
        )
    )


async def lock_adjustment(unit: UnitOfWork, adjustment_id: UUID) -> AdjustmentRow | None:
    row = await unit.connection.fetchrow(_LOCK, unit.program_id, adjustment_id)
    if row is None:
        return None
    return AdjustmentRow(
        id=row["id"],
        affiliate_id=row["affiliate_id"],
        amount=Money(row["amount"], row["currency"]),
        reason=row["reason"],
        proposed_by=row["proposed_by"],
        approved_by=row["approved_by"],
    )


async def approve(
    unit: UnitOfWork, adjustment_id: UUID, by: str, at: datetime, journal_id: int
) -> None:
    await unit.connection.execute(_APPROVE, unit.program_id, adjustment_id, by, at, journal_id)


async def raise_version(unit: UnitOfWork, affiliate_id: int) -> int:
    """The affiliate's next version, for an event about it."""
    version: int = await unit.connection.fetchval(_RAISE_VERSION, unit.program_id, affiliate_id)
    return version
