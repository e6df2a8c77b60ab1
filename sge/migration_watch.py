"""Looks, beside a migration that runs, whom it waits for: once it has given up, nobody can tell any more."""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from app.domain.errors import Unavailable
from app.store.database import Database
from app.store.server.lock_holders import LockHolder, read_lock_holders

_LOOK_SECONDS = 0.5


class MigrationWatch:
    """Use as a context manager around the migration; says once when another `sge migrate` is waited for."""

    def __init__(self, owner_url: str, waiting: str, say: Callable[[str], None]) -> None:
        self._owner_url = owner_url
        self._waiting = waiting
        self._say = say
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.last_seen: list[LockHolder] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._watch())

    async def _watch(self) -> None:
        database = await Database.connect(self._owner_url, maximum=1)
        told = False
        try:
            while not self._ended.is_set():
                holders = await _look(database, self._waiting)
                if holders:
                    self.last_seen = holders
                    if not told and all(holder.relations is None for holder in holders):
                        self._say("another `sge migrate` is at work; waiting for it")
                        told = True
                await asyncio.to_thread(self._ended.wait, _LOOK_SECONDS)
        finally:
            await database.close()


async def _look(database: Database, waiting: str) -> list[LockHolder]:
    try:
        async with database.read(None) as session:
            return await read_lock_holders(session, waiting)
    except Unavailable:  # the migration itself tells that the server went away
        return []
