"""Payout batches: their derived status, and the lists that come with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.payouts import BatchStatus
from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, Slice, money


@dataclass(frozen=True, slots=True)
class PayoutBatchRow:
    """required_approvals: the Safe's threshold as it was last read. executed_at: program time of the last execution."""

    program_key: int
    id: UUID
    currency: str
    status: str
    version: int
    total: MoneyRow
    payout_count: int
    required_approvals: int
    content_hash: bytes
    replaces_id: UUID | None
    created_by: str
    created_at: datetime
    executed_at: datetime | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class BatchFilter:
    """status: any of these; None: all."""

    status: tuple[str, ...] | None = None


_COLUMNS = """b.program_id, b.id, b.currency, sge_batch_status(b.program_id, b.id) AS status, b.version, b.total,
  b.payout_count, b.content_hash, b.replaces, b.created_by, b.created_at, b.reject_reason, t.threshold,
  e.executed_at, e.death_reason"""
_FROM = """payout_batch b
  JOIN treasury t ON t.program_id = b.program_id
 CROSS JOIN LATERAL (
       SELECT max(s.finished_at) FILTER (WHERE s.status = 'EXECUTED') AS executed_at,
              (array_agg(s.death_reason ORDER BY x.place) FILTER (WHERE s.death IS NOT NULL))[1] AS death_reason
         FROM payout_batch_transaction x
         JOIN safe_transaction s ON s.program_id = x.program_id AND s.id = x.safe_transaction_id
        WHERE x.program_id = b.program_id AND x.batch_id = b.id) e"""
_BY_IDS = f"SELECT {_COLUMNS} FROM {_FROM} WHERE b.program_id = $1 AND b.id = ANY($2::uuid[])"
_MATCHES = """b.program_id = $1
   AND ($2::text[] IS NULL OR sge_batch_status(b.program_id, b.id) = ANY($2))"""
_LIST = f"""
SELECT {_COLUMNS} FROM {_FROM}
 WHERE {_MATCHES} AND ($3::timestamptz IS NULL OR (b.created_at, b.id) < ($3, $4::uuid))
 ORDER BY b.created_at DESC, b.id DESC LIMIT $5
"""
_COUNT = f"SELECT count(*) FROM (SELECT FROM payout_batch b WHERE {_MATCHES} LIMIT 10002) c"

_ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.PARTIALLY_COMPLETED})
_GIVEN_UP = frozenset({BatchStatus.PARTIALLY_COMPLETED, BatchStatus.FAILED})


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> PayoutBatchRow:
    return PayoutBatchRow(
        program_key=record["program_id"],
        id=record["id"],
        currency=record["currency"],
        status=record["status"],
        version=record["version"],
        total=money(record["total"], record["currency"], decimals),
        payout_count=record["payout_count"],
        required_approvals=record["threshold"],
        content_hash=record["content_hash"],
        replaces_id=record["replaces"],
        created_by=record["created_by"],
        created_at=record["created_at"],
        executed_at=record["executed_at"] if record["status"] in _ENDED else None,
        failure=_failure(record),
    )


def _failure(record: asyncpg.Record) -> str | None:
    reason: str | None = None
    if record["status"] == BatchStatus.REJECTED:
        reason = record["reject_reason"]
    elif record["status"] in _GIVEN_UP:
        reason = record["death_reason"]
    return reason


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[PayoutBatchRow | None]:
    """Batches of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def page(session: ReadSession, given: BatchFilter, part: Slice) -> list[PayoutBatchRow]:
    """Newest first; the sort key is (created_at, id): an id is as old as its key's first claim."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _LIST, session.program_id, given.status, part.key(0), part.key(1), part.limit
    )
    return [_row(record, decimals) for record in records]


async def count(session: ReadSession, given: BatchFilter) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id, given.status)
    return found
