"""Who schedules: one process at a time, by a row among the consumers' positions."""

from datetime import datetime, timedelta

from app.store.database import UnitOfWork

LEASE = timedelta(seconds=15)

# Nobody has it after a recovery, which takes the names away.
_TAKE = """
INSERT INTO consumer_position AS c (consumer, leased_by, lease_until, fence) VALUES ('scheduler', $1, $2, 1)
ON CONFLICT (consumer) DO UPDATE
   SET leased_by = $1, lease_until = $2, fence = c.fence + (c.leased_by IS DISTINCT FROM $1)::integer
 WHERE c.leased_by = $1 OR c.lease_until IS NULL OR c.lease_until <= $3
RETURNING true
"""
_RELEASE = """
UPDATE consumer_position SET lease_until = least(lease_until, $2) WHERE consumer = 'scheduler' AND leased_by = $1
"""


async def take(unit: UnitOfWork, holder: str, now: datetime) -> bool:
    """Whether the holder schedules until the lease ends; it asks again well before."""
    return bool(await unit.connection.fetchval(_TAKE, holder, now + LEASE, now))


async def release(unit: UnitOfWork, holder: str, now: datetime) -> None:
    """Ends the lease now; that somebody had it stays known."""
    await unit.connection.execute(_RELEASE, holder, now)
