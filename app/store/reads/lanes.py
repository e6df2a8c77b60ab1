"""Lanes and workers: the platform's own moving parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, wei


@dataclass(frozen=True, slots=True)
class LaneRow:
    id: UUID
    chain_id: int
    relayer: str
    status: str
    halt_reason: str | None
    halted_at: datetime | None
    balance: MoneyRow
    next_nonce: int
    in_flight: int
    oldest_pending_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    name: str
    queues: list[str]
    state: str
    current_job: str | None
    beat_at: datetime


_LANES = """
SELECT l.id, l.chain_id, l.relayer, l.status, l.halt_reason, l.halted_at, l.balance_wei, l.next_nonce,
       count(t.id) AS in_flight, min(t.created_at) AS oldest_pending_at
  FROM lane l
  LEFT JOIN sge_open_transactions() t ON t.lane_id = l.id
 WHERE $1::uuid[] IS NULL OR l.id = ANY($1)
 GROUP BY l.id ORDER BY l.chain_id, l.relayer
"""
_WORKERS = "SELECT name, queues, state, current_job, beat_at FROM worker_heartbeat ORDER BY name"
_WAITING = "SELECT depth, oldest FROM sge_waiting_intents()"


def _lane(record: asyncpg.Record) -> LaneRow:
    return LaneRow(
        id=record["id"],
        chain_id=record["chain_id"],
        relayer=record["relayer"],
        status=record["status"],
        halt_reason=record["halt_reason"],
        halted_at=record["halted_at"],
        balance=wei(record["balance_wei"] or 0),
        next_nonce=record["next_nonce"],
        in_flight=record["in_flight"],
        oldest_pending_at=record["oldest_pending_at"],
    )


async def lanes(session: ReadSession) -> list[LaneRow]:
    """Every lane of the platform."""
    return [_lane(record) for record in await session.connection.fetch(_LANES, None)]


async def lanes_by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[LaneRow | None]:
    """Lanes by id."""
    found = {row["id"]: _lane(row) for row in await session.connection.fetch(_LANES, ids)}
    return [found.get(id_) for id_ in ids]


async def workers(session: ReadSession) -> list[WorkerRow]:
    """Every worker that has beaten and was not forgotten yet."""
    return [WorkerRow(*record) for record in await session.connection.fetch(_WORKERS)]


async def waiting_intents(session: ReadSession) -> tuple[int, datetime | None]:
    """How many intents of all programs are due (counted up to 10 001), and since when the oldest of all is."""
    record = await session.connection.fetchrow(_WAITING)
    assert record is not None
    return record["depth"], record["oldest"]
