"""Consumers of events: one at a time by lease, fenced, their position moved with what they apply."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.store.database import UnitOfWork

_TAKE = """
UPDATE consumer_position SET leased_by = $2, lease_until = $3, fence = fence + 1
 WHERE consumer = $1 AND (lease_until IS NULL OR lease_until < $4)
RETURNING position, fence
"""
# No row: somebody else holds the lease now, and nothing of this transaction may stay.
_ADVANCE = """
UPDATE consumer_position SET position = $3, lease_until = $4 WHERE consumer = $1 AND fence = $2 AND position = $5
"""
_RELEASE = "UPDATE consumer_position SET lease_until = NULL, leased_by = NULL WHERE consumer = $1 AND fence = $2"

LEASE = timedelta(seconds=60)


class LeaseLost(RuntimeError):
    """Another consumer took over: this transaction rolls back, and nothing is applied twice."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to apply what comes after `position`. fence: rises with each holder."""

    consumer: str
    fence: int
    position: int


async def take(unit: UnitOfWork, consumer: str, holder: str, now: datetime) -> Lease | None:
    """The lease of a consumer, or None while somebody else holds it."""
    row = await unit.connection.fetchrow(_TAKE, consumer, holder, now + LEASE, now)
    return None if row is None else Lease(consumer, row["fence"], row["position"])


async def advance(unit: UnitOfWork, lease: Lease, position: int, now: datetime) -> Lease:
    """Everything up to the position is applied in this transaction; renews the lease. Raises LeaseLost."""
    done = await unit.connection.execute(
        _ADVANCE, lease.consumer, lease.fence, position, now + LEASE, lease.position
    )
    if done != "UPDATE 1":
        raise LeaseLost(lease.consumer)
    return Lease(lease.consumer, lease.fence, position)


async def release(unit: UnitOfWork, lease: Lease) -> None:
    """Lets the next holder in at once."""
    await unit.connection.execute(_RELEASE, lease.consumer, lease.fence)
