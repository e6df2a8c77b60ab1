"""Settlements: the proof that an intent happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money_or_none, wei_or_none


@dataclass(frozen=True, slots=True)
class SettlementRow:
    program_key: int
    id: UUID
    intent_id: UUID
    chain_transaction_id: UUID | None
    amount: MoneyRow | None
    block_number: int | None
    log_index: int | None
    journal_key: int | None
    skipped: list[dict[str, Any]]
    confirmed_at: datetime
    undone_at: datetime | None
    gas_share: MoneyRow | None


_COLUMNS = """program_id, id, intent_id, chain_transaction_id, amount, currency, block_number, log_index, journal_id,
  skipped, confirmed_at, undone_at, gas_share_wei"""
_BY_IDS = f"SELECT {_COLUMNS} FROM settlement WHERE program_id = $1 AND id = ANY($2::uuid[])"
# What stands and what the chain took back have an index each.
_OF_INTENTS = f"""
SELECT * FROM (
  SELECT {_COLUMNS} FROM settlement WHERE program_id = $1 AND intent_id = ANY($2::uuid[]) AND undone_at IS NULL
  UNION ALL
  SELECT {_COLUMNS} FROM settlement WHERE program_id = $1 AND intent_id = ANY($2::uuid[]) AND undone_at IS NOT NULL) s
 ORDER BY undone_at NULLS LAST
"""


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> SettlementRow:
    return SettlementRow(
        program_key=record["program_id"],
        id=record["id"],
        intent_id=record["intent_id"],
        chain_transaction_id=record["chain_transaction_id"],
        amount=money_or_none(record["amount"], record["currency"], decimals),
        block_number=record["block_number"],
        log_index=record["log_index"],
        journal_key=record["journal_id"],
        skipped=record["skipped"],
        confirmed_at=record["confirmed_at"],
        undone_at=record["undone_at"],
        gas_share=wei_or_none(record["gas_share_wei"]),
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[SettlementRow | None]:
    """Settlements of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def of_intents(session: ReadSession, ids: Sequence[UUID]) -> list[SettlementRow | None]:
    """The settlement of each intent; one that the chain undid only when there is no other."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_OF_INTENTS, session.program_id, ids)
    found = {record["intent_id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]
