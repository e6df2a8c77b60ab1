"""Whether the replica may answer: looked at all the time, so that no reader has to wait for one that is dead.

A read without a position relies on the last look. What a replica may lag (at most 3 s) and the age of a look (1.5 s)
stay below the 5 s for which a caller's own writes are read from the primary.
"""

import asyncio
from time import monotonic

import structlog

from app.domain.replica_lag import ReplicaLag
from app.processes.reading.read_metrics import REPLICA_LAG_SECONDS, REPLICA_USABLE
from app.store.database import Database
from app.store.server.replication import Following, read_replayed, read_written

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 0.5
_LOOK_SECONDS = 1.0
_A_LOOK_COUNTS_SECONDS = 1.5


class ReplicaWatch:
    """One for each process that answers requests. primary, replica: connections of its own, so that a look does not
    stand in a queue behind readers.
    """

    def __init__(self, primary: Database, replica: Database, most_lag_seconds: float) -> None:
        self._primary = primary
        self._replica = replica
        self._most_lag_seconds = most_lag_seconds
        self._lag = ReplicaLag()
        self._looked_at = -_A_LOOK_COUNTS_SECONDS
        self._usable = False
        self._task: asyncio.Task[None] | None = None

    @property
    def usable(self) -> bool:
        """Whether the last look found it close enough behind the primary, and is fresh."""
        return self._usable and monotonic() - self._looked_at < _A_LOOK_COUNTS_SECONDS

    @property
    def timeline(self) -> int | None:
        """The primary's, at the last look."""
        return self._lag.timeline

    async def start(self) -> None:
        """Looks once, so that the first reader finds an answer, and goes on in the background."""
        await self.look()
        self._task = asyncio.create_task(self._look_on())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._replica.close()
        await self._primary.close()

    def distrust(self) -> None:
        """A reader was let down: nobody else tries before the next look."""
        self._note(usable=False, lag=None)

    async def look(self) -> None:
        """Asks both servers where they are."""
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                before = monotonic()
                written = await self._primary.ask(read_written)
                self._lag.note_written(before, written)
                lag = self._lag_of(await self._replica.ask(read_replayed))
        except Exception as problem:  # noqa: BLE001  however a dying server looks to the driver
            self._note(usable=False, lag=None, reason=type(problem).__name__)
            return
        self._looked_at = before
        self._note(usable=lag is not None and lag <= self._most_lag_seconds, lag=lag)

    def _lag_of(self, following: Following) -> float | None:
        return self._lag.seconds(following.replayed, monotonic())

    def _note(self, *, usable: bool, lag: float | None, reason: str = "lags") -> None:
        if usable != self._usable:
            told = "replica_answers" if usable else "replica_does_not_answer"
            _log.warning(told, lag_seconds=lag, reason=None if usable else reason)
        self._usable = usable
        REPLICA_USABLE.set(int(usable))
        REPLICA_LAG_SECONDS.set(float("inf") if lag is None else lag)

    async def _look_on(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self.look()
