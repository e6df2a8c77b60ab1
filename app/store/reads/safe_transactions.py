"""Safe transactions: what owners sign, what they signed, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money


@dataclass(frozen=True, slots=True)
class SimulationRow:
    at: datetime
    block_number: int
    passed: int
    refused: int
    gas_estimate: int


@dataclass(frozen=True, slots=True)
class OwnerSignatureRow:
    owner: str
    signature: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class SafeTransactionRow:
    """index: its place in the batch it was asked through, else in the newest one that lists it."""

    program_key: int
    id: UUID
    index: int
    status: str
    death: str | None
    chain_id: int
    safe: str
    safe_version: str
    nonce: int
    to: str
    data: bytes
    operation: int
    hash: bytes
    content_hash: bytes
    payout_count: int
    total: MoneyRow
    simulation: SimulationRow | None
    transaction_hash: bytes | None
    chain_transaction_id: UUID | None


# The relay that executed it; until something did, the newest one. What owners executed themselves has none.
_COLUMNS = """s.*, x.batch_id, x.place, b.currency AS shown_in, r.chain_transaction_id"""
_JOINED = """
  JOIN payout_batch b ON b.program_id = x.program_id AND b.id = x.batch_id
  JOIN safe_transaction s ON s.program_id = x.program_id AND s.id = x.safe_transaction_id
  LEFT JOIN LATERAL (
       SELECT r.chain_transaction_id FROM safe_relay r
        WHERE r.program_id = s.program_id AND r.safe_transaction_id = s.id
          AND (s.executed_tx_hash IS NULL
               OR EXISTS (SELECT FROM signed_copy c WHERE c.chain_transaction_id = r.chain_transaction_id
                                                      AND c.hash = s.executed_tx_hash))
        ORDER BY r.number DESC LIMIT 1) r ON true"""
_BY_IDS = f"""
SELECT {_COLUMNS}
  FROM unnest($2::uuid[]) AS q (id)
 CROSS JOIN LATERAL (
       SELECT x.* FROM payout_batch_transaction x
          JOIN payout_batch b ON b.program_id = x.program_id AND b.id = x.batch_id
        WHERE x.program_id = $1 AND x.safe_transaction_id = q.id ORDER BY b.created_at DESC, b.id DESC LIMIT 1) x {_JOINED}
"""
_OF_BATCHES = f"""
SELECT {_COLUMNS} FROM payout_batch_transaction x {_JOINED}
 WHERE x.program_id = $1 AND x.batch_id = ANY($2::uuid[]) ORDER BY x.batch_id, x.place
"""
_SIGNATURES = """
SELECT safe_transaction_id, owner, signature, at FROM safe_signature
 WHERE program_id = $1 AND safe_transaction_id = ANY($2::uuid[]) ORDER BY safe_transaction_id, at, owner
"""


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> SafeTransactionRow:
    return SafeTransactionRow(
        program_key=record["program_id"],
        id=record["id"],
        index=record["place"],
        status=record["status"],
        death=record["death"],
        chain_id=record["chain_id"],
        safe=record["safe"],
        safe_version=record["safe_version"],
        nonce=record["safe_nonce"],
        to=record["to_address"],
        data=record["data"],
        operation=record["operation"],
        hash=record["hash"],
        content_hash=record["content_hash"],
        payout_count=record["payout_count"],
        total=money(record["total"], record["currency"] or record["shown_in"], decimals),
        simulation=_simulation(record),
        transaction_hash=record["executed_tx_hash"],
        chain_transaction_id=record["chain_transaction_id"],
    )


def _simulation(record: asyncpg.Record) -> SimulationRow | None:
    if record["simulated_at"] is None:
        return None
    return SimulationRow(
        at=record["simulated_at"],
        block_number=record["simulated_block"],
        passed=record["simulated_passed"],
        refused=record["simulated_refused"],
        gas_estimate=record["gas_estimate"],
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[SafeTransactionRow | None]:
    """Safe transactions of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def of_batches(
    session: ReadSession, batches: Sequence[UUID]
) -> list[list[SafeTransactionRow]]:
    """What owners sign, of each batch, in order of nonce."""
    decimals = await session.decimals()
    found: dict[UUID, list[SafeTransactionRow]] = {id_: [] for id_ in batches}
    for record in await session.connection.fetch(_OF_BATCHES, session.program_id, batches):
        found[record["batch_id"]].append(_row(record, decimals))
    return [found[id_] for id_ in batches]


async def signatures(session: ReadSession, ids: Sequence[UUID]) -> list[list[OwnerSignatureRow]]:
    """The stored signatures of each Safe transaction, oldest first."""
    found: dict[UUID, list[OwnerSignatureRow]] = {id_: [] for id_ in ids}
    for record in await session.connection.fetch(_SIGNATURES, session.program_id, ids):
        found[record["safe_transaction_id"]].append(
            OwnerSignatureRow(record["owner"], record["signature"], record["at"])
        )
    return [found[id_] for id_ in ids]
