"""How far the read replica is behind: by the instant of the last look at the platform, as each server knows it.

The replica's own clock of replayed transactions stands still when nothing is written; this row is written every few
seconds, so its age on the replica is the lag, to the interval of looking.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from app.store.database import Database
from app.store.health.shown import looked_at

_LOG = structlog.get_logger()
_PATIENCE_SECONDS = 3.0

Connect = Callable[[], Awaitable[Database]]


class ReplicaProbe:
    """connect: opens the replica; None: there is none. Kept open while it answers."""

    def __init__(self, primary: Database, connect: Connect | None) -> None:
        self._primary = primary
        self._connect = connect
        self._replica: Database | None = None

    async def lag_seconds(self, now: datetime) -> float | None:
        """None without a replica; infinite when it does not answer, or never got a look that the primary has."""
        if self._connect is None:
            return None
        async with self._primary.read(None) as session:
            written = await looked_at(session)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                self._replica = self._replica or await self._connect()
                async with self._replica.read(None) as session:
                    arrived = await looked_at(session)
        except Exception as problem:  # noqa: BLE001 - whatever it is, nobody can read there
            _LOG.warning("the replica does not answer", reason=type(problem).__name__)
            await self.close()
            return float("inf")
        if written is None or (arrived is not None and arrived >= written):
            return 0.0
        if arrived is None:
            return float("inf")
        return max(0.0, (now - arrived).total_seconds())

    async def close(self) -> None:
        """Lets go of the connection."""
        replica, self._replica = self._replica, None
        if replica is not None:
            await replica.close()
