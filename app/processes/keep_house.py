"""Daily cleaning: events that are older than the retention."""

from datetime import timedelta

from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.event_retention import forget_events

EVENTS_KEPT = timedelta(days=90)


async def keep_house(
    database: Database, bells: Bells, clock: Clock, kept: timedelta = EVENTS_KEPT
) -> int:
    """Removes what is too old, in small transactions; returns how many events."""
    before, gone = clock() - kept, 0
    while removed := await execute(database, bells, None, lambda unit: forget_events(unit, before)):
        gone += removed
    return gone
