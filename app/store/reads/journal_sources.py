"""What journals were posted for, as far as their references name it, and what each claims of the chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, by_parent, money


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One token Transfer into or out of the treasury. log_index: None for a balance that was there at the beginning."""

    direction: str
    undone: bool
    amount: MoneyRow
    chain_id: int
    block_number: int
    block_hash: bytes
    transaction_hash: bytes | None
    log_index: int | None


@dataclass(frozen=True, slots=True)
class SealRow:
    """A link of the chain of hashes over journals."""

    number: int
    hash: bytes
    previous_hash: bytes
    sealed_at: datetime


_MOVEMENTS = """
SELECT q.n, m.*
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (journal_id, n)
 CROSS JOIN LATERAL (
       SELECT m.direction, m.undone, m.amount, m.currency, m.chain_id, m.block_number, m.block_hash, m.tx_hash,
              CASE WHEN m.log_index >= 0 THEN m.log_index END AS log_index
         FROM movement m WHERE m.program_id = $1 AND m.journal_id = q.journal_id
        ORDER BY m.block_number, m.log_index, m.direction LIMIT $3) m
 ORDER BY q.n, m.block_number, m.log_index, m.direction
"""
MOST_MOVEMENTS = 100
_SEALS = """
SELECT s.through::bigint AS journal_id, s.n, s.hash, s.previous_hash, s.sealed_at FROM seal s
 WHERE s.program_id = $1 AND s.stream = 'JOURNAL' AND s.through = ANY($2::text[])
"""
# The newest batch that lists it: an older one may have given it up.
_BATCHES = """
SELECT q.hash, x.batch_id
  FROM unnest($2::bytea[]) AS q (hash)
 CROSS JOIN LATERAL (
       SELECT l.batch_id FROM safe_transaction s
         JOIN payout_batch_transaction l ON l.program_id = s.program_id AND l.safe_transaction_id = s.id
         JOIN payout_batch b ON b.program_id = l.program_id AND b.id = l.batch_id
        WHERE s.program_id = $1 AND s.hash = q.hash
        ORDER BY b.created_at DESC, b.id DESC LIMIT 1) x
"""
# Small inflows of a day share a discrepancy, which each names. Of one log: what is open, else what a posting explained.
_DISCREPANCIES = """
SELECT j.id AS journal_id, coalesce(
       (SELECT s.discrepancy_id FROM small_inflow s WHERE s.program_id = $1 AND s.journal_id = j.id),
       (SELECT d.id FROM discrepancy d WHERE d.program_id = $1 AND d.kind = k.kind AND d.reference = j.reference
           AND d.resolved_at IS NULL),
       (SELECT d.id FROM discrepancy d WHERE d.program_id = $1 AND d.kind = k.kind AND d.reference = j.reference
           AND d.posting_journal_id IS NOT NULL AND d.reference NOT LIKE 'small:%' LIMIT 1)) AS discrepancy_id
  FROM journal j
  JOIN (VALUES ('DEPOSIT', 'UNEXPLAINED_INFLOW'), ('WITHDRAWAL', 'UNEXPLAINED_OUTFLOW')) AS k (journal, kind)
    ON k.journal = j.kind
 WHERE j.program_id = $1 AND j.id = ANY($2::bigint[])
"""


async def movements_of(session: ReadSession, journals: Sequence[int]) -> list[list[MovementRow]]:
    """What each journal claims, in the order of the chain, the first hundred."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _MOVEMENTS, session.program_id, journals, MOST_MOVEMENTS
    )
    return by_parent(records, len(journals), lambda record: _movement(record, decimals))


def _movement(record: asyncpg.Record, decimals: Mapping[str, int]) -> MovementRow:
    return MovementRow(
        direction=record["direction"],
        undone=record["undone"],
        amount=money(record["amount"], record["currency"], decimals),
        chain_id=record["chain_id"],
        block_number=record["block_number"],
        block_hash=record["block_hash"],
        transaction_hash=record["tx_hash"],
        log_index=record["log_index"],
    )


async def seals_of(session: ReadSession, journals: Sequence[int]) -> list[SealRow | None]:
    """Each journal's seal; None for the seconds until it has one."""
    names = [str(key) for key in journals]
    records = await session.connection.fetch(_SEALS, session.program_id, names)
    found = {
        record["journal_id"]: SealRow(
            record["n"], record["hash"], record["previous_hash"], record["sealed_at"]
        )
        for record in records
    }
    return [found.get(key) for key in journals]


async def batches_of(session: ReadSession, hashes: Sequence[bytes]) -> list[UUID | None]:
    """The payout batch that lists each Safe transaction, by safeTxHash."""
    records = await session.connection.fetch(_BATCHES, session.program_id, hashes)
    found = {record["hash"]: record["batch_id"] for record in records}
    return [found.get(hash_) for hash_ in hashes]


async def discrepancies_of(session: ReadSession, journals: Sequence[int]) -> list[UUID | None]:
    """Of journals that put money into SUSPENSE, or took it there: what was opened about it."""
    records = await session.connection.fetch(_DISCREPANCIES, session.program_id, journals)
    found = {record["journal_id"]: record["discrepancy_id"] for record in records}
    return [found.get(key) for key in journals]
