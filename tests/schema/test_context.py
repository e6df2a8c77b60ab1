"""An operation's context: one snapshot, taken late, one connection, and each key read once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from schema.context import OperationContext
from schema.errors import Unauthenticated
from tests.transport.tiny_runtime import TinyRuntime


class Connection:
    """Serves one statement at a time, as PostgreSQL connections do."""

    def __init__(self) -> None:
        self.program: int | None = None
        self.busy = False

    async def run(self) -> int | None:
        assert not self.busy, "another statement is in progress"
        self.busy = True
        await asyncio.sleep(0.001)
        self.busy = False
        return self.program


class Session:
    of_replica = False

    def __init__(self, connection: Connection, program: int | None) -> None:
        self.connection = connection
        self.program = program

    def of_program(self, program: int | None) -> "Session":
        return Session(self.connection, program)

    async def face(self) -> None:
        self.connection.program = self.program


class Snapshots(TinyRuntime):
    opened = 0

    @asynccontextmanager
    async def read_snapshot(self, program: int | None, _: Any) -> AsyncIterator[Any]:
        self.opened += 1
        self.sessions_open += 1
        session = Session(Connection(), program)
        await session.face()
        yield session
        self.sessions_open -= 1


def fresh() -> tuple[Snapshots, OperationContext]:
    runtime = Snapshots()
    return runtime, OperationContext(runtime, None, "request")


async def load_seen(session: Any, keys: Sequence[int]) -> Sequence[tuple[int, int | None]]:
    seen = await session.connection.run()
    return [(key, seen) for key in keys]


async def test_nothing_is_opened_before_it_is_needed() -> None:
    runtime, context = fresh()
    await context.close()
    assert runtime.opened == 0


async def test_programs_share_one_snapshot_and_see_their_own_rows() -> None:
    runtime, context = fresh()

    async def look(program: int) -> int | None:
        async with context.reading(program) as session:
            seen: int | None = await session.connection.run()  # type: ignore[attr-defined]
            return seen

    programs = [1, 2, 1, 3, 2] * 5
    assert await asyncio.gather(*(look(program) for program in programs)) == programs
    assert (runtime.opened, runtime.sessions_open) == (1, 1)
    await context.close()
    assert runtime.sessions_open == 0


async def test_loaders_read_each_key_once_and_together() -> None:
    asked: list[list[int]] = []

    async def load(session: Any, keys: Sequence[int]) -> Sequence[tuple[int, int | None]]:
        asked.append(list(keys))
        return await load_seen(session, keys)

    _, context = fresh()
    loads = [(key, program) for program in (1, 2) for key in (1, 2, 1)]
    found = await asyncio.gather(
        *(context.loader(load, program).load(key) for key, program in loads)
    )
    assert found == loads
    assert asked == [[1, 2], [1, 2]]
    await context.close()


async def test_after_a_write_everything_is_read_again() -> None:
    runtime, context = fresh()
    loader = context.loader(load_seen, 1)
    await loader.load(1)
    await context.leave_snapshot()
    assert runtime.sessions_open == 0
    assert context.loader(load_seen, 1) is not loader
    await context.loader(load_seen, 1).load(1)
    assert runtime.opened == 2
    await context.close()


async def test_each_event_has_a_context_of_its_own() -> None:
    runtime, context = fresh()
    async with context.reading(1):
        pass
    event = context.for_event()
    assert (event.runtime, event.caller, event.request_id) == (runtime, None, "request")
    async with event.reading(1):
        pass
    assert runtime.opened == 2
    await event.close()
    await context.close()


def test_without_a_caller() -> None:
    with pytest.raises(Unauthenticated):
        fresh()[1].require_caller()
