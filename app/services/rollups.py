"""Rollups: applied from events in order, each exactly once, and made anew from the record."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.domain.events import Event, EventType
from app.domain.rollup import Additions, fold
from app.metrics import INTENTS, OWN_SETTLEMENT_SECONDS, SETTLEMENT_SECONDS
from app.store.database import UnitOfWork
from app.store.feed import consumers, outbox
from app.store.feed.consumers import Lease
from app.store.health import pace
from app.store.rollups import events as rollup_events
from app.store.rollups import rebuild as rollup_rebuild
from app.store.rollups import rows as rollups

CONSUMER = "rollups"
BATCH = 2_000


async def apply_events(unit: UnitOfWork, lease: Lease, now: datetime) -> Lease:
    """Applies up to 2 000 events; the same lease comes back when there are none.

    The position moves in the same transaction, so an event counts once whatever dies when. Raises LeaseLost.
    """
    events = await rollup_events.read_events(unit, lease.position, BATCH)
    if not events:
        return lease
    for step in fold(events):
        if isinstance(step, Additions):
            await rollups.add(unit, step)
        else:
            await rollups.move_branch(unit, step)
    moved = await consumers.advance(unit, lease, events[-1].position, now)
    await _count(unit, events)
    return moved


async def _count(unit: UnitOfWork, events: Sequence[Event]) -> None:
    """For Prometheus, once in all processes, as only one holds the lease."""
    changes = [one for one in events if one.type is EventType.INTENT and _enters(one)]
    kinds = await rollup_events.kinds_of_intents(unit, changes)
    for one in changes:
        INTENTS.labels(kinds.get(one.entity_id or "", "UNKNOWN"), one.data["status"]).inc()
    for one in events:
        if one.name == "settlement.confirmed":
            SETTLEMENT_SECONDS.observe(one.data["internal"]["milliseconds"] / 1000)
    paces = list(_own_seconds(events))
    for _, seconds in paces:
        OWN_SETTLEMENT_SECONDS.observe(seconds)
    await pace.add(unit, paces)


def _own_seconds(events: Sequence[Event]) -> Iterator[tuple[datetime, float]]:
    """When each was settled and how long that took, less the wait for finality; of those whose wait is known."""
    for one in events:
        if one.name == "settlement.confirmed":
            milliseconds = one.data["internal"].get("ownMilliseconds")
            if milliseconds is not None:
                yield one.at, milliseconds / 1000


def _enters(event: Event) -> bool:
    return bool(event.data.get("from") != event.data.get("status"))


async def rebuild(unit: UnitOfWork, lease: Lease, now: datetime) -> Lease:
    """Makes all rollups anew. The unit is one snapshot (repeatable_read): what it sees is applied, the rest comes after.

    Raises a serialization error when somebody moved the outbox meanwhile: start again.
    """
    newest = await outbox.move_all(unit, now)
    await rollups.empty(unit)
    await rollup_rebuild.rebuild(unit)
    return await consumers.advance(unit, lease, newest, now)
