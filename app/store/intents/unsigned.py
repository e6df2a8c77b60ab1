"""What happens to claimed intents that are not signed after all: given back, failed, or sent another way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.events import EventType, NewEvent
from app.domain.intent_failures import EXPIRED, IntentFailure
from app.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A claimed intent that goes back to PENDING. rerouted: from now on among contract wallets."""

    program_id: int
    intent_id: UUID
    version: int
    due_at: datetime
    reason: str
    rerouted: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A claimed intent that failed before anything was signed."""

    program_id: int
    intent_id: UUID
    version: int
    failure: IntentFailure


@dataclass(frozen=True, slots=True)
class Failed:
    """An intent that failed now. version: after that; before: its status before."""

    program_id: int
    intent_id: UUID
    version: int
    before: str
    code: str
    retryable: bool


_GIVE_BACK = """
WITH given AS (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[], $6::boolean[])
    AS g (program_id, intent_id, version, due_at, reason, rerouted)
), locked AS MATERIALIZED (
  SELECT s.program_id, s.intent_id, g.due_at, g.reason, g.rerouted
    FROM given g JOIN intent_state s USING (program_id, intent_id)
   WHERE s.version = g.version AND s.status = 'PROCESSING' AND s.stage = 'QUEUED'
   ORDER BY s.program_id, s.intent_id FOR UPDATE OF s
), moved AS (
  UPDATE intent_state s
     SET status = 'PENDING', version = s.version + 1, lease_until = NULL, leased_by = NULL,
         rerouted = s.rerouted OR l.rerouted, updated_at = $7
    FROM locked l WHERE s.program_id = l.program_id AND s.intent_id = l.intent_id
  RETURNING s.program_id, s.intent_id, s.version, s.rerouted, l.due_at, l.reason
), waiting AS (
  UPDATE intent_todo t SET due_at = m.due_at, rerouted = m.rerouted, lease_until = NULL
    FROM moved m WHERE t.program_id = m.program_id AND t.intent_id = m.intent_id
), noted AS (
  INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor, reason)
  SELECT program_id, intent_id, version, 'PROCESSING', 'PENDING', 'QUEUED', $7, $8, reason FROM moved
)
SELECT program_id, intent_id, version, reason FROM moved
"""
# An intent keeps its stage when it fails, and its wallet may register again.
_FAIL = """
WITH given AS (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::boolean[])
    AS g (program_id, intent_id, version, code, message, retryable)
), locked AS MATERIALIZED (
  SELECT s.program_id, s.intent_id, s.status, g.code, g.message, g.retryable
    FROM given g JOIN intent_state s USING (program_id, intent_id)
   WHERE s.version = g.version AND s.status IN ('PENDING', 'PROCESSING') AND s.stage = 'QUEUED'
   ORDER BY s.program_id, s.intent_id FOR UPDATE OF s
), moved AS (
  UPDATE intent_state s
     SET status = 'FAILED', version = s.version + 1, attempts = s.attempts + (l.status = 'PROCESSING')::integer,
         lease_until = NULL, leased_by = NULL, failure_code = l.code, failure_message = l.message,
         failure_retryable = l.retryable, updated_at = $7, completed_at = $7
    FROM locked l WHERE s.program_id = l.program_id AND s.intent_id = l.intent_id
  RETURNING s.program_id, s.intent_id, s.version, s.attempts, l.status, l.code, l.message, l.retryable
), tried AS (
  INSERT INTO intent_attempt (program_id, intent_id, number, live, started_at, finished_at, failure_code,
                              failure_message, failure_retryable)
  SELECT program_id, intent_id, attempts, false, $7, $7, code, message, retryable
    FROM moved WHERE status = 'PROCESSING'
), done AS (
  DELETE FROM intent_todo t USING moved m WHERE t.program_id = m.program_id AND t.intent_id = m.intent_id
), freed AS (
  UPDATE program_user u SET registration_intent_id = NULL
    FROM moved m JOIN intent i ON i.program_id = m.program_id AND i.id = m.intent_id AND i.kind = 'REGISTRATION'
   WHERE u.program_id = i.program_id AND u.id = i.user_id AND u.registration_intent_id = i.id
), noted AS (
  INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor, reason)
  SELECT program_id, intent_id, version, status, 'FAILED', 'QUEUED', $7, $8, code FROM moved
)
SELECT program_id, intent_id, version, status, code, retryable FROM moved
"""
# IS TRUE keeps the planner to the primary key of intent_state, whatever it believes of the queue.
_LEASES_RUN_OUT = """
SELECT t.program_id, t.intent_id, s.version
  FROM intent_todo t JOIN intent_state s USING (program_id, intent_id)
 WHERE t.lease_until <= $1 AND (s.status = 'PROCESSING' AND s.stage = 'QUEUED') IS TRUE ORDER BY t.lease_until LIMIT $2
"""
_HELD_BY = """
SELECT t.program_id, t.intent_id, s.version
  FROM intent_todo t JOIN intent_state s USING (program_id, intent_id)
 WHERE t.lease_until IS NOT NULL AND s.leased_by = $1 AND (s.status = 'PROCESSING' AND s.stage = 'QUEUED') IS TRUE
"""
_ABOUT_TO_EXPIRE = """
SELECT t.program_id, t.intent_id, s.version
  FROM intent_todo t JOIN intent_state s USING (program_id, intent_id)
 WHERE t.expires_at <= $1 AND t.lease_until IS NULL AND (s.status = 'PENDING') IS TRUE ORDER BY t.expires_at LIMIT $2
"""


async def give_back(unit: UnitOfWork, back: Sequence[GivenBack], actor: str, at: datetime) -> int:
    """Those that still have their version are PENDING again; returns how many."""
    rows = await unit.connection.fetch(
        _GIVE_BACK,
        [one.program_id for one in back],
        [one.intent_id for one in back],
        [one.version for one in back],
        [one.due_at for one in back],
        [one.reason for one in back],
        [one.rerouted for one in back],
        at,
        actor,
    )
    for program_id, intent_id, version, reason in rows:
        data = {
            "v": 1,
            "from": "PROCESSING",
            "status": "PENDING",
            "stage": "QUEUED",
            "reason": reason,
        }
        unit.record(
            NewEvent(EventType.INTENT, "intent.requeued", str(intent_id), version, at, data),
            program_id,
        )
    return len(rows)


async def fail(
    unit: UnitOfWork, refused: Sequence[Refused], actor: str, at: datetime
) -> list[Failed]:
    """Those that still have their version are FAILED; one that was claimed counts it as an attempt."""
    rows = await unit.connection.fetch(
        _FAIL,
        [one.program_id for one in refused],
        [one.intent_id for one in refused],
        [one.version for one in refused],
        [one.failure.code.value for one in refused],
        [one.failure.message for one in refused],
        [one.failure.retryable for one in refused],
        at,
        actor,
    )
    for program_id, intent_id, version, status, code, retryable in rows:
        data = {
            "v": 1,
            "from": status,
            "status": "FAILED",
            "stage": "QUEUED",
            "code": code,
            "retryable": retryable,
        }
        unit.record(
            NewEvent(EventType.INTENT, "intent.failed", str(intent_id), version, at, data),
            program_id,
        )
    return [Failed(*row) for row in rows]


async def leases_run_out(unit: UnitOfWork, now: datetime, limit: int) -> list[GivenBack]:
    """Claimed intents whose worker did not come back."""
    rows = await unit.connection.fetch(_LEASES_RUN_OUT, now, limit)
    return [
        GivenBack(program_id, intent_id, version, now, "its worker's lease ran out")
        for program_id, intent_id, version in rows
    ]


async def held_by(unit: UnitOfWork, holder: str, due_at: datetime, reason: str) -> list[GivenBack]:
    """Claimed intents that this holder has not signed."""
    rows = await unit.connection.fetch(_HELD_BY, holder)
    return [
        GivenBack(program_id, intent_id, version, due_at, reason)
        for program_id, intent_id, version in rows
    ]


async def about_to_expire(unit: UnitOfWork, before: datetime, limit: int) -> list[Refused]:
    """PENDING intents, of paused programs too, whose authorisation ends before the given instant."""
    rows = await unit.connection.fetch(_ABOUT_TO_EXPIRE, before, limit)
    return [
        Refused(program_id, intent_id, version, EXPIRED) for program_id, intent_id, version in rows
    ]
