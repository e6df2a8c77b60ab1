"""Balance adjustments, proposed and approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """amount: the balance that it brings to zero."""

    program_key: int
    id: UUID
    affiliate_key: int
    amount: MoneyRow
    reason: str
    proposed_by: str
    approved_by: str | None
    journal_key: int | None


_BY_IDS = """
SELECT program_id, id, affiliate_id, amount, currency, reason, proposed_by, approved_by, journal_id
  FROM balance_adjustment WHERE program_id = $1 AND id = ANY($2::uuid[])
"""


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[AdjustmentRow | None]:
    """Adjustments of this snapshot's program."""
    decimals = await session.decimals()
    found = {
        record["id"]: AdjustmentRow(
            program_key=record["program_id"],
            id=record["id"],
            affiliate_key=record["affiliate_id"],
            amount=money(record["amount"], record["currency"], decimals),
            reason=record["reason"],
            proposed_by=record["proposed_by"],
            approved_by=record["approved_by"],
            journal_key=record["journal_id"],
        )
        for record in await session.connection.fetch(_BY_IDS, session.program_id, ids)
    }
    return [found.get(id_) for id_ in ids]
