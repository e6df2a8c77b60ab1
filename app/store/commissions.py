"""Commissions as time moves them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import UnitOfWork

# Rows that another transaction is changing are left to the next call.
_MATURE = """
WITH due AS (
  SELECT c.program_id, c.id FROM commission c
   WHERE c.program_id = $1 AND c.status = 'ACCRUED' AND c.payable_at <= $2
   ORDER BY c.payable_at LIMIT $3 FOR UPDATE SKIP LOCKED
), moved AS (
  UPDATE commission c SET status = 'PAYABLE' FROM due
   WHERE c.program_id = due.program_id AND c.id = due.id
  RETURNING c.id, c.program_id, c.affiliate_id, c.amount, c.currency, c.payable_at
)
SELECT m.id, a.public_id AS affiliate_public_id, m.amount, m.currency, m.payable_at
  FROM moved m JOIN affiliate a ON a.program_id = m.program_id AND a.id = m.affiliate_id
 ORDER BY m.payable_at, m.id
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
    unit: UnitOfWork, program_id: int, due_at: datetime, limit: int | None
) -> list[MaturedCommission]:
    """Moves up to `limit` due commissions to PAYABLE, in one statement."""
    rows = await unit.connection.fetch(_MATURE, program_id, due_at, limit)
    return [MaturedCommission(**row) for row in rows]
