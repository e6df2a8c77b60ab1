"""Workers say that they live."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.store.database import UnitOfWork

_BEAT = """
INSERT INTO worker_heartbeat (name, queues, state, current_job, beat_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO UPDATE SET queues = $2, state = $3, current_job = $4, beat_at = $5
"""
_FORGET = "DELETE FROM worker_heartbeat WHERE name = $1 OR beat_at < $2"
_FORGOTTEN_AFTER = timedelta(hours=1)


async def beat(
    unit: UnitOfWork,
    name: str,
    queues: Sequence[str],
    current_job: str | None,
    *,
    state: str,
    at: datetime,
) -> None:
    """state: IDLE, BUSY or STOPPING."""
    await unit.connection.execute(_BEAT, name, queues, state, current_job, at)


async def forget(unit: UnitOfWork, name: str, at: datetime) -> None:
    """This worker ends; those that never said so and are long silent are forgotten with it."""
    await unit.connection.execute(_FORGET, name, at - _FORGOTTEN_AFTER)
