"""Whom a seeded payout batch pays."""

from uuid import UUID

import asyncpg

from app.domain.payees import Payee
from app.domain.payout_planning import Due, Line
from app.domain.payouts import PayoutPurpose
from app.domain.seeding import SeedPlan
from app.store.database import UnitOfWork
from app.store.seeding.program import SeededProgram, busiest

_SALT = 140
# $3 is the first of them: whoever refers one user in ten, unless it is 0. The others are drawn.
_DUE = """
WITH chosen AS (
  SELECT affiliate_id
    FROM (SELECT DISTINCT affiliate_id FROM commission WHERE program_id = $1 AND currency = 'USDC' AND status = 'PAYABLE') c
   WHERE $3::bigint <> 0 OR affiliate_id <> $6
   ORDER BY affiliate_id <> $3, pg_temp.draw(affiliate_id - $2::bigint, $4, 1000000000), affiliate_id LIMIT $5
)
SELECT affiliate_id, array_agg(id ORDER BY id) AS ids, array_agg(amount::numeric ORDER BY id) AS amounts
  FROM commission
 WHERE program_id = $1 AND currency = 'USDC' AND status = 'PAYABLE' AND affiliate_id IN (SELECT affiliate_id FROM chosen)
 GROUP BY affiliate_id
"""


async def due_of_some(
    unit: UnitOfWork, plan: SeedPlan, program: SeededProgram, *, busiest_too: bool, most: int
) -> list[Due]:
    """All that is PAYABLE of a few affiliates, drawn anew for each batch from those to whom something is."""
    busy = busiest(plan, program)
    rows = await unit.connection.fetch(
        _DUE,
        program.id,
        program.first_affiliate,
        busy if busiest_too else 0,
        plan.salt + _SALT,
        most,
        busy,
    )
    return [Due(Payee(PayoutPurpose.COMMISSION, row["affiliate_id"]), _lines(row)) for row in rows]


def _lines(row: asyncpg.Record) -> tuple[Line, ...]:
    ids: list[UUID] = row["ids"]
    return tuple(map(Line, ids, row["amounts"]))
