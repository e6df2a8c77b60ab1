"""All that stands still of a program, or of the platform, each with its diagnosis: for checks, alerts and gauges."""

from datetime import datetime

import asyncpg

from app.domain.states import LaneStatus
from app.domain.stuck import LIMITS, Diagnosis, StuckWork, WorkKind, WorkStage, limit_of
from app.domain.stuck_intents import diagnose_intent, work_stage_of
from app.domain.stuck_work import (
    diagnose_delivery,
    diagnose_given_up,
    diagnose_lane,
    diagnose_provider_event,
    diagnose_safe_transaction,
)
from app.store.database import ReadSession, UnitOfWork
from app.store.reads.stuck_intents import finality_of_program, oldest_stuck

# Since its newest move; of what was never moved since it was proposed. What was given up is ended by the batch that replaces
# its own, so it is that one's matter from then on.
_SAFE_TRANSACTIONS = """
SELECT s.id, s.status, s.safe_nonce, s.waiting, t.threshold, r.relay, m.since, s.death_reason, b.proposed_at, b.rejected,
       CASE WHEN p.status <> 'ACTIVE' THEN coalesce(p.pause_reason, p.status) END AS pause_reason,
       (SELECT count(*) FROM safe_signature g
         WHERE g.program_id = s.program_id AND g.safe_transaction_id = s.id AND g.owner::text = ANY (t.owners)) AS signed
  FROM safe_transaction s
  JOIN program p ON p.id = s.program_id
  JOIN treasury t ON t.program_id = s.program_id
  CROSS JOIN LATERAL (
       SELECT coalesce(max(v.at), s.created_at) AS since FROM safe_transaction_transition v
        WHERE v.program_id = s.program_id AND v.safe_transaction_id = s.id) m
  LEFT JOIN LATERAL (
       SELECT format('nonce %s of lane %s is %s%s', x.nonce, x.from_address, lower(x.status),
                     (SELECT coalesce('; the node''s last answer: ' || o.last_error, '') FROM signed_copy o
                       WHERE o.chain_transaction_id = x.id ORDER BY o.n DESC LIMIT 1)) AS relay
         FROM safe_relay y JOIN chain_transaction x ON x.id = y.chain_transaction_id
        WHERE y.program_id = s.program_id AND y.safe_transaction_id = s.id ORDER BY y.number DESC LIMIT 1) r ON true
  LEFT JOIN LATERAL (
       SELECT a.created_at AS proposed_at, a.rejected_at IS NOT NULL AS rejected FROM payout_batch_transaction l
         JOIN payout_batch a ON a.program_id = l.program_id AND a.id = l.batch_id
        WHERE l.program_id = s.program_id AND l.safe_transaction_id = s.id
          AND NOT EXISTS (SELECT FROM payout_batch n WHERE n.program_id = a.program_id AND n.replaces = a.id)) b ON true
 WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD') AND (s.death IS NULL OR b.proposed_at IS NOT NULL)
   AND m.since < CASE WHEN s.death IS NOT NULL THEN $5::timestamptz
                      WHEN s.status = 'PROPOSED' THEN $2 WHEN s.status = 'APPROVED' THEN $3 ELSE $4 END
 ORDER BY s.safe_nonce, s.id LIMIT $6
"""
_LANES = """
SELECT l.id, l.relayer, l.status, l.halt_reason, l.balance_wei, coalesce(l.halted_at, l.balance_read_at, l.created_at) AS since,
       o.since AS oldest_since, o.nonce, o.copies, o.last_error
  FROM lane l
  LEFT JOIN LATERAL (
       SELECT coalesce(x.first_sent_at, x.created_at) AS since, x.nonce, c.n AS copies, c.last_error
         FROM chain_transaction x
         JOIN LATERAL (SELECT n, last_error FROM signed_copy c
                        WHERE c.chain_transaction_id = x.id ORDER BY c.n DESC LIMIT 1) c ON true
        WHERE x.chain_id = l.chain_id AND x.lane_id = l.id AND x.status IN ('PREPARED', 'BROADCAST')
        ORDER BY x.nonce LIMIT 1) o ON true
 WHERE l.status <> 'ACTIVE' OR o.since < $1 ORDER BY l.chain_id, l.relayer
"""
_DELIVERIES = """
SELECT d.id, d.lease_until, d.sending_since, d.next_attempt_at, d.event_name, d.tries, e.url, e.failing_since
  FROM webhook_endpoint e
 CROSS JOIN LATERAL (
       (SELECT * FROM webhook_delivery w
         WHERE w.program_id = e.program_id AND w.endpoint_id = e.id AND w.status = 'PENDING' AND w.lease_until IS NULL
           AND w.next_attempt_at < $2 ORDER BY w.next_attempt_at, w.event_position LIMIT $4)
       UNION ALL
       (SELECT * FROM webhook_delivery w
         WHERE w.program_id = e.program_id AND w.endpoint_id = e.id AND w.lease_until < $3 LIMIT $4)) d
 WHERE e.program_id = $1 AND e.enabled ORDER BY d.next_attempt_at, d.id LIMIT $4
"""
# Those that broke off are due later each time: they wait since they came.
_PROVIDER_EVENTS = """
SELECT id, provider, event_id, tries, due_at, coalesce(asked_again_at, received_at) AS since FROM provider_event
 WHERE program_id = $1 AND due_at IS NOT NULL AND coalesce(asked_again_at, received_at) < $2
 ORDER BY received_at LIMIT $3
"""
_WORKING = "SELECT id FROM program WHERE status = 'ACTIVE' ORDER BY id"
_FLAGGED = (
    "SELECT DISTINCT program_id FROM discrepancy WHERE kind = 'STUCK_WORK' AND resolved_at IS NULL"
)
MOST = 100
_SAFE_STAGES = {
    "PROPOSED": WorkStage.SAFE_PROPOSED,
    "APPROVED": WorkStage.SAFE_APPROVED,
    "EXECUTING": WorkStage.SAFE_EXECUTING,
}
_GIVEN_UP = WorkStage.SAFE_GIVEN_UP
_LANE_STAGES = {
    LaneStatus.HALTED: WorkStage.LANE_HALTED,
    LaneStatus.DRAINING: WorkStage.LANE_DRAINING,
    LaneStatus.ACTIVE: WorkStage.LANE_PENDING,
}


async def working_programs(session: ReadSession) -> list[int]:
    """All that are not paused or archived: a pause explains what waits."""
    return [row["id"] for row in await session.connection.fetch(_WORKING)]


async def flagged_programs(session: ReadSession) -> set[int]:
    """Those with something that is told as standing still, paused ones too."""
    return {row["program_id"] for row in await session.connection.fetch(_FLAGGED)}


async def of_program(session: ReadSession, now: datetime, most: int = MOST) -> list[StuckWork]:
    """What stands still of this snapshot's program, up to `most` of each kind, the longest waiting first. now: real time.

    Also what a paused program explains (`diagnosis.explained`); nobody is to be woken for that.
    """
    assert session.program_id is not None
    return [
        *await _intents(session, now, most),
        *await _safe_transactions(session, now, most),
        *await _deliveries(session, now, most),
        *await _provider_events(session, now, most),
    ]


async def of_platform(session: ReadSession | UnitOfWork, now: datetime) -> list[StuckWork]:
    """The lanes that take no new work, or whose oldest transaction waits for too long."""
    rows = await session.connection.fetch(_LANES, now - LIMITS[WorkStage.LANE_PENDING])
    return [_lane(row) for row in rows]


async def _intents(session: ReadSession, now: datetime, most: int) -> list[StuckWork]:
    return [
        StuckWork(
            session.program_id,
            WorkKind.INTENT,
            work_stage_of(one.situation),
            str(one.id),
            diagnose_intent(one.situation, now),
        )
        for one in await oldest_stuck(session, now, most)
    ]


async def _safe_transactions(session: ReadSession, now: datetime, most: int) -> list[StuckWork]:
    finality = await finality_of_program(session)
    rows = await session.connection.fetch(
        _SAFE_TRANSACTIONS,
        session.program_id,
        *(now - limit_of(stage, finality) for stage in (*_SAFE_STAGES.values(), _GIVEN_UP)),
        most,
    )
    return [_safe_transaction(session.program_id, row) for row in rows]


def _safe_transaction(program_id: int | None, row: asyncpg.Record) -> StuckWork:
    stage = _SAFE_STAGES[row["status"]] if row["death_reason"] is None else _GIVEN_UP
    diagnosis = _given_up(row) if stage is _GIVEN_UP else _on_its_way(stage, row)
    return StuckWork(program_id, WorkKind.SAFE_TRANSACTION, stage, str(row["id"]), diagnosis)


def _given_up(row: asyncpg.Record) -> Diagnosis:
    return diagnose_given_up(
        row["since"],
        nonce=row["safe_nonce"],
        proposed_at=row["proposed_at"],
        rejected=row["rejected"],
        reason=row["death_reason"],
    )


def _on_its_way(stage: WorkStage, row: asyncpg.Record) -> Diagnosis:
    return diagnose_safe_transaction(
        stage,
        row["since"],
        nonce=row["safe_nonce"],
        signed=row["signed"],
        threshold=row["threshold"],
        waiting=row["waiting"],
        relay=row["relay"],
        pause_reason=row["pause_reason"],
    )


async def _deliveries(session: ReadSession, now: datetime, most: int) -> list[StuckWork]:
    rows = await session.connection.fetch(
        _DELIVERIES,
        session.program_id,
        now - LIMITS[WorkStage.DELIVERY_WAITING],
        now - LIMITS[WorkStage.DELIVERY_LEASED],
        most,
    )
    return [_delivery(session.program_id, row) for row in rows]


def _delivery(program_id: int | None, row: asyncpg.Record) -> StuckWork:
    leased = row["lease_until"] is not None
    stage = WorkStage.DELIVERY_LEASED if leased else WorkStage.DELIVERY_WAITING
    diagnosis = diagnose_delivery(
        stage,
        row["sending_since"] if leased else row["next_attempt_at"],
        url=row["url"],
        event=row["event_name"],
        tries=row["tries"],
        lease_until=row["lease_until"],
        failing_since=row["failing_since"],
    )
    return StuckWork(program_id, WorkKind.WEBHOOK_DELIVERY, stage, str(row["id"]), diagnosis)


async def _provider_events(session: ReadSession, now: datetime, most: int) -> list[StuckWork]:
    before = now - LIMITS[WorkStage.PROVIDER_EVENT_WAITING]
    rows = await session.connection.fetch(_PROVIDER_EVENTS, session.program_id, before, most)
    return [
        StuckWork(
            session.program_id,
            WorkKind.PROVIDER_EVENT,
            WorkStage.PROVIDER_EVENT_WAITING,
            str(row["id"]),
            diagnose_provider_event(
                row["since"],
                provider=row["provider"],
                event=row["event_id"],
                tries=row["tries"],
                due_at=row["due_at"],
            ),
        )
        for row in rows
    ]


def _lane(row: asyncpg.Record) -> StuckWork:
    status = LaneStatus(row["status"])
    stage = _LANE_STAGES[status]
    oldest = None
    if row["nonce"] is not None:
        error = f"; the node's last answer: {row['last_error']}" if row["last_error"] else ""
        oldest = f"nonce {row['nonce']} ({row['copies']} copies{error})"
    pending = stage is WorkStage.LANE_PENDING
    diagnosis = diagnose_lane(
        stage,
        row["oldest_since"] if pending else row["since"],
        relayer=row["relayer"],
        halt_reason=row["halt_reason"],
        balance_wei=row["balance_wei"],
        oldest=oldest,
    )
    return StuckWork(None, WorkKind.LANE, stage, str(row["id"]), diagnosis)
