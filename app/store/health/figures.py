"""The figures of the platform, each by a statement that stays cheap whatever has piled up: indexes of open work only."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.domain.health.figures import (
    ChainFigures,
    DriftFigures,
    LaneFigures,
    QueueFigures,
    WorkerFigures,
)
from app.domain.health.groups import FigureGroup
from app.domain.stuck import WorkStage
from app.store.database import ReadSession, UnitOfWork
from app.store.health import pace
from app.store.health.lags import read_lags, read_scheduler
from app.store.health.programs import read_programs
from app.store.health.unread import StaleFigures
from app.store.reads import stuck_work
from app.store.reconciliation.platform_looks import newest_fault

Fields = dict[str, Any]
ReadGroup = Callable[[ReadSession, datetime], Awaitable[Fields]]

PATIENCE_SECONDS = 3.0
# It is done once a minute.
_ADDED_UP_WITHIN = timedelta(minutes=5)
_PATIENCE = "SELECT set_config('statement_timeout', $1, true)"
_LANES = """
SELECT l.chain_id, l.relayer, l.status, l.halt_reason, l.balance_wei, count(t.id) AS in_flight,
       greatest(0, coalesce(extract(epoch FROM $1 - (array_agg(coalesce(t.first_sent_at, t.created_at) ORDER BY t.nonce)
         FILTER (WHERE t.status IN ('PREPARED', 'BROADCAST')))[1]), 0))::float8 AS oldest_pending_seconds
  FROM lane l
  LEFT JOIN chain_transaction t ON t.chain_id = l.chain_id AND t.lane_id = l.id
                               AND t.status IN ('PREPARED', 'BROADCAST', 'MINED')
 GROUP BY l.id ORDER BY l.chain_id, l.relayer
"""
# The block's own time would not do for silence: a quiet chain makes no blocks.
_CHAINS = """
SELECT w.chain_id, greatest(0, extract(epoch FROM $1 - coalesce(w.answered_at, w.updated_at)))::float8 AS silent_seconds,
       coalesce((SELECT greatest(0, extract(epoch FROM w.head_at - b.at)) FROM chain_block b
                  WHERE b.chain_id = w.chain_id AND b.number = w.final_number), 0)::float8 AS finality_seconds
  FROM chain_watch w WHERE coalesce(w.answered_at, w.updated_at) IS NOT NULL ORDER BY w.chain_id
"""
# Counted up to a limit; the oldest is of all, the first of each part of an index.
_QUEUES = """
SELECT 'settle' AS name, n.depth, extract(epoch FROM $1 - o.due)::float8 AS oldest_seconds
  FROM (SELECT count(*)::int AS depth
          FROM (SELECT FROM program p
                 CROSS JOIN LATERAL (SELECT FROM intent_todo t
                        WHERE t.chain_id = p.chain_id AND t.program_id = p.id AND t.lease_until IS NULL AND t.due_at <= $1
                        ORDER BY t.rerouted, t.due_at LIMIT 10001) x
                 WHERE p.status = 'ACTIVE' LIMIT 10001) d) n
 CROSS JOIN (SELECT min(x.due_at) AS due
               FROM program p CROSS JOIN (VALUES (false), (true)) AS r (rerouted)
              CROSS JOIN LATERAL (SELECT t.due_at FROM intent_todo t
                     WHERE t.chain_id = p.chain_id AND t.program_id = p.id AND t.rerouted = r.rerouted
                       AND t.lease_until IS NULL AND t.due_at <= $1
                     ORDER BY t.due_at LIMIT 1) x
              WHERE p.status = 'ACTIVE') o
UNION ALL
SELECT 'webhooks', n.depth, extract(epoch FROM $1 - o.due)::float8
  FROM (SELECT count(*)::int AS depth
          FROM (SELECT FROM webhook_endpoint e
                 CROSS JOIN LATERAL (SELECT FROM webhook_delivery w
                        WHERE w.program_id = e.program_id AND w.endpoint_id = e.id AND w.status = 'PENDING'
                          AND w.lease_until IS NULL AND w.next_attempt_at <= $1
                        ORDER BY w.next_attempt_at LIMIT 1001) x
                 WHERE e.enabled LIMIT 10001) d) n
 CROSS JOIN (SELECT min(x.next_attempt_at) AS due FROM webhook_endpoint e
              CROSS JOIN LATERAL (SELECT w.next_attempt_at FROM webhook_delivery w
                     WHERE w.program_id = e.program_id AND w.endpoint_id = e.id AND w.status = 'PENDING'
                       AND w.lease_until IS NULL AND w.next_attempt_at <= $1
                     ORDER BY w.next_attempt_at LIMIT 1) x
              WHERE e.enabled) o
UNION ALL
SELECT 'provider events', count(*)::int, extract(epoch FROM $1 - min(d.due_at))::float8
  FROM (SELECT p.due_at FROM provider_event p WHERE p.due_at <= $1 ORDER BY p.due_at LIMIT 10001) d
"""
# Long silent ones were replaced by others, under other names.
_WORKERS = """
SELECT name, greatest(0, extract(epoch FROM $1 - beat_at))::float8 AS silent_seconds, queues
  FROM worker_heartbeat WHERE beat_at > $1 - interval '1 hour' ORDER BY name
"""
_DRIFTS = """
SELECT p.slug AS program, d.currency, d.drift, d.checked_at FROM ledger_drift d JOIN program p ON p.id = d.program_id
 ORDER BY p.slug, d.currency
"""
_INTENTS = """
SELECT name, sum(value)::bigint AS value FROM program_counter
 WHERE name IN ('PENDING', 'PROCESSING', 'CONFIRMED', 'FAILED') GROUP BY name
"""
_DISCREPANCIES = (
    "SELECT severity, count(*) AS n FROM discrepancy WHERE resolved_at IS NULL GROUP BY severity"
)

_FOREIGN_NOTE = "SELECT foreign_note_at FROM instance WHERE foreign_note_at > $1::timestamptz - interval '1 hour'"


async def _relayers(session: ReadSession, now: datetime) -> Fields:
    stuck = await stuck_work.of_platform(session, now)
    rows = await session.connection.fetch(_LANES, now)
    return {
        "lanes": tuple(LaneFigures(**row) for row in rows),
        "stuck_lanes": tuple(one for one in stuck if one.stage is WorkStage.LANE_PENDING),
    }


async def _chains(session: ReadSession, now: datetime) -> Fields:
    rows = await session.connection.fetch(_CHAINS, now)
    return {"chains": tuple(ChainFigures(**row) for row in rows)}


async def _queues(session: ReadSession, now: datetime) -> Fields:
    rows = await session.connection.fetch(_QUEUES, now)
    return {"queues": tuple(QueueFigures(**row) for row in rows)}


async def _workers(session: ReadSession, now: datetime) -> Fields:
    rows = await session.connection.fetch(_WORKERS, now)
    return {"workers": tuple(WorkerFigures(**row) for row in rows)}


async def _scheduler(session: ReadSession, now: datetime) -> Fields:
    return {"scheduler_silent_seconds": await read_scheduler(session, now)}


async def _feed(session: ReadSession, now: datetime) -> Fields:
    return {"lags": await read_lags(session, now)}


async def _settlement(session: ReadSession, now: datetime) -> Fields:
    return {"settlement": await pace.read(session, now)}


async def _intents(session: ReadSession, _: datetime) -> Fields:
    rows = await session.connection.fetch(_INTENTS)
    return {"intents": {row["name"]: row["value"] for row in rows}}


async def _discrepancies(session: ReadSession, _: datetime) -> Fields:
    rows = await session.connection.fetch(_DISCREPANCIES)
    return {"discrepancies": {row["severity"]: row["n"] for row in rows}}


async def _programs(session: ReadSession, now: datetime) -> Fields:
    return {"programs": tuple(await read_programs(session, now))}


async def _ledger(session: ReadSession, now: datetime) -> Fields:
    rows = await session.connection.fetch(_DRIFTS)
    # All are added up at once.
    late = min((now - row["checked_at"] for row in rows), default=timedelta())
    if late > _ADDED_UP_WITHIN:
        raise StaleFigures(f"nobody has added the accounts up for {late.total_seconds():.0f} s")
    return {
        "drifts": tuple(DriftFigures(row["program"], row["currency"], row["drift"]) for row in rows)
    }


async def _audit(session: ReadSession, now: datetime) -> Fields:
    return {
        "audit_fault": await newest_fault(session),
        "foreign_note_at": await session.connection.fetchval(_FOREIGN_NOTE, now),
    }


READERS: Mapping[FigureGroup, ReadGroup] = {
    FigureGroup.RELAYERS: _relayers,
    FigureGroup.CHAINS: _chains,
    FigureGroup.QUEUES: _queues,
    FigureGroup.WORKERS: _workers,
    FigureGroup.SCHEDULER: _scheduler,
    FigureGroup.FEED: _feed,
    FigureGroup.SETTLEMENT: _settlement,
    FigureGroup.INTENTS: _intents,
    FigureGroup.DISCREPANCIES: _discrepancies,
    FigureGroup.PROGRAMS: _programs,
    FigureGroup.LEDGER: _ledger,
    FigureGroup.AUDIT: _audit,
}
"""Each gives its fields of `Figures`, as sge_worker; now: real time. The replica is asked elsewhere."""


async def be_quick(session: ReadSession | UnitOfWork, seconds: float = PATIENCE_SECONDS) -> None:
    """Ends whatever takes longer from now on in this transaction, waiting for locks included."""
    await session.connection.execute(_PATIENCE, f"{round(1000 * seconds)}ms")
