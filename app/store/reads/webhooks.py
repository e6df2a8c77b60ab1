"""Webhook endpoints, their deliveries and tries; never their secrets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import Slice, by_parent

_MOST_TRIES = 100


@dataclass(frozen=True, slots=True)
class WebhookEndpointRow:
    program_key: int
    id: UUID
    url: str
    events: list[str]
    enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookDeliveryRow:
    """epoch, position: of the event, for its cursor. next_attempt_at: None once it has ended."""

    program_key: int
    id: UUID
    event_name: str
    epoch: int
    position: int
    body: str
    status: str
    next_attempt_at: datetime | None
    created_at: datetime

    @property
    def payload(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class DeliveryAttemptRow:
    at: datetime
    response_status: int | None
    error: str | None
    duration_ms: float


_ENDPOINT = "program_id, id, url, events, enabled, created_at"
_DELIVERY = "program_id, id, event_name, event_epoch, event_position, body, status, next_attempt_at, created_at"
_ENDPOINTS_BY_IDS = (
    f"SELECT {_ENDPOINT} FROM webhook_endpoint WHERE program_id = $1 AND id = ANY($2::uuid[])"
)
_OF_PROGRAMS = f"""
SELECT {_ENDPOINT} FROM webhook_endpoint WHERE program_id = ANY($1::bigint[]) AND deleted_at IS NULL ORDER BY id
"""
_DELIVERIES_BY_IDS = (
    f"SELECT {_DELIVERY} FROM webhook_delivery WHERE program_id = $1 AND id = ANY($2::uuid[])"
)
_ENDPOINTS = "unnest($2::uuid[]) WITH ORDINALITY AS q (endpoint_id, n)"
_DELIVERIES = f"""
SELECT q.n, d.* FROM {_ENDPOINTS}
 CROSS JOIN LATERAL (
       SELECT {_DELIVERY} FROM webhook_delivery o
        WHERE o.program_id = $1 AND o.endpoint_id = q.endpoint_id AND ($3::uuid IS NULL OR o.id < $3)
        ORDER BY o.id DESC LIMIT $4) d
 ORDER BY q.n, d.id DESC
"""
_COUNT_DELIVERIES = f"""
SELECT (SELECT count(*) FROM (SELECT FROM webhook_delivery o
                               WHERE o.program_id = $1 AND o.endpoint_id = q.endpoint_id LIMIT 10002) c)
  FROM {_ENDPOINTS} ORDER BY q.n
"""
_TRIES = f"""
SELECT q.n, t.* FROM unnest($2::uuid[]) WITH ORDINALITY AS q (delivery_id, n)
 CROSS JOIN LATERAL (
       SELECT o.n AS try, o.at, o.response_status, o.error, o.duration_ms FROM webhook_attempt o
        WHERE o.program_id = $1 AND o.delivery_id = q.delivery_id ORDER BY o.n DESC LIMIT {_MOST_TRIES}) t
 ORDER BY q.n, t.try
"""


def _delivery(record: asyncpg.Record) -> WebhookDeliveryRow:
    return WebhookDeliveryRow(
        program_key=record["program_id"],
        id=record["id"],
        event_name=record["event_name"],
        epoch=record["event_epoch"],
        position=record["event_position"],
        body=record["body"],
        status=record["status"],
        next_attempt_at=record["next_attempt_at"],
        created_at=record["created_at"],
    )


def _attempt(record: asyncpg.Record) -> DeliveryAttemptRow:
    return DeliveryAttemptRow(
        record["at"], record["response_status"], record["error"], record["duration_ms"]
    )


async def endpoints_by_ids(
    session: ReadSession, ids: Sequence[UUID]
) -> list[WebhookEndpointRow | None]:
    """Endpoints of this snapshot's program, deleted ones too."""
    records = await session.connection.fetch(_ENDPOINTS_BY_IDS, session.program_id, ids)
    found = {record["id"]: WebhookEndpointRow(*record) for record in records}
    return [found.get(id_) for id_ in ids]


async def endpoints_of_programs(
    session: ReadSession, programs: Sequence[int]
) -> list[list[WebhookEndpointRow]]:
    """Each program's endpoints that are not deleted, oldest first."""
    found: dict[int, list[WebhookEndpointRow]] = {key: [] for key in programs}
    for record in await session.connection.fetch(_OF_PROGRAMS, programs):
        found[record["program_id"]].append(WebhookEndpointRow(*record))
    return [found[key] for key in programs]


async def deliveries_by_ids(
    session: ReadSession, ids: Sequence[UUID]
) -> list[WebhookDeliveryRow | None]:
    """Deliveries of this snapshot's program."""
    records = await session.connection.fetch(_DELIVERIES_BY_IDS, session.program_id, ids)
    found = {record["id"]: _delivery(record) for record in records}
    return [found.get(id_) for id_ in ids]


async def deliveries(
    session: ReadSession, endpoints: Sequence[UUID], _: None, part: Slice
) -> list[list[WebhookDeliveryRow]]:
    """Of each endpoint, newest first; the sort key is (id), which is as old as the delivery."""
    records = await session.connection.fetch(
        _DELIVERIES, session.program_id, endpoints, part.key(0), part.limit
    )
    return by_parent(records, len(endpoints), _delivery)


async def count_deliveries(session: ReadSession, endpoints: Sequence[UUID], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_DELIVERIES, session.program_id, endpoints)
    return [record[0] for record in records]


async def tries_of(session: ReadSession, ids: Sequence[UUID]) -> list[list[DeliveryAttemptRow]]:
    """The newest 100 tries of each delivery, oldest first."""
    records = await session.connection.fetch(_TRIES, session.program_id, ids)
    return by_parent(records, len(ids), _attempt)
