"""Counts the statements that operations send while they read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.bus.recent_writers import RecentWriters
from app.processes.reading.routing import ReadRouting
from app.store.database import Database, ReadSession, Session
from tests.api.caller import Stage

# Who asks is looked up again every two seconds, whatever is asked.
_WHO_ASKS = "sge_authenticate_key"


class Statements(list[str]):
    """What was sent for the answer itself."""

    def append(self, query: str) -> None:
        if _WHO_ASKS not in query:
            super().append(query)


class CountedConnection:
    """A connection that writes down each statement."""

    def __init__(self, connection: Session, statements: list[str]) -> None:
        self._connection = connection
        self._statements = statements

    async def fetch(self, query: str, *args: Any) -> Any:
        self._statements.append(query)
        return await self._connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:
        self._statements.append(query)
        return await self._connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        self._statements.append(query)
        return await self._connection.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        self._statements.append(query)
        return await self._connection.execute(query, *args)


class CountingDatabase(Database):
    """The same pool; what is read through it is written down."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.pool)
        self.statements = Statements()

    @asynccontextmanager
    async def read(self, program_id: int | None) -> AsyncIterator[ReadSession]:
        async with super().read(program_id) as session:
            session.connection = CountedConnection(session.connection, self.statements)
            yield session


def counted_reads(stage: Stage) -> CountingDatabase:
    """From now on, what the stage's queries read is counted."""
    counting = CountingDatabase(stage.process.runtime.databases["api"])
    stage.process.reads = ReadRouting(counting, None, RecentWriters(None))
    return counting
