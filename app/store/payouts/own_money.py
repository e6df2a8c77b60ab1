"""A program's balances as far as they decide what it may withdraw."""

from app.domain.available import OwnMoney
from app.store.database import ReadSession, UnitOfWork

_OWN = """
SELECT u.code, coalesce(sum(a.credits - a.debits) FILTER (WHERE a.kind = 'PROGRAM'), 0) AS program,
       coalesce(sum(greatest(a.credits - a.debits, 0)) FILTER (WHERE a.kind = 'AFFILIATE'), 0) AS affiliates,
       coalesce(sum(a.credits - a.debits) FILTER (WHERE a.kind = 'REFUND'), 0) AS refunds,
       coalesce(sum(a.credits - a.debits) FILTER (WHERE a.kind = 'PLATFORM'), 0) AS platform,
       coalesce(sum(a.credits - a.debits) FILTER (WHERE a.kind = 'PAYOUT_IN_FLIGHT'), 0) AS in_flight
  FROM program_currency u LEFT JOIN account a ON a.program_id = u.program_id AND a.currency = u.code
 WHERE u.program_id = $1 GROUP BY u.code
"""


async def own_money(session: ReadSession | UnitOfWork, program_id: int) -> dict[str, OwnMoney]:
    """By currency, of each of the program's currencies."""
    rows = await session.connection.fetch(_OWN, program_id)
    return {
        row["code"]: OwnMoney(
            row["program"], row["affiliates"], row["refunds"], row["platform"], row["in_flight"]
        )
        for row in rows
    }
