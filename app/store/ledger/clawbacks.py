"""Commissions that are taken back: reversed themselves, or with a negative one against them; each with its transition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.money import Money
from app.domain.reversals import Clawback
from app.store.database import UnitOfWork

# The statuses before are read in the snapshot: the rows are locked already.
_REVERSE = """
WITH moved AS (
  UPDATE commission c SET status = 'REVERSED'
    FROM (SELECT program_id, id, status FROM commission WHERE program_id = $1 AND id = ANY($2::uuid[])) b
   WHERE c.program_id = b.program_id AND c.id = b.id
  RETURNING c.program_id, c.id, b.status AS was
)
INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor, reason)
SELECT m.program_id, m.id,
       1 + (SELECT count(*) FROM commission_transition t WHERE t.program_id = m.program_id AND t.commission_id = m.id),
       m.was, 'REVERSED', $3, $4, $5
  FROM moved m
RETURNING commission_id, seq
"""
_CLAW_BACK = """
WITH made AS (
  INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                          currency, status, claws_back, reversal_id, accrued_at, payable_at)
  SELECT $1, g.id, $2, g.affiliate_id, g.level, g.rate_bps, g.terms_version, $3, -g.amount, $4, g.status, g.claws_back,
         $5, $6, g.payable_at
    FROM unnest($7::uuid[], $8::bigint[], $9::integer[], $10::integer[], $11::integer[], $12::numeric[], $13::text[],
                $14::uuid[], $15::timestamptz[])
      AS g (id, affiliate_id, level, rate_bps, terms_version, amount, status, claws_back, payable_at)
  RETURNING program_id, id, status
)
INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor, reason)
SELECT program_id, id, 1, NULL, status, $16, $17, $18 FROM made
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """Who moves commissions and why. at: real time."""

    actor: str
    reason: str
    at: datetime


async def reverse_commissions(
    unit: UnitOfWork, ids: Sequence[UUID], cause: Cause
) -> dict[UUID, int]:
    """Moves locked commissions to REVERSED; the number of each one's transition."""
    rows = await unit.connection.fetch(
        _REVERSE, unit.program_id, list(ids), cause.at, cause.actor, cause.reason
    )
    return {row["commission_id"]: row["seq"] for row in rows}


@dataclass(frozen=True, slots=True)
class TakenPart:
    """What clawbacks are of. reversal_id: None when the chain took the settlement back. at: program time."""

    settlement_id: UUID
    reversal_id: UUID | None
    amount: Money
    at: datetime


async def insert_clawbacks(
    unit: UnitOfWork, part: TakenPart, clawbacks: Sequence[Clawback], cause: Cause
) -> None:
    """Negative commissions, in one statement."""
    await unit.connection.execute(
        _CLAW_BACK,
        unit.program_id,
        part.settlement_id,
        part.amount.units,
        part.amount.currency,
        part.reversal_id,
        part.at,
        [one.id for one in clawbacks],
        [one.earned.affiliate_id for one in clawbacks],
        [one.earned.level for one in clawbacks],
        [one.earned.rate_bps for one in clawbacks],
        [one.earned.terms_version for one in clawbacks],
        [one.amount.units for one in clawbacks],
        [one.status.value for one in clawbacks],
        [one.earned.id for one in clawbacks],
        [one.payable_at for one in clawbacks],
        cause.at,
        cause.actor,
        cause.reason,
    )
