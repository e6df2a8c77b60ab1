"""What was said of discrepancies before, and what can still be said of money."""

from uuid import UUID

from app.domain.explanations import PROVIDER_FEE, Explanation
from app.domain.money import Money
from app.store.database import UnitOfWork

# As its posting says; a fee is the provider's, borne by the program.
_EXPLAINED_AS = """
SELECT CASE WHEN bool_or(j.kind = 'REVERSAL') OR count(j.id) = 0 AND EXISTS (
                 SELECT FROM settlement s WHERE s.program_id = d.program_id AND s.undone_at IS NOT NULL AND s.journal_id IS NULL
                    AND s.id = CASE WHEN d.reference ~ '^[0-9a-f-]{36}$' THEN d.reference::uuid END) THEN 'UNDO_SETTLEMENT'
            WHEN count(j.id) = 0 THEN 'NO_POSTING'
            WHEN bool_or(c.kind = 'SUSPENSE') THEN 'FROM_PROGRAM' WHEN bool_or(c.kind = 'PROVIDER') THEN 'FROM_PROVIDER'
            ELSE 'TO_PROGRAM' END AS explanation,
       coalesce(sum(t.amount) FILTER (WHERE t.purpose = $3), 0) AS fee
  FROM discrepancy d
  LEFT JOIN journal j ON j.program_id = d.program_id AND j.id = d.posting_journal_id
  LEFT JOIN transfer t ON t.program_id = j.program_id AND t.journal_id = j.id
  LEFT JOIN account c ON c.program_id = t.program_id AND c.id = t.credit_account_id
 WHERE d.program_id = $1 AND d.id = $2 GROUP BY d.program_id, d.id
"""
_OWED = """
SELECT debits - credits FROM account
 WHERE program_id = $1 AND currency = $2 AND kind = 'PROVIDER' AND owner_id = 0
"""


async def explained_as(unit: UnitOfWork, discrepancy_id: UUID) -> tuple[Explanation, int]:
    """What was said of a resolved one, and the provider's fee that came with it, in smallest units."""
    row = await unit.connection.fetchrow(
        _EXPLAINED_AS, unit.program_id, discrepancy_id, PROVIDER_FEE
    )
    assert row is not None
    return Explanation(row["explanation"]), int(row["fee"])


async def owed_by_provider(unit: UnitOfWork, currency: str) -> Money:
    """What providers confirmed to the unit's program and have not brought into the treasury."""
    units = await unit.connection.fetchval(_OWED, unit.program_id, currency)
    return Money(units or 0, currency)
