"""What becomes of commissions and refunds with the Safe transactions that list them: paid, or free again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.states import CommissionStatus, RefundStatus
from app.store.database import UnitOfWork

_LOCK_COMMISSIONS = """
SELECT c.id FROM commission c
 WHERE c.program_id = $1 AND c.status = 'PENDING_APPROVAL'
   AND c.id IN (SELECT l.line_id FROM payout_line l WHERE l.program_id = $1 AND l.safe_transaction_id = ANY($2::uuid[]))
 ORDER BY c.id FOR UPDATE
"""
_LOCK_REFUNDS = """
SELECT r.id FROM refund r
 WHERE r.program_id = $1 AND r.status = 'PENDING_APPROVAL'
   AND r.id IN (SELECT l.line_id FROM payout_line l WHERE l.program_id = $1 AND l.safe_transaction_id = ANY($2::uuid[]))
 ORDER BY r.id FOR UPDATE
"""
# Another open Safe transaction may list it as well, at the same nonce: then it waits for that one.
_STILL_LISTED = """
SELECT DISTINCT l.line_id FROM payout_line l
  JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
 WHERE l.program_id = $1 AND l.line_id = ANY($2::uuid[]) AND s.status NOT IN ('EXECUTED', 'DEAD')
"""
# A refund has its reversal's id.
_REFUNDS_LISTED = """
SELECT DISTINCT l.safe_transaction_id FROM reversal v
  JOIN payout_line l ON l.program_id = v.program_id AND l.line_id = v.id
 WHERE v.program_id = $1 AND v.settlement_id = $2
"""
_MOVE_COMMISSIONS = """
WITH moved AS (
  UPDATE commission c SET status = $3, paid_at = $4 WHERE c.program_id = $1 AND c.id = ANY($2::uuid[]) RETURNING c.id
)
INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor, reason)
SELECT $1, m.id, 1 + coalesce((SELECT max(t.seq) FROM commission_transition t
                                WHERE t.program_id = $1 AND t.commission_id = m.id), 0),
       'PENDING_APPROVAL', $3, $5, $6, $7
  FROM moved m
"""
_MOVE_REFUNDS = """
WITH moved AS (
  UPDATE refund r SET status = $3, paid_at = $4 WHERE r.program_id = $1 AND r.id = ANY($2::uuid[]) RETURNING r.id
)
INSERT INTO refund_transition (program_id, refund_id, seq, from_status, to_status, at, actor, reason)
SELECT $1, m.id, 1 + coalesce((SELECT max(t.seq) FROM refund_transition t
                                WHERE t.program_id = $1 AND t.refund_id = m.id), 0),
       'PENDING_APPROVAL', $3, $5, $6, $7
  FROM moved m
"""


async def pay_lines(
    unit: UnitOfWork,
    program_id: int,
    executed: Sequence[UUID],
    *,
    paid_at: datetime,
    actor: str,
    at: datetime,
) -> None:
    """All that these Safe transactions list is PAID. paid_at: program time."""
    commissions = await _locked(unit, _LOCK_COMMISSIONS, program_id, executed)
    refunds = await _locked(unit, _LOCK_REFUNDS, program_id, executed)
    await unit.connection.execute(
        _MOVE_COMMISSIONS,
        program_id,
        commissions,
        CommissionStatus.PAID.value,
        paid_at,
        at,
        actor,
        None,
    )
    await unit.connection.execute(
        _MOVE_REFUNDS, program_id, refunds, RefundStatus.PAID.value, paid_at, at, actor, None
    )


async def free_lines(
    unit: UnitOfWork,
    program_id: int,
    dead: Sequence[UUID],
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> None:
    """What these, being DEAD, list and no open one does is PAYABLE or OWED again."""
    commissions = await _locked(unit, _LOCK_COMMISSIONS, program_id, dead)
    refunds = await _locked(unit, _LOCK_REFUNDS, program_id, dead)
    listed = {
        row["line_id"]
        for row in await unit.connection.fetch(_STILL_LISTED, program_id, commissions + refunds)
    }
    free = [one for one in commissions if one not in listed]
    await unit.connection.execute(
        _MOVE_COMMISSIONS,
        program_id,
        free,
        CommissionStatus.PAYABLE.value,
        None,
        at,
        actor,
        reason,
    )
    owed = [one for one in refunds if one not in listed]
    await unit.connection.execute(
        _MOVE_REFUNDS, program_id, owed, RefundStatus.OWED.value, None, at, actor, reason
    )


async def refunds_listed(unit: UnitOfWork, program_id: int, settlement_id: UUID) -> frozenset[UUID]:
    """Safe transactions, ended ones too, that list a refund of what was reversed of the settlement."""
    rows = await unit.connection.fetch(_REFUNDS_LISTED, program_id, settlement_id)
    return frozenset(row["safe_transaction_id"] for row in rows)


async def _locked(unit: UnitOfWork, query: str, program_id: int, ids: Sequence[UUID]) -> list[UUID]:
    return [row["id"] for row in await unit.connection.fetch(query, program_id, ids)]
