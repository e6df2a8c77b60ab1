"""What a webhook delivers: the event as programEvents shows it, in the envelope of Standard Webhooks."""

import json
from uuid import UUID

from app.domain.events import Event
from resolvers.shown_events import shown
from schema.ids import IdPrefix, encode_id
from schema.scalars import format_date_time


def body_of(event: Event, epoch: int, program: UUID) -> str:
    """{type, timestamp, data}; data is the ProgramEvent, and which program's it is.

    event: without what is internal. epoch: of the feed, for the cursor. program: its public id.
    """
    row = shown(event, epoch)
    at = format_date_time(event.at)
    data = {
        "programId": encode_id(IdPrefix.PROGRAM, program),
        "cursor": row.cursor,
        "type": row.type,
        "name": row.name,
        "at": at,
        "entityId": row.entity_id,
        "data": row.data,
    }
    message = {"type": row.name, "timestamp": at, "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def message_id(delivery: UUID) -> str:
    """The `webhook-id` of a delivery, the same at each try: its id in the API."""
    return encode_id(IdPrefix.WEBHOOK_DELIVERY, delivery)
