"""What follows from events: a delivery for each endpoint that listens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.events import Event, EventType
from app.store.database import UnitOfWork

_END = """
SELECT max(position) FROM (SELECT position FROM event WHERE position > $1 ORDER BY position LIMIT $2) stretch
"""
_HEARD = """
WITH heard AS (
  SELECT v.position, array_agg(e.id ORDER BY e.id) AS endpoints
    FROM event v
    JOIN webhook_endpoint e ON e.program_id = v.program_id AND e.enabled AND v.type = ANY (e.events)
         AND v.position > e.starts_after
   WHERE v.position > $1 AND v.position <= $2 GROUP BY v.position
)
SELECT v.position, v.program_id, v.type, v.name, v.entity_id, v.version, v.at, v.data - 'internal' AS data,
       v.request_id, v.traceparent, p.public_id AS program, h.endpoints, (SELECT epoch FROM event_feed) AS epoch
  FROM heard h JOIN event v USING (position) JOIN program p ON p.id = v.program_id
 ORDER BY v.position
"""
_INSERT = """
INSERT INTO webhook_delivery (program_id, id, endpoint_id, event_epoch, event_position, event_name, body, next_attempt_at,
                              created_at, request_id, traceparent)
SELECT n.program_id, n.id, n.endpoint_id, n.epoch, n.position, n.name, n.body, $9, $9, n.request_id, n.traceparent
  FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::text[], $7::text[],
              $8::text[], $10::text[]) AS n (program_id, id, endpoint_id, epoch, position, name, body, request_id, traceparent)
ON CONFLICT (program_id, endpoint_id, event_epoch, event_position) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class HeardEvent:
    """An event without what is internal, and the endpoints that listen. program: its public id. request_id: of the request
    that it comes from, or of the run of a job; traceparent: of the trace, where there is one.
    """

    event: Event
    epoch: int
    program: UUID
    endpoints: tuple[UUID, ...]
    request_id: str | None
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """body: the bytes that are signed and sent, as text."""

    id: UUID
    endpoint_id: UUID
    heard: HeardEvent
    body: str


async def stretch_end(unit: UnitOfWork, after: int, limit: int) -> int | None:
    """The position of the last of the next `limit` events; None when there are none."""
    end: int | None = await unit.connection.fetchval(_END, after, limit)
    return end


async def read_heard(unit: UnitOfWork, after: int, end: int) -> list[HeardEvent]:
    """The events in (after, end] that an enabled endpoint listens to."""
    found = []
    for row in await unit.connection.fetch(_HEARD, after, end):
        facts = dict(row)
        names = ("program", "endpoints", "epoch", "request_id", "traceparent")
        program, endpoints, epoch, *origin = (facts.pop(name) for name in names)
        event = Event(**{**facts, "type": EventType(facts["type"])})
        found.append(HeardEvent(event, epoch, program, tuple(endpoints), *origin))
    return found


async def insert_deliveries(
    unit: UnitOfWork, deliveries: Sequence[NewDelivery], now: datetime
) -> None:
    """Due at once. An event that an endpoint has already is left out."""
    await unit.connection.execute(
        _INSERT,
        [one.heard.event.program_id for one in deliveries],
        [one.id for one in deliveries],
        [one.endpoint_id for one in deliveries],
        [one.heard.epoch for one in deliveries],
        [one.heard.event.position for one in deliveries],
        [one.heard.event.name for one in deliveries],
        [one.body for one in deliveries],
        [one.heard.request_id for one in deliveries],
        now,
        [one.heard.traceparent for one in deliveries],
    )
