"""Reversals of settlements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money


@dataclass(frozen=True, slots=True)
class ReversalRow:
    program_key: int
    id: UUID
    settlement_id: UUID
    amount: MoneyRow
    at: datetime
    actor: str
    reason: str
    journal_key: int


_COLUMNS = "program_id, id, settlement_id, amount, currency, at, actor, reason, journal_id"
_BY_IDS = f"SELECT {_COLUMNS} FROM reversal WHERE program_id = $1 AND id = ANY($2::uuid[])"
_OF_SETTLEMENTS = f"""
SELECT {_COLUMNS} FROM reversal WHERE program_id = $1 AND settlement_id = ANY($2::uuid[])
 ORDER BY settlement_id, taken_before
"""


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> ReversalRow:
    return ReversalRow(
        program_key=record["program_id"],
        id=record["id"],
        settlement_id=record["settlement_id"],
        amount=money(record["amount"], record["currency"], decimals),
        at=record["at"],
        actor=record["actor"],
        reason=record["reason"],
        journal_key=record["journal_id"],
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[ReversalRow | None]:
    """Reversals of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def of_settlements(session: ReadSession, ids: Sequence[UUID]) -> list[list[ReversalRow]]:
    """The reversals of each settlement, oldest first."""
    decimals = await session.decimals()
    found: dict[UUID, list[ReversalRow]] = {id_: [] for id_ in ids}
    for record in await session.connection.fetch(_OF_SETTLEMENTS, session.program_id, ids):
        found[record["settlement_id"]].append(_row(record, decimals))
    return [found[id_] for id_ in ids]
