"""Commissions by what they belong to: the payout that pays them, and the commission that they claw back."""

from collections.abc import Sequence
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.commissions import COLUMNS, CommissionRow, commission_row
from app.store.reads.values import Slice, by_parent

_PAYOUTS = "unnest($2::uuid[]) WITH ORDINALITY AS q (payout_id, n)"
_OF_PAYOUTS = f"""
SELECT q.n, c.*
  FROM {_PAYOUTS}
 CROSS JOIN LATERAL (
       SELECT {COLUMNS}
         FROM (SELECT l.line_id FROM payout_line l
                WHERE l.program_id = $1 AND l.payout_id = q.payout_id AND ($3::uuid IS NULL OR l.line_id < $3)
                ORDER BY l.line_id DESC LIMIT $4) l
         JOIN commission c ON c.program_id = $1 AND c.id = l.line_id) c
 ORDER BY q.n, c.id DESC
"""
# A payout pays commissions, or what is none.
_COUNT_OF_PAYOUTS = f"""
SELECT (SELECT count(*) FROM (
         SELECT FROM payout_line l JOIN payout p ON p.program_id = l.program_id AND p.id = l.payout_id
          WHERE l.program_id = $1 AND l.payout_id = q.payout_id AND p.purpose = 'COMMISSION' LIMIT 10002) c)
  FROM {_PAYOUTS} ORDER BY q.n
"""
_CLAWBACKS = f"""
SELECT {COLUMNS} FROM commission c
 WHERE c.program_id = $1 AND c.claws_back = ANY($2::uuid[]) ORDER BY c.claws_back, c.id
"""


async def of_payouts(
    session: ReadSession, payouts: Sequence[UUID], _: None, part: Slice
) -> list[list[CommissionRow]]:
    """What each payout pays, clawbacks that were netted too, newest first; the sort key is (id)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _OF_PAYOUTS, session.program_id, payouts, part.key(0), part.limit
    )
    return by_parent(records, len(payouts), lambda record: commission_row(record, decimals))


async def count_of_payouts(session: ReadSession, payouts: Sequence[UUID], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_OF_PAYOUTS, session.program_id, payouts)
    return [record[0] for record in records]


async def clawbacks(session: ReadSession, ids: Sequence[UUID]) -> list[list[CommissionRow]]:
    """The negative commissions that claw each one back, oldest first."""
    decimals = await session.decimals()
    found: dict[UUID, list[CommissionRow]] = {id_: [] for id_ in ids}
    for record in await session.connection.fetch(_CLAWBACKS, session.program_id, ids):
        found[record["claws_back"]].append(commission_row(record, decimals))
    return [found[id_] for id_ in ids]
