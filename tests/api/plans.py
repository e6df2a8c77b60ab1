"""What statements read beside what they return: captured while the API answers, then explained as they ran."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app.store.database import Database, ReadSession, Session

Statement = tuple[str, tuple[Any, ...]]


class CapturedConnection:
    """A connection that keeps each statement with its arguments."""

    def __init__(self, connection: Session, kept: list[Statement]) -> None:
        self._connection = connection
        self._kept = kept

    async def fetch(self, query: str, *args: Any) -> Any:
        self._kept.append((query, args))
        return await self._connection.fetch(query, *args)

    async def fetchrow(self, query: str, *args: Any) -> Any:
        self._kept.append((query, args))
        return await self._connection.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: Any) -> Any:
        self._kept.append((query, args))
        return await self._connection.fetchval(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        return await self._connection.execute(query, *args)


class CapturingDatabase(Database):
    """The same pool; what is read through it is kept."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.pool)
        self.kept: list[Statement] = []

    @asynccontextmanager
    async def read(self, program_id: int | None) -> AsyncIterator[ReadSession]:
        async with super().read(program_id) as session:
            session.connection = CapturedConnection(session.connection, self.kept)
            yield session


@dataclass(frozen=True)
class Cost:
    """rows: that scans read, those that a filter threw away among them. pages: of 8 kB. plan: as JSON."""

    returned: int
    rows: int
    pages: int
    milliseconds: float
    plan: str


async def cost_of(database: Database, program_id: int, statement: Statement) -> Cost:
    """Runs it once more with the role, the row-level security and the arguments that it ran with."""
    query, args = statement
    async with database.pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute("SELECT set_config('sge.program_id', $1, true)", str(program_id))
        told = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}", *args)
    whole = json.loads(told)[0]
    plan = whole["Plan"]
    return Cost(
        returned=round(plan["Actual Rows"] * plan["Actual Loops"]),
        rows=round(_rows_read(plan)),
        pages=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        milliseconds=whole["Execution Time"],
        plan=json.dumps(plan, indent=1),
    )


def _rows_read(node: dict[str, Any]) -> float:
    below = sum(_rows_read(child) for child in node.get("Plans", ()))
    if "Relation Name" not in node:
        return below
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return below + (node["Actual Rows"] + thrown) * float(node["Actual Loops"])
