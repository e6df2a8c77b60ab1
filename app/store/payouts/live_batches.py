"""Batches of a program that can still be paid, and how far the Safe's nonces are known to be used."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.payouts import BatchKind
from app.store.database import ReadSession, UnitOfWork

_COLUMNS = "b.id, b.kind, b.currency, b.rejected_at, b.content_hash, b.version"
# Whoever replaces covers every open nonce: only the newest batch of a chain of replacements has no successor.
_LIVE = f"""
SELECT {_COLUMNS} FROM payout_batch b
 WHERE b.program_id = $1
   AND NOT EXISTS (SELECT FROM payout_batch r WHERE r.program_id = b.program_id AND r.replaces = b.id)
   AND EXISTS (SELECT FROM payout_batch_transaction t
                 JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
                WHERE t.program_id = b.program_id AND t.batch_id = b.id AND s.status NOT IN ('EXECUTED', 'DEAD'))
"""
_BY_ID = f"SELECT {_COLUMNS} FROM payout_batch b WHERE b.program_id = $1 AND b.id = $2"
_USED = """
SELECT coalesce(max(safe_nonce), -1) FROM safe_transaction WHERE program_id = $1 AND status IN ('EXECUTED', 'DEAD')
"""

_REJECT = """
UPDATE payout_batch SET rejected_by = $3, rejected_at = $4, reject_reason = $5 WHERE program_id = $1 AND id = $2
"""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as its services see it. rejected_at: real time."""

    id: UUID
    kind: BatchKind
    currency: str
    rejected_at: datetime | None
    content_hash: bytes
    version: int


async def live_batch(session: ReadSession | UnitOfWork, program_id: int) -> BatchRow | None:
    """The one batch that is not replaced and of which something is open."""
    row = await session.connection.fetchrow(_LIVE, program_id)
    return None if row is None else _batch(row)


async def read_batch(
    session: ReadSession | UnitOfWork, program_id: int, batch_id: UUID
) -> BatchRow | None:
    row = await session.connection.fetchrow(_BY_ID, program_id, batch_id)
    return None if row is None else _batch(row)


async def last_used_nonce(session: ReadSession | UnitOfWork, program_id: int) -> int:
    """The highest nonce that is used for ever, of what we stored; -1 for none."""
    nonce: int = await session.connection.fetchval(_USED, program_id)
    return nonce


async def note_rejection(
    unit: UnitOfWork, program_id: int, batch_id: UUID, *, by: str, reason: str, at: datetime
) -> None:
    """Once. at: real time."""
    await unit.connection.execute(_REJECT, program_id, batch_id, by, at, reason)


def _batch(row: asyncpg.Record) -> BatchRow:
    return BatchRow(
        row["id"],
        BatchKind(row["kind"]),
        row["currency"],
        row["rejected_at"],
        row["content_hash"],
        row["version"],
    )
