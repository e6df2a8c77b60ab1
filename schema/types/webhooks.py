"""Outgoing webhooks."""

from datetime import datetime

import strawberry

import resolvers.webhooks
from app.domain.webhooks.deliveries import DeliveryStatus
from app.store.reads.webhooks import WebhookDeliveryRow, WebhookEndpointRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.inputs.events import EventType
from schema.scalars import JSON
from schema.types.node import Node, public_id, shown_rows

strawberry.enum(DeliveryStatus, name="DeliveryStatus")


@strawberry.type
class DeliveryAttempt:
    at: datetime
    response_status: int | None
    error: str | None
    duration_ms: float


@strawberry.type(description="cursor: the event's position, good as `after` of programEvents.")
@shown_rows(WebhookDeliveryRow)
class WebhookDelivery(Node):
    id: strawberry.ID = public_id(IdPrefix.WEBHOOK_DELIVERY)
    event_name: str
    cursor: str = resolved(resolvers.webhooks.cursor)
    payload: JSON = resolved(resolvers.webhooks.payload)
    status: DeliveryStatus
    tries: list[DeliveryAttempt] = resolved(resolvers.webhooks.tries)
    next_attempt_at: datetime | None
    created_at: datetime


@strawberry.type
@shown_rows(WebhookEndpointRow)
class WebhookEndpoint(Node):
    id: strawberry.ID = public_id(IdPrefix.WEBHOOK_ENDPOINT)
    url: str
    events: list[EventType]
    enabled: bool
    deliveries: Connection[WebhookDelivery] = resolved(resolvers.webhooks.deliveries)
    created_at: datetime
