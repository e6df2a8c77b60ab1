"""Drains the event feed for one consumer: moves the outbox, takes the lease, applies until nothing is left."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from app.domain.clock import Clock
from app.processes.handing_back import hand_back
from app.services.execute import Bells, execute
from app.store.database import Database, UnitOfWork
from app.store.feed import consumers
from app.store.feed.consumers import Lease
from app.store.feed.events import EventFeed

Apply = Callable[[UnitOfWork, Lease, datetime], Awaitable[Lease]]


async def follow_events(
    database: Database,
    bells: Bells,
    clock: Clock,
    *,
    consumer: str,
    holder: str,
    apply: Apply,
    stopping: asyncio.Event | None = None,
) -> int:
    """Applies what there is; returns up to which position, or -1 while somebody else does it.

    holder: who this is, for people who look. stopping: ends between two steps, the lease given back. Raises LeaseLost when it was too slow and somebody took over.
    """
    feed = EventFeed(database, clock)
    lease = await execute(
        database, bells, None, lambda unit: consumers.take(unit, consumer, holder, clock())
    )
    if lease is None:
        return -1
    try:
        while stopping is None or not stopping.is_set():
            await feed.move_outbox()
            moved = await execute(database, bells, None, _step(apply, lease, clock))
            if moved == lease:
                break
            lease = moved
    finally:
        # Also when it is cut off: the next one begins at once. Nothing is given back that is another's by now.
        await hand_back(database, bells, _release(lease))
    return lease.position


def _step(apply: Apply, lease: Lease, clock: Clock) -> Callable[[UnitOfWork], Awaitable[Lease]]:
    return lambda unit: apply(unit, lease, clock())


def _release(lease: Lease) -> Callable[[UnitOfWork], Awaitable[None]]:
    return lambda unit: consumers.release(unit, lease)
