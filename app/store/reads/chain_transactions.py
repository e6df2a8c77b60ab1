"""Chain transactions as a tenant may see them: those that carried its own intents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, wei


@dataclass(frozen=True, slots=True)
class SignedCopyRow:
    hash: bytes
    max_fee_per_gas: int
    max_priority_fee_per_gas: int
    sends: int
    last_error: str | None
    created_at: datetime
    mined: bool


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    block_number: int
    block_hash: bytes
    gas_used: int
    cost: MoneyRow


@dataclass(frozen=True, slots=True)
class ChainTransactionRow:
    """program_key: the program that sees it; a transaction may carry items of several."""

    program_key: int
    id: UUID
    chain_id: int
    from_: str
    to: str
    nonce: int
    status: str
    hash: bytes
    receipt: ReceiptRow | None
    confirmations: int
    created_at: datetime


_BY_IDS = """
SELECT t.id, t.chain_id, t.from_address, t.to_address, t.nonce, t.status, t.block_number, t.block_hash, t.gas_used,
       t.cost_wei, t.created_at,
       CASE WHEN t.block_number IS NULL THEN 0 ELSE greatest(w.head_number - t.block_number + 1, 1) END AS confirmations,
       (SELECT c.hash FROM signed_copy c WHERE c.chain_transaction_id = t.id
         ORDER BY (c.n = t.mined_copy) DESC NULLS LAST, c.n DESC LIMIT 1) AS hash
  FROM chain_transaction t
  LEFT JOIN chain_watch w ON w.chain_id = t.chain_id
 WHERE t.id = ANY($1::uuid[])
"""
_COPIES = """
SELECT c.chain_transaction_id, c.hash, c.max_fee_per_gas, c.max_priority_fee_per_gas, c.sends, c.last_error,
       c.created_at, c.n IS NOT DISTINCT FROM t.mined_copy AS mined
  FROM signed_copy c JOIN chain_transaction t ON t.id = c.chain_transaction_id
 WHERE c.chain_transaction_id = ANY($1::uuid[]) ORDER BY c.chain_transaction_id, c.n
"""


def _receipt(record: asyncpg.Record) -> ReceiptRow | None:
    if record["block_number"] is None or record["gas_used"] is None:
        return None
    return ReceiptRow(
        record["block_number"],
        record["block_hash"],
        record["gas_used"],
        wei(record["cost_wei"] or 0),
    )


def _row(record: asyncpg.Record, program_key: int) -> ChainTransactionRow:
    return ChainTransactionRow(
        program_key=program_key,
        id=record["id"],
        chain_id=record["chain_id"],
        from_=record["from_address"],
        to=record["to_address"],
        nonce=record["nonce"],
        status=record["status"],
        hash=record["hash"],
        receipt=_receipt(record),
        confirmations=record["confirmations"],
        created_at=record["created_at"],
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[ChainTransactionRow | None]:
    """None where the program of this snapshot has no item in it."""
    assert session.program_id is not None
    rows = await session.connection.fetch(_BY_IDS, ids)
    found = {row["id"]: _row(row, session.program_id) for row in rows}
    return [found.get(id_) for id_ in ids]


async def copies(session: ReadSession, ids: Sequence[UUID]) -> list[list[SignedCopyRow]]:
    """Every signed copy of each transaction, oldest first."""
    found: dict[UUID, list[SignedCopyRow]] = {id_: [] for id_ in ids}
    for record in await session.connection.fetch(_COPIES, ids):
        transaction, *values = record
        found[transaction].append(SignedCopyRow(*values))
    return [found[id_] for id_ in ids]
