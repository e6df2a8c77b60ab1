"""Who sends what now: deliveries taken for a try, a few of each endpoint and program at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.store.advisory_locks import DELIVERY_CLAIMS
from app.store.database import UnitOfWork

LEASE = timedelta(seconds=20)
"""Longer than a try may take; renewed by whoever lives to write its end down. Then it is nobody's, and is sent again."""
OF_ENDPOINT = 8
OF_PROGRAM = 32
MOST_LOST = 5
"""In a row: then it is the message that ends the processes, and it is FAILED. A person may have it sent again."""

LOST = (
    "The process that sent it ended, or lost the database, before it could write down the answer."
)
_LOCK = f"SELECT pg_advisory_xact_lock({DELIVERY_CLAIMS})"
# In a statement after the lock, so that what others took is counted. Programs take turns by rank; an endpoint whose last try
# failed has one place, so that those who answer are not kept waiting.
_CLAIM = """
WITH busy AS (
  SELECT program_id, endpoint_id, count(*) AS n FROM webhook_delivery WHERE lease_until IS NOT NULL GROUP BY 1, 2
), due AS (
  SELECT d.program_id, d.id, d.next_attempt_at,
         row_number() OVER (PARTITION BY d.program_id ORDER BY d.next_attempt_at, d.event_position) AS rank
    FROM webhook_endpoint e
    LEFT JOIN busy b ON b.program_id = e.program_id AND b.endpoint_id = e.id
   CROSS JOIN LATERAL (
         SELECT o.program_id, o.id, o.next_attempt_at, o.event_position FROM webhook_delivery o
          WHERE o.program_id = e.program_id AND o.endpoint_id = e.id AND o.status = 'PENDING'
            AND o.lease_until IS NULL AND o.next_attempt_at <= $1
          ORDER BY o.next_attempt_at, o.event_position
          LIMIT greatest(0, CASE WHEN e.failing_since IS NULL THEN $2 ELSE 1 END - coalesce(b.n, 0))
            FOR NO KEY UPDATE SKIP LOCKED) d
   WHERE e.enabled
), chosen AS (
  SELECT due.program_id, due.id FROM due
   WHERE due.rank <= $3 - coalesce((SELECT sum(b.n) FROM busy b WHERE b.program_id = due.program_id), 0)
   ORDER BY due.rank, due.next_attempt_at LIMIT $4
)
UPDATE webhook_delivery d SET tries = d.tries + 1, lease_until = $5, sending_since = $1
  FROM chosen c, webhook_endpoint e
 WHERE d.program_id = c.program_id AND d.id = c.id AND e.program_id = d.program_id AND e.id = d.endpoint_id
RETURNING d.program_id, d.id, d.endpoint_id, d.tries AS n, d.body, d.request_id, d.traceparent, e.url,
  ARRAY(SELECT s.sealed FROM webhook_secret s
         WHERE s.program_id = d.program_id AND s.endpoint_id = d.endpoint_id
           AND (s.valid_until IS NULL OR s.valid_until > $1)
         ORDER BY s.created_at DESC) AS secrets
"""
# Who has the row locked is about to end it, or to disable it; the next renewal comes soon.
_RENEW = """
WITH ours AS (
  SELECT d.program_id, d.id FROM unnest($1::bigint[], $2::uuid[], $3::integer[]) AS held (program_id, id, n)
    JOIN webhook_delivery d USING (program_id, id)
   WHERE d.tries = held.n AND d.lease_until IS NOT NULL
     FOR NO KEY UPDATE OF d SKIP LOCKED
)
UPDATE webhook_delivery d SET lease_until = greatest(d.lease_until, $4) FROM ours
 WHERE d.program_id = ours.program_id AND d.id = ours.id
RETURNING d.id
"""
_GIVE_UP = """
WITH lost AS (
  SELECT program_id, id, tries, sending_since, lease_until FROM webhook_delivery
   WHERE lease_until < $1 ORDER BY lease_until LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED
), noted AS (
  INSERT INTO webhook_attempt (program_id, delivery_id, n, at, error, duration_ms)
  SELECT program_id, id, tries, sending_since, $2, 1000 * extract(epoch FROM lease_until - sending_since) FROM lost
  ON CONFLICT DO NOTHING
)
UPDATE webhook_delivery d
   SET lease_until = NULL, sending_since = NULL, lost = d.lost + 1,
       status = CASE WHEN d.status = 'PENDING' AND d.lost + 1 >= $3 THEN 'FAILED' ELSE d.status END,
       next_attempt_at = CASE WHEN d.status = 'PENDING' AND d.lost + 1 < $3
                              THEN $1::timestamptz + d.lost * interval '5 minutes' END
  FROM lost l, webhook_endpoint e
 WHERE d.program_id = l.program_id AND d.id = l.id AND e.program_id = d.program_id AND e.id = d.endpoint_id
RETURNING d.program_id, d.id, d.endpoint_id, e.version AS endpoint_version, d.event_name, d.tries, d.status
"""
# An event that was being queued while its endpoint was disabled.
_DISABLE_LATE = """
UPDATE webhook_delivery d SET status = 'DISABLED', next_attempt_at = NULL FROM webhook_endpoint e
 WHERE NOT e.enabled AND d.program_id = e.program_id AND d.endpoint_id = e.id AND d.status = 'PENDING'
   AND d.lease_until IS NULL
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One try that is ours to make. n: of the delivery's tries, which also fences it. secrets: sealed, the newest first."""

    program_id: int
    id: UUID
    endpoint_id: UUID
    n: int
    body: str
    url: str
    request_id: str | None
    traceparent: str | None
    secrets: tuple[bytes, ...]


async def claim_due(
    unit: UnitOfWork, places: int, now: datetime, lease: timedelta = LEASE
) -> list[Claimed]:
    """Up to `places` deliveries that are due, each written down as begun, its holder's for so long."""
    await unit.connection.execute(_LOCK)
    rows = await unit.connection.fetch(_CLAIM, now, OF_ENDPOINT, OF_PROGRAM, places, now + lease)
    return [Claimed(**{**row, "secrets": tuple(row["secrets"])}) for row in rows]


async def renew(unit: UnitOfWork, held: Sequence[Claimed], until: datetime) -> set[UUID]:
    """A longer lease for tries that are still their holder's; returns of which deliveries."""
    rows = await unit.connection.fetch(
        _RENEW,
        [one.program_id for one in held],
        [one.id for one in held],
        [one.n for one in held],
        until,
    )
    return {row["id"] for row in rows}


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A delivery that is FAILED, since every process that sent it died. endpoint_version: as it is."""

    program_id: int
    id: UUID
    endpoint_id: UUID
    endpoint_version: int
    event_name: str
    tries: int


async def give_up_lost(unit: UnitOfWork, now: datetime) -> list[GivenUp]:
    """Tries whose process died are written down as such and made again, the first at once, later ones ever more rarely;
    returns those that were lost too often. What is queued for the disabled is ended.
    """
    rows = await unit.connection.fetch(_GIVE_UP, now, LOST, MOST_LOST)
    await unit.connection.execute(_DISABLE_LATE)
    return [
        GivenUp(*(value for name, value in row.items() if name != "status"))
        for row in rows
        if row["status"] == "FAILED"
    ]
