"""Balance adjustments, proposed and approved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

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


_COLUMNS = (
    "program_id, id, affiliate_id, amount, currency, reason, proposed_by, approved_by, journal_id"
)
_BY_IDS = f"""
SELECT {_COLUMNS} FROM balance_adjustment WHERE program_id = $1 AND id = ANY($2::uuid[])
"""
_WAITING = f"""
SELECT {_COLUMNS} FROM balance_adjustment
 WHERE program_id = $1 AND affiliate_id = ANY($2::bigint[]) AND approved_by IS NULL ORDER BY id
"""


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> AdjustmentRow:
    return AdjustmentRow(
        program_key=record["program_id"],
        id=record["id"],
        affiliate_key=record["affiliate_id"],
        amount=money(record["amount"], record["currency"], decimals),
        reason=record["reason"],
        proposed_by=record["proposed_by"],
        approved_by=record["approved_by"],
        journal_key=record["journal_id"],
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[AdjustmentRow | None]:
    """Adjustments of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def waiting(session: ReadSession, affiliates: Sequence[int]) -> list[list[AdjustmentRow]]:
    """Those of each affiliate that nobody has approved, oldest first: one for each amount that was its balance."""
    decimals = await session.decimals()
    found: dict[int, list[AdjustmentRow]] = {key: [] for key in affiliates}
    for record in await session.connection.fetch(_WAITING, session.program_id, affiliates):
        found[record["affiliate_id"]].append(_row(record, decimals))
    return [found[key] for key in affiliates]
