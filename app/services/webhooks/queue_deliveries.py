"""Turns events into deliveries, in order, each once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from app.domain.events import Event
from app.domain.ids import new_id
from app.services.webhooks.redeliver import JOB
from app.store.database import UnitOfWork
from app.store.feed import consumers
from app.store.feed.consumers import Lease
from app.store.webhooks.new_deliveries import (
    HeardEvent,
    NewDelivery,
    insert_deliveries,
    read_heard,
    stretch_end,
)
from app.tracing import span

CONSUMER = "webhooks"
BATCH = 500

BodyOf = Callable[[Event, int, UUID], str]
"""The body of an event as clients see it: (event without what is internal, epoch of the feed, the program's public id)."""


def _deliveries(heard: Sequence[HeardEvent], body_of: BodyOf) -> Iterator[NewDelivery]:
    for event in heard:
        body = body_of(event.event, event.epoch, event.program)
        yield from (NewDelivery(new_id(), one, event, body) for one in event.endpoints)


async def queue_deliveries(
    unit: UnitOfWork, lease: Lease, now: datetime, *, body_of: BodyOf
) -> Lease:
    """Queues up to 500 events; the same lease comes back when there are none. Raises LeaseLost.

    The position moves in the same transaction, so an event is queued once whatever dies when.
    """
    end = await stretch_end(unit, lease.position, BATCH)
    if end is None:
        return lease
    heard = await read_heard(unit, lease.position, end)
    if heard:
        with span("webhooks: queue", "CONSUMER", parents=[one.traceparent for one in heard]):
            await insert_deliveries(unit, list(_deliveries(heard, body_of)), now)
        unit.wake(JOB)
    return await consumers.advance(unit, lease, end, now)
