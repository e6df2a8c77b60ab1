"""Connections: a pool per login role, units of work that write, and snapshots that read.

The program of a transaction is set on the server for that transaction only, from the authenticated credential;
row-level security does the rest. Nothing here commits on its own: app/services/execute.py does.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Literal, Protocol, TypeVar

import asyncpg
from structlog.contextvars import get_contextvars

from app.domain.events import NewEvent
from app.store.connections import borrowed, prepare
from app.store.database_login import LOGIN_FAILURES, login_failed
from app.store.given_up import check_now, commit_within
from app.tracing import current_traceparent

Answer = TypeVar("Answer")

# Filters are one statement with `$n IS NULL OR …`: a plan for any values reads a whole program for what an index has.
_FACE = """
SELECT set_config('sge.program_id', $1, true), set_config('plan_cache_mode', 'force_custom_plan', true)
"""
# Rows that say who asked, and in which trace, take it from here.
_BEGIN = """
SELECT set_config('sge.program_id', $1, true), set_config('sge.request_id', $2, true), set_config('sge.traceparent', $3, true)
"""
# An empty note in the log: only a transaction that wrote there waits for the standby, and then for all before it too.
_BEGIN_NOTED = f"{_BEGIN.rstrip()}, pg_logical_emit_message(true, 'sge', '')"
_LONGEST_WAIT_SECONDS = 5.0
_ENTER = "SELECT set_config('sge.program_id', $1, true)"
_WAIT_AT_MOST = "SELECT set_config('lock_timeout', $1, true)"
_DECIMALS = "SELECT code, decimals FROM program_currency WHERE program_id = $1"
_WRITE_EVENTS = """
INSERT INTO event_outbox (program_id, type, name, entity_id, version, data, at)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::jsonb[], $7::timestamptz[])
"""


# repeatable_read: everything from one snapshot; what changed meanwhile fails the transaction, which starts again.
Isolation = Literal["read_committed", "repeatable_read"]


class Session(Protocol):
    """What a statement needs: asyncpg's connection as far as repositories use it."""

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]: ...
    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None: ...
    async def fetchval(self, query: str, *args: Any) -> Any: ...
    async def execute(self, query: str, *args: Any) -> str: ...
    def cursor(self, query: str, *args: Any, prefetch: int) -> Any: ...
    def transaction(self) -> Any: ...


class ReadSession:
    """One read-only snapshot: every statement sees the same instant. Statements of one snapshot run one by one."""

    def __init__(
        self, connection: Session, program_id: int | None, *, of_replica: bool = False
    ) -> None:
        self.connection = connection
        self.program_id = program_id
        self.of_replica = of_replica
        self._decimals: dict[str, int] | None = None

    def of_program(self, program_id: int | None) -> "ReadSession":
        """The same snapshot for another program; each of them has to `face` before it is used."""
        return ReadSession(self.connection, program_id, of_replica=self.of_replica)

    async def face(self) -> None:
        """Puts this session's program in sight: one connection, one snapshot, one program at a time."""
        await self.connection.execute(_FACE, _setting(self.program_id))

    async def export(self) -> str:
        """The name under which other connections read this snapshot too, while this one is open."""
        name: str = await self.connection.fetchval("SELECT pg_export_snapshot()")
        return name

    async def decimals(self) -> Mapping[str, int]:
        """How many decimals each currency of this snapshot's program has."""
        if self._decimals is None:
            rows = await self.connection.fetch(_DECIMALS, self.program_id)
            self._decimals = {row["code"]: row["decimals"] for row in rows}
        return self._decimals


class UnitOfWork:
    """One writing transaction. Events are kept until the end and inserted as its last statement, so that their
    positions follow the row locks they describe.
    """

    def __init__(self, connection: asyncpg.Connection, program_id: int | None) -> None:
        self.connection: Session = connection
        self.program_id = program_id
        self.events: list[tuple[int, NewEvent]] = []
        self.rings: set[str] = set()  # names of the jobs to wake after the commit

    def record(self, event: NewEvent, program_id: int | None = None) -> None:
        """Keeps an event of the given program, else of this unit's own."""
        owner = self.program_id if program_id is None else program_id
        if owner is None:
            raise ValueError("an event belongs to a program")
        self.events.append((owner, event))

    async def enter(self, program_id: int) -> None:
        """Sees this program from now on, as if begun for it: for what has to be found before its program is known."""
        assert self.program_id is None
        await self.connection.execute(_ENTER, str(program_id))
        self.program_id = program_id

    def wake(self, job: str) -> None:
        """Rings for a job after the commit."""
        self.rings.add(job)

    async def wait_at_most(self, seconds: float) -> None:
        """For each lock from now on; then the statement fails with what `database_errors.passes` knows."""
        await self.connection.execute(_WAIT_AT_MOST, f"{round(1000 * seconds)}ms")

    async def flush_events(self) -> None:
        """The last statement before the commit."""
        if not self.events:
            return
        await self.connection.execute(
            _WRITE_EVENTS,
            [program for program, _ in self.events],
            [event.type.value for _, event in self.events],
            [event.name for _, event in self.events],
            [event.entity_id for _, event in self.events],
            [event.version for _, event in self.events],
            [event.data for _, event in self.events],
            [event.at for _, event in self.events],
        )


def _request_id() -> str:
    """Of the request that is served, the run of a job, or the command; empty for none."""
    return str(get_contextvars().get("request_id") or "")


class Database:
    """A pool of one login role."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.longest_wait_seconds = _LONGEST_WAIT_SECONDS  # for a free connection
        # For a standby's confirmation, in web processes: there each commit waits for it, also of a request that was
        # answered before and is repeated.
        self.longest_commit_seconds: float | None = None

    @classmethod
    async def connect(
        cls,
        url: str,
        *,
        minimum: int = 1,
        maximum: int = 10,
        statement_cache_size: int = 200,
        longest_statement_seconds: float | None = None,
    ) -> "Database":
        """Opens the pool. statement_cache_size 0 suits a transaction pooler without prepared statements; minimum 0
        connects at the first use only. Raises LoginFailed.
        """
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=minimum,
                max_size=maximum,
                init=prepare,
                command_timeout=longest_statement_seconds,
                statement_cache_size=statement_cache_size,
                server_settings={"timezone": "UTC", "application_name": "sge"},
            )
        except LOGIN_FAILURES as problem:
            raise login_failed(problem) from problem
        return cls(pool)

    @property
    def connections(self) -> int:
        """How many this pool has at most."""
        return int(self.pool.get_max_size())

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def write(
        self, program_id: int | None, isolation: Isolation = "read_committed"
    ) -> AsyncIterator[UnitOfWork]:
        """A transaction. Leaving it without an exception commits: only execute.py may call this."""
        async with self._borrowed() as connection:
            transaction = connection.transaction(isolation=isolation)
            await transaction.start()
            try:
                begin = _BEGIN if self.longest_commit_seconds is None else _BEGIN_NOTED
                await connection.execute(
                    begin, _setting(program_id), _request_id(), current_traceparent() or ""
                )
                unit = UnitOfWork(connection, program_id)
                yield unit
                await unit.flush_events()
                if self.longest_commit_seconds is not None:
                    await check_now(connection)
            except BaseException:
                await transaction.rollback()
                raise
            await commit_within(transaction, self.longest_commit_seconds)

    @asynccontextmanager
    async def read(
        self, program_id: int | None, snapshot: str | None = None
    ) -> AsyncIterator[ReadSession]:
        """A snapshot at REPEATABLE READ, read-only. snapshot: that of another session which is still open."""
        async with (
            self._borrowed() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            if snapshot is not None:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            session = ReadSession(connection, program_id)
            await session.face()
            yield session

    @asynccontextmanager
    async def read_replica(
        self, program_id: int | None, check: Callable[[Session], Awaitable[None]] | None
    ) -> AsyncIterator[ReadSession]:
        """The same of a replica. check: asked on the same connection before the snapshot is taken, so that what it finds
        replayed shows.
        """
        async with self._borrowed() as connection:
            if check is not None:
                await check(connection)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                session = ReadSession(connection, program_id, of_replica=True)
                await session.face()
                yield session

    async def ask(self, question: Callable[[Session], Awaitable[Answer]]) -> Answer:
        """What one statement answers, without a transaction around it."""
        async with self._borrowed() as connection:
            return await question(connection)

    def _borrowed(self) -> AbstractAsyncContextManager[asyncpg.Connection]:
        return borrowed(self.pool, self.longest_wait_seconds)


def _setting(program_id: int | None) -> str:
    return "" if program_id is None else str(program_id)
