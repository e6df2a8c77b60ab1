"""Queues what happened for the endpoints that listen."""

import asyncio
from functools import partial

from app.domain.clock import Clock
from app.processes.follow_events import follow_events
from app.services.execute import Bells
from app.services.webhooks.queue_deliveries import CONSUMER, BodyOf, queue_deliveries
from app.store.database import Database


async def queue_events(
    database: Database,
    bells: Bells,
    clock: Clock,
    *,
    holder: str,
    body_of: BodyOf,
    stopping: asyncio.Event | None = None,
) -> int:
    """Up to which position; -1 while somebody else does it. Raises LeaseLost."""
    return await follow_events(
        database,
        bells,
        clock,
        consumer=CONSUMER,
        holder=holder,
        apply=partial(queue_deliveries, body_of=body_of),
        stopping=stopping,
    )
