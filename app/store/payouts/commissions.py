"""Commissions as time moves them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import UnitOfWork

# Rows that another transaction is changing are left to the next call. What is ACCRUED has made one transition: 2 is next.
_MATURE = """
WITH due AS (
  SELECT c.program_id, c.id FROM commission c
   WHERE c.program_id = $1 AND c.status = 'ACCRUED'
     AND c.payable_at <= (SELECT $2::timestamptz + p.clock_offset FROM program p WHERE p.id = $1)
   ORDER BY c.payable_at LIMIT $3 FOR UPDATE SKIP LOCKED
), moved AS (
  UPDATE commission c SET status = 'PAYABLE' FROM due
   WHERE c.program_id = due.program_id AND c.id = due.id
  RETURNING c.id, c.program_id, c.affiliate_id, c.amount, c.currency, c.payable_at
), noted AS (
  INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor)
  SELECT m.program_id, m.id, 2, 'ACCRUED', 'PAYABLE', $2, $4 FROM moved m
)
SELECT m.id, a.public_id AS affiliate_public_id, m.amount, m.currency, m.payable_at
  FROM moved m JOIN affiliate a ON a.program_id = m.program_id AND a.id = m.affiliate_id
 ORDER BY m.payable_at, m.id
"""
_ANY_DUE = """
SELECT EXISTS (
  SELECT FROM commission c
   WHERE c.program_id = $1 AND c.status = 'ACCRUED'
     AND c.payable_at <= (SELECT $2::timestamptz + p.clock_offset FROM program p WHERE p.id = $1))
"""


@dataclass(frozen=True, slots=True)
class MaturedCommission:
    """amount in smallest units; negative for a clawback."""

    id: UUID
    affiliate_public_id: UUID
    amount: int
    currency: str
    payable_at: datetime


async def mature(
    unit: UnitOfWork, program_id: int, limit: int, actor: str, now: datetime
) -> list[MaturedCommission]:
    """Moves up to `limit` of what is due in program time to PAYABLE, in one statement. now: real time."""
    rows = await unit.connection.fetch(_MATURE, program_id, now, limit, actor)
    return [MaturedCommission(**row) for row in rows]


async def any_due(unit: UnitOfWork, program_id: int, now: datetime) -> bool:
    """Whether something due is still ACCRUED."""
    return bool(await unit.connection.fetchval(_ANY_DUE, program_id, now))
