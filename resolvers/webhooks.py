"""Webhook endpoints and what was sent to them."""

from typing import Any
from uuid import UUID

from strawberry import UNSET, Parent

from app.store.reads import webhooks as reads
from app.store.reads.programs import ProgramRow
from app.store.reads.webhooks import DeliveryAttemptRow, WebhookDeliveryRow, WebhookEndpointRow
from resolvers.access import Info, load_one, may_read, require_read, snapshot_of
from resolvers.event_stream import encode_cursor
from resolvers.listing import ListField
from schema.cursors import CursorCodec
from schema.paging import Page

_DELIVERIES: ListField[UUID, None, WebhookDeliveryRow] = ListField(
    CursorCodec("WebhookEndpoint.deliveries", UUID),
    reads.deliveries,
    reads.count_deliveries,
    lambda row: (row.id,),
)


async def of_program(root: Parent[ProgramRow], info: Info) -> list[WebhookEndpointRow] | None:
    """The program's endpoints that are not deleted."""
    if not may_read(info, root.key):
        return None
    rows: list[WebhookEndpointRow] = await load_one(
        info, reads.endpoints_of_programs, snapshot_of(info, root.key), root.key
    )
    return rows


async def deliveries(
    root: Parent[WebhookEndpointRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[WebhookDeliveryRow]:
    """What was sent, or waits to be, newest first; what ended goes after 30 days."""
    require_read(info, root.program_key)
    return await _DELIVERIES.page(info, root.program_key, root.id, (first, after), None)


async def tries(root: Parent[WebhookDeliveryRow], info: Info) -> list[DeliveryAttemptRow]:
    """The newest 100 tries, oldest first."""
    require_read(info, root.program_key)
    rows: list[DeliveryAttemptRow] = await load_one(info, reads.tries_of, root.program_key, root.id)
    return rows


def payload(root: Parent[WebhookDeliveryRow], info: Info) -> Any:
    """The body that is sent, as JSON."""
    require_read(info, root.program_key)
    return root.payload


def cursor(root: Parent[WebhookDeliveryRow]) -> str:
    """The event's place in programEvents."""
    return encode_cursor(root.epoch, root.position)
