"""Commissions and refunds go into a batch: PENDING_APPROVAL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import UnitOfWork

# Locked in the order of ids; what is no longer PAYABLE is not taken.
_COMMISSIONS = """
WITH asked AS (
  SELECT c.id FROM unnest($2::uuid[]) AS a (id) JOIN commission c ON c.program_id = $1 AND c.id = a.id
   WHERE c.status = 'PAYABLE' ORDER BY c.id FOR UPDATE OF c
), moved AS (
  UPDATE commission c SET status = 'PENDING_APPROVAL' FROM asked a WHERE c.program_id = $1 AND c.id = a.id
  RETURNING c.id
), noted AS (
  INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor, reason)
  SELECT $1, m.id, 1 + coalesce((SELECT max(t.seq) FROM commission_transition t
                                  WHERE t.program_id = $1 AND t.commission_id = m.id), 0),
         'PAYABLE', 'PENDING_APPROVAL', $3, $4, $5
    FROM moved m)
SELECT count(*) FROM moved
"""
_REFUNDS = """
WITH asked AS (
  SELECT r.id FROM refund r WHERE r.program_id = $1 AND r.id = ANY($2::uuid[]) AND r.status = 'OWED'
   ORDER BY r.id FOR UPDATE
), moved AS (
  UPDATE refund r SET status = 'PENDING_APPROVAL' FROM asked a WHERE r.program_id = $1 AND r.id = a.id RETURNING r.id
), noted AS (
  INSERT INTO refund_transition (program_id, refund_id, seq, from_status, to_status, at, actor, reason)
  SELECT $1, m.id, 1 + coalesce((SELECT max(t.seq) FROM refund_transition t
                                  WHERE t.program_id = $1 AND t.refund_id = m.id), 0),
         'OWED', 'PENDING_APPROVAL', $3, $4, $5
    FROM moved m)
SELECT count(*) FROM moved
"""


@dataclass(frozen=True, slots=True)
class LineMove:
    """What their transitions say. at: real time."""

    actor: str
    reason: str
    at: datetime


async def take_commissions(
    unit: UnitOfWork, program_id: int, ids: Sequence[UUID], move: LineMove
) -> bool:
    """Moves them from PAYABLE, with their transitions; False when one is PAYABLE no more."""
    if not ids:
        return True
    taken = await unit.connection.fetchval(
        _COMMISSIONS, program_id, ids, move.at, move.actor, move.reason
    )
    return bool(taken == len(ids))


async def take_refunds(
    unit: UnitOfWork, program_id: int, ids: Sequence[UUID], move: LineMove
) -> bool:
    """Moves them from OWED, with their transitions; False when one is OWED no more."""
    if not ids:
        return True
    taken = await unit.connection.fetchval(
        _REFUNDS, program_id, ids, move.at, move.actor, move.reason
    )
    return bool(taken == len(ids))
