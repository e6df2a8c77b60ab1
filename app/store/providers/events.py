"""Events of payment providers: stored as they came, taken by a worker one by one, and what came of each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.money import Money
from app.domain.providers.charges import ProviderEvent
from app.store.database import ReadSession, UnitOfWork

_STORE = """
INSERT INTO provider_event (program_id, id, provider, event_id, body, received_at, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (program_id, provider, event_id) DO NOTHING
RETURNING true
"""
# In turns, so that one program's flood does not keep the others waiting.
_DUE = """
SELECT program_id, id, request_id, traceparent
  FROM (SELECT program_id, id, due_at, request_id, traceparent, row_number() OVER (PARTITION BY program_id ORDER BY due_at, id) AS turn
          FROM provider_event WHERE due_at <= $1) d
 ORDER BY turn, due_at, id LIMIT $2
"""
# Whoever has it already does it.
_TAKE = """
SELECT provider, event_id, body, received_at, asked_again_at
  FROM provider_event
 WHERE program_id = $1 AND id = $2 AND due_at <= $3
   FOR UPDATE SKIP LOCKED
"""
_LOCK_CHARGE = "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, $3))"
_INTENT_OF_CHARGE = """
SELECT intent_id FROM provider_event
 WHERE program_id = $1 AND provider = $2 AND charge = $3 AND intent_id IS NOT NULL LIMIT 1
"""
_FINISH = """
UPDATE provider_event
   SET due_at = NULL, processed_at = $3, outcome = $4, event_type = $5, step = $6, charge = $7, intent_id = $8,
       amount = $9, currency = $10
 WHERE program_id = $1 AND id = $2
"""
# Ten doublings are more than the hour; forty would be no interval that PostgreSQL knows.
_PUT_OFF = """
UPDATE provider_event
   SET tries = tries + 1,
       due_at = $3::timestamptz + least(interval '5 seconds' * power(2, least(tries, 10)), interval '1 hour')
 WHERE program_id = $1 AND id = $2 AND due_at IS NOT NULL
"""
# Of several payments that came late the event that has seen them all.
_ASK_AGAIN = """
UPDATE provider_event e SET due_at = $3, asked_again_at = $3
  FROM (SELECT l.id FROM provider_event l
         WHERE l.program_id = $1 AND l.intent_id = $2 AND l.step = 'LATE' AND l.amount IS NOT NULL
         ORDER BY l.amount DESC, l.received_at, l.id LIMIT 1) late
 WHERE e.program_id = $1 AND e.id = late.id
RETURNING true
"""
_SETTLED = """
SELECT amount, currency FROM provider_event
 WHERE program_id = $1 AND provider = $2 AND charge = $3 AND outcome = 'SETTLED'
"""


class Outcome(StrEnum):
    """STALE: behind what was known already. UNATTRIBUTED, MALFORMED: a discrepancy says why."""

    APPLIED = "APPLIED"
    STALE = "STALE"
    SETTLED = "SETTLED"
    IGNORED = "IGNORED"
    UNATTRIBUTED = "UNATTRIBUTED"
    MALFORMED = "MALFORMED"


@dataclass(frozen=True, slots=True)
class NewEventRow:
    """A body whose signature is good."""

    id: UUID
    provider: str
    event_id: str
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """request_id, traceparent: of the request that brought it."""

    program_id: int
    id: UUID
    request_id: str | None
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class DueEvent:
    """A stored event, taken for this transaction. asked_again_at: when a person wanted it credited, it being late."""

    program_id: int
    id: UUID
    provider: str
    event_id: str
    body: bytes
    received_at: datetime
    asked_again_at: datetime | None


@dataclass(frozen=True, slots=True)
class Processed:
    """What came of an event. event: None when it could not be read."""

    outcome: Outcome
    event: ProviderEvent | None = None
    intent_id: UUID | None = None
    paid: Money | None = None


async def store_event(unit: UnitOfWork, new: NewEventRow) -> bool:
    """False when the unit's program has the event already."""
    stored = await unit.connection.fetchval(
        _STORE, unit.program_id, new.id, new.provider, new.event_id, new.body, new.received_at
    )
    return bool(stored)


async def due_events(session: ReadSession, now: datetime, most: int) -> list[WaitingEvent]:
    """What waits, of all programs in turns, the longest waiting first."""
    rows = await session.connection.fetch(_DUE, now, most)
    return [WaitingEvent(**row) for row in rows]


async def take_event(
    unit: UnitOfWork, program_id: int, id_: UUID, now: datetime
) -> DueEvent | None:
    """None when it is done, not due, or somebody else has it."""
    row = await unit.connection.fetchrow(_TAKE, program_id, id_, now)
    return None if row is None else DueEvent(program_id, id_, *row)


async def lock_charge(unit: UnitOfWork, event: DueEvent, charge: str) -> UUID | None:
    """Events of one charge follow each other from here on; the intent that an earlier one belongs to."""
    await unit.connection.execute(_LOCK_CHARGE, event.provider, charge, event.program_id)
    intent: UUID | None = await unit.connection.fetchval(
        _INTENT_OF_CHARGE, event.program_id, event.provider, charge
    )
    return intent


async def finish_event(unit: UnitOfWork, event: DueEvent, done: Processed, now: datetime) -> None:
    """Nothing is left to do for it."""
    told, paid = done.event, done.paid
    charge = None if told is None else told.charge
    await unit.connection.execute(
        _FINISH,
        event.program_id,
        event.id,
        now,
        done.outcome.value,
        None if told is None else told.type,
        None if told is None or told.step is None else told.step.value,
        None if charge is None else charge.key,
        done.intent_id,
        None if paid is None else paid.units,
        None if paid is None else paid.currency,
    )


async def put_off(unit: UnitOfWork, program_id: int, id_: UUID, now: datetime) -> None:
    """It broke off: again in 5 s, then ever more rarely, hourly in the end."""
    await unit.connection.execute(_PUT_OFF, program_id, id_, now)


async def ask_again(unit: UnitOfWork, intent_id: UUID, now: datetime) -> bool:
    """What was paid late for an intent is to be credited; False when nothing was."""
    return bool(await unit.connection.fetchval(_ASK_AGAIN, unit.program_id, intent_id, now))


async def settled_amount(unit: UnitOfWork, event: DueEvent, charge: str) -> Money | None:
    """What is credited already of the event's charge."""
    row = await unit.connection.fetchrow(_SETTLED, event.program_id, event.provider, charge)
    return None if row is None else Money(row["amount"], row["currency"])
