"""Messages about alerts that are to be posted: each alert's in order, each until the receiver took it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.store.database import UnitOfWork

LEASE = timedelta(seconds=60)
"""Far longer than posting one may take."""
_LONGEST_PAUSE_SECONDS = 300
_SHORTEST_PAUSE_SECONDS = 5

_CLAIM = """
WITH due AS (
  SELECT m.alert_id, m.n FROM alert_message m
   WHERE m.sent_at IS NULL AND m.next_try_at <= $1 AND (m.lease_until IS NULL OR m.lease_until < $1)
     AND NOT EXISTS (SELECT FROM alert_message o WHERE o.alert_id = m.alert_id AND o.n < m.n AND o.sent_at IS NULL)
   ORDER BY m.at, m.alert_id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE alert_message m SET tries = m.tries + 1, lease_until = $2
  FROM due, alert a WHERE m.alert_id = due.alert_id AND m.n = due.n AND a.id = m.alert_id
RETURNING m.alert_id, m.n, m.tries, m.kind, a.name, m.severity, m.summary, m.at
"""
_SENT = """
UPDATE alert_message SET sent_at = $4, lease_until = NULL, last_error = NULL
 WHERE alert_id = $1 AND n = $2 AND tries = $3
"""
_FAILED = """
UPDATE alert_message SET lease_until = NULL, last_error = $4,
       next_try_at = $5::timestamptz + make_interval(secs => least($6::int * 2 ^ least(tries - 1, 10), $7::int))
 WHERE alert_id = $1 AND n = $2 AND tries = $3
"""


@dataclass(frozen=True, slots=True)
class DueMessage:
    """tries: counting the one that is ours to make, which fences it."""

    alert_id: UUID
    n: int
    tries: int
    kind: str
    name: str
    severity: str
    summary: str
    at: datetime


async def claim(unit: UnitOfWork, now: datetime) -> DueMessage | None:
    """The one that waits longest, to be posted by the caller; None when nothing is due."""
    row = await unit.connection.fetchrow(_CLAIM, now, now + LEASE)
    return None if row is None else DueMessage(**row)


async def note_sent(unit: UnitOfWork, message: DueMessage, now: datetime) -> None:
    await unit.connection.execute(_SENT, message.alert_id, message.n, message.tries, now)


async def note_failed(unit: UnitOfWork, message: DueMessage, error: str, now: datetime) -> None:
    """Due again after 5 seconds, then twice as long each time, at most five minutes; for ever."""
    await unit.connection.execute(
        _FAILED,
        message.alert_id,
        message.n,
        message.tries,
        error,
        now,
        _SHORTEST_PAUSE_SECONDS,
        _LONGEST_PAUSE_SECONDS,
    )
