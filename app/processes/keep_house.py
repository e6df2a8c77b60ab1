"""Daily cleaning: events that are older than the retention; minutes of series, of which hours and days stay; links to exports, sign-ins, sessions and traces that are over; webhooks that were delivered."""

from datetime import timedelta
from functools import partial

from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.services.forget_events import forget_old_events
from app.store.access.sessions import forget_nonces, forget_sessions
from app.store.database import Database
from app.store.exports import forget_links
from app.store.intents.origins import forget_traces
from app.store.rollups import minute_series
from app.store.webhooks.deliveries import forget_webhooks

EVENTS_KEPT = timedelta(days=90)
MINUTES_KEPT = timedelta(days=7)
LINKS_KEPT = timedelta(days=1)
NONCES_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=30)
DELIVERIES_KEPT = timedelta(days=30)


async def keep_house(
    database: Database, bells: Bells, clock: Clock, kept: timedelta = EVENTS_KEPT
) -> int:
    """Removes what is too old, in small transactions; returns how many events."""
    before, gone = clock() - kept, 0
    while removed := await execute(
        database, bells, None, partial(forget_old_events, before=before, at=clock())
    ):
        gone += removed
    return gone


async def keep_traces(
    database: Database, bells: Bells, clock: Clock, kept: timedelta = EVENTS_KEPT
) -> int:
    """Removes which trace an intent belonged to, once it ended longer ago than events are kept; returns how many."""
    before, gone = clock() - kept, 0
    while removed := await execute(database, bells, None, lambda unit: forget_traces(unit, before)):
        gone += removed
    return gone


async def keep_minutes(
    database: Database, bells: Bells, clock: Clock, kept: timedelta = MINUTES_KEPT
) -> int:
    """Removes minutes of series from before the day that was so long ago; returns how many rows. From the first transaction on
    nobody relies on them, so that it may end halfway.
    """
    before, gone = clock() - kept, 0
    await execute(database, bells, None, lambda unit: minute_series.keep_from(unit, before))
    while removed := await execute(database, bells, None, minute_series.forget):
        gone += removed
    return gone


async def keep_links(database: Database, bells: Bells, clock: Clock) -> int:
    """Removes links to exports a day after they expired, used or not; returns how many. Who asked is in the audit trail."""
    before, gone = clock() - LINKS_KEPT, 0
    while removed := await execute(database, bells, None, lambda unit: forget_links(unit, before)):
        gone += removed
    return gone


async def keep_sessions(database: Database, bells: Bells, clock: Clock) -> int:
    """Removes what signed somebody in a day after it expired, and sessions a month after; returns how many rows."""
    now, gone = clock(), 0
    for forget, before in (
        (forget_nonces, now - NONCES_KEPT),
        (forget_sessions, now - SESSIONS_KEPT),
    ):
        use_case = partial(forget, before=before)
        while removed := await execute(database, bells, None, use_case):
            gone += removed
    return gone


async def keep_webhooks(database: Database, bells: Bells, clock: Clock) -> int:
    """Removes deliveries that have ended 30 days after they were queued, and secrets that ended so long ago; returns how
    many deliveries.
    """
    gone, forget = 0, partial(forget_webhooks, before=clock() - DELIVERIES_KEPT)
    while removed := await execute(database, bells, None, forget):
        gone += removed
    return gone
