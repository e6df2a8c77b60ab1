"""Which server answers a read: the replica when it shows what the reader has to see, else the primary."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import structlog

from app.bus.recent_writers import RecentWriters
from app.domain.positions import Reader, WritePosition
from app.processes.reading.positions import Positions
from app.processes.reading.read_metrics import READS
from app.processes.reading.replica_watch import ReplicaWatch
from app.store.database import Database, ReadSession
from app.store.server.replication import NotReplayed, require_replayed

_log = structlog.get_logger(__name__)


class Replica:
    """A server that may answer, and who looks after it."""

    def __init__(self, database: Database, watch: ReplicaWatch) -> None:
        self.database = database
        self.watch = watch

    async def open_snapshot(
        self, stack: AsyncExitStack, program_id: int | None, reader: Reader
    ) -> ReadSession | None:
        """None when it does not hold what was seen, or does not answer."""
        position = reader.position
        if position is not None and position.timeline != self.watch.timeline:
            return None
        check = None
        if position is not None:
            patience = reader.patience_seconds
            check = partial(require_replayed, position=position, patience_seconds=patience)
        try:
            opened = self.database.read_replica(program_id, check)
            return await stack.enter_async_context(opened)
        except NotReplayed:
            return None
        except Exception as problem:  # noqa: BLE001  however a dying server looks to the driver
            _log.warning("replica_failed", reason=type(problem).__name__)
            self.watch.distrust()
            return None


class ReadRouting:
    """One for each process that answers requests."""

    def __init__(self, primary: Database, replica: Replica | None, writers: RecentWriters) -> None:
        self._primary = primary
        self._replica = replica
        self._writers = writers
        self._positions = Positions(primary)

    async def start(self) -> None:
        """Needs no replica that answers."""
        if self._replica is not None:
            await self._replica.watch.start()

    async def stop(self) -> None:
        if self._replica is not None:
            await self._replica.watch.stop()
            await self._replica.database.close()
        await self._writers.close()

    @asynccontextmanager
    async def read(
        self, program_id: int | None, reader: Reader | None
    ) -> AsyncIterator[ReadSession]:
        """A snapshot of one program's rows that shows at least what the reader saw and wrote. reader: None wants the
        newest state, which only the primary has.
        """
        async with AsyncExitStack() as stack:
            session = None
            if self._replica is not None and await self._may_lag(self._replica, reader):
                assert reader is not None
                session = await self._replica.open_snapshot(stack, program_id, reader)
            if session is None:
                session = await stack.enter_async_context(self._primary.read(program_id))
            READS.labels("replica" if session.of_replica else "primary").inc()
            yield session

    async def note_write(self, actor: str | None) -> WritePosition | None:
        """The actor has written: gives what its later reads may send along; None when it is not known."""
        if actor is not None:
            await self._writers.note(actor)
        return await self._positions.after_now()

    async def _may_lag(self, replica: Replica, reader: Reader | None) -> bool:
        if reader is None:
            return False
        if reader.actor is None or reader.credential_id is None:
            return replica.watch.usable
        is_new = self._writers.is_new(reader.credential_id)
        if is_new or not replica.watch.usable:
            return False
        return not await self._writers.wrote(reader.actor)
