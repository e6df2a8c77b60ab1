"""How far those who follow events are behind, and who schedules."""

from datetime import datetime

from app.store.database import ReadSession, UnitOfWork

# An event waits in the outbox until somebody moves it, then for each consumer until its position has passed it.
_OUTBOX = "SELECT at FROM event_outbox ORDER BY id LIMIT 1"
_CONSUMERS = """
SELECT c.consumer, least(n.at, $1) AS at
  FROM consumer_position c
  LEFT JOIN LATERAL (SELECT e.at FROM event e WHERE e.position > c.position ORDER BY e.position LIMIT 1) n ON true
 WHERE c.consumer IN ('rollups', 'seals', 'webhooks') ORDER BY c.consumer
"""
_SCHEDULER = "SELECT lease_until FROM consumer_position WHERE consumer = 'scheduler'"


async def read_lags(session: ReadSession | UnitOfWork, now: datetime) -> dict[str, float]:
    """Seconds by consumer; "feed" is the move out of the outbox. `at` of an event may be program time: never below 0."""
    waiting = await session.connection.fetchval(_OUTBOX)
    lags = {"feed": _seconds(waiting, now)}
    for row in await session.connection.fetch(_CONSUMERS, waiting or now):
        lags[row["consumer"]] = _seconds(row["at"], now)
    return lags


async def read_scheduler(session: ReadSession | UnitOfWork, now: datetime) -> float | None:
    """Seconds since the scheduler's lease ended or was given back, 0 while somebody has it; None: nobody ever had it."""
    until = await session.connection.fetchval(_SCHEDULER)
    return None if until is None else _seconds(until, now)


def _seconds(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())
