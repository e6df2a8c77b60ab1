"""Our own transactions on their way: which copy was mined where, and how each of them ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.states import ChainTransactionStatus
from app.domain.transactions import Purpose
from app.store.database import ReadSession, UnitOfWork

_OPEN = """
SELECT t.id, t.lane_id, l.relayer, t.nonce, t.status, t.block_number, t.block_hash,
       array_agg(c.n ORDER BY c.n) AS numbers, array_agg(c.hash ORDER BY c.n) AS hashes,
       array_agg(c.kind = 'PAYLOAD' ORDER BY c.n) AS payloads
  FROM chain_transaction t
  JOIN lane l ON l.id = t.lane_id
  JOIN signed_copy c ON c.chain_transaction_id = t.id
 WHERE t.chain_id = $1 AND t.status IN ('PREPARED', 'BROADCAST', 'MINED')
 GROUP BY t.id, l.relayer
 ORDER BY t.lane_id, t.nonce
"""
_MINED = """
UPDATE chain_transaction t
   SET status = 'MINED', mined_copy = g.copy, block_number = g.block, block_hash = g.block_hash, gas_used = g.gas,
       cost_wei = g.cost, succeeded = g.succeeded
  FROM unnest($1::uuid[], $2::integer[], $3::bigint[], $4::bytea[], $5::bigint[], $6::numeric[], $7::boolean[])
    AS g (id, copy, block, block_hash, gas, cost, succeeded)
 WHERE t.id = g.id AND t.status IN ('PREPARED', 'BROADCAST', 'MINED')
"""
# Due to be sent again at once: nothing keeps what a reorganisation threw out.
_UNMINED = """
UPDATE chain_transaction
   SET status = 'BROADCAST', mined_copy = NULL, block_number = NULL, block_hash = NULL, gas_used = NULL,
       cost_wei = NULL, succeeded = NULL, last_sent_at = NULL
 WHERE id = ANY($1::uuid[]) AND status = 'MINED'
"""
_FINISHED = """
UPDATE chain_transaction
   SET status = CASE WHEN succeeded THEN 'CONFIRMED' ELSE 'REVERTED' END, finished_at = $3
 WHERE id = ANY($1::uuid[]) AND status = 'MINED' AND block_number <= $2 RETURNING purpose
"""
_DISPLACED = """
UPDATE chain_transaction
   SET status = 'DISPLACED', mined_copy = NULL, block_number = NULL, block_hash = NULL, gas_used = NULL,
       cost_wei = NULL, succeeded = NULL, finished_at = $2
 WHERE id = ANY($1::uuid[]) AND status IN ('PREPARED', 'BROADCAST', 'MINED') RETURNING purpose
"""
_CARRIERS = """
SELECT c.hash, c.chain_transaction_id
  FROM signed_copy c JOIN chain_transaction t ON t.id = c.chain_transaction_id
 WHERE t.chain_id = $1 AND c.hash = ANY($2::bytea[])
"""


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """Signed bytes by number and hash. payload: no cancellation."""

    n: int
    hash: bytes
    payload: bool


@dataclass(frozen=True, slots=True)
class OpenTransaction:
    """One nonce of a lane whose end is not final."""

    id: UUID
    lane_id: UUID
    relayer: str
    nonce: int
    status: ChainTransactionStatus
    block_number: int | None
    block_hash: bytes | None
    copies: tuple[StoredCopy, ...]


@dataclass(frozen=True, slots=True)
class MinedCopy:
    """The copy of a transaction that is in a block. payload: it carries the items, it is no cancellation."""

    transaction_id: UUID
    copy: int
    block_number: int
    block_hash: bytes
    gas_used: int
    cost_wei: int
    succeeded: bool
    payload: bool

    @property
    def settles(self) -> bool:
        """Whether its items were tried."""
        return self.payload and self.succeeded


async def open_transactions(session: ReadSession, chain_id: int) -> list[OpenTransaction]:
    """What is signed and not final, by lane and nonce."""
    return [
        OpenTransaction(
            id=row["id"],
            lane_id=row["lane_id"],
            relayer=row["relayer"],
            nonce=row["nonce"],
            status=ChainTransactionStatus(row["status"]),
            block_number=row["block_number"],
            block_hash=row["block_hash"],
            copies=tuple(map(StoredCopy, row["numbers"], row["hashes"], row["payloads"])),
        )
        for row in await session.connection.fetch(_OPEN, chain_id)
    ]


async def mark_mined(unit: UnitOfWork, mined: Sequence[MinedCopy]) -> None:
    """They are in blocks, or in other blocks than before."""
    await unit.connection.execute(
        _MINED,
        [one.transaction_id for one in mined],
        [one.copy for one in mined],
        [one.block_number for one in mined],
        [one.block_hash for one in mined],
        [one.gas_used for one in mined],
        [one.cost_wei for one in mined],
        [one.succeeded for one in mined],
    )


async def mark_unmined(unit: UnitOfWork, ids: Sequence[UUID]) -> None:
    """A reorganisation threw them out: their stored bytes are to be sent again."""
    await unit.connection.execute(_UNMINED, ids)


async def finish(
    unit: UnitOfWork, ids: Sequence[UUID], final_number: int, at: datetime
) -> set[Purpose]:
    """Mined ones up to the final block are CONFIRMED or REVERTED for good; returns what they were for."""
    rows = await unit.connection.fetch(_FINISHED, ids, final_number, at)
    return {Purpose(row["purpose"]) for row in rows}


async def displace(unit: UnitOfWork, ids: Sequence[UUID], at: datetime) -> set[Purpose]:
    """Somebody else used their nonces for good. Returns what they were for."""
    rows = await unit.connection.fetch(_DISPLACED, ids, at)
    return {Purpose(row["purpose"]) for row in rows}


async def carriers(
    session: ReadSession, chain_id: int, hashes: Sequence[bytes]
) -> dict[bytes, UUID]:
    """Our transaction by the hash of any of its copies."""
    rows = await session.connection.fetch(_CARRIERS, chain_id, hashes)
    return {row["hash"]: row["chain_transaction_id"] for row in rows}
