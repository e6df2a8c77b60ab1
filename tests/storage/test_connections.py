"""Connections that are busy, lost or gone are a reason to come back, not a defect."""

import asyncio
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import asyncpg
import pytest

from app.domain.errors import Unavailable
from app.store.connections import borrowed
from app.store.database import Database, Session
from tests.fixtures.databases import Database as Place

_CHECKED_LATE = """
CREATE TEMPORARY TABLE checked_late (n int);
CREATE FUNCTION pg_temp.check_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(0.8); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER checks_late AFTER INSERT ON checked_late DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION pg_temp.check_late();
"""
_SHOWN = "SELECT current_setting('sge.program_id', true)"


@pytest.fixture
async def narrow(database: Place) -> AsyncIterator[Database]:
    opened = await Database.connect(database.dsn("sge_api"), maximum=1)
    yield opened
    await opened.close()


async def test_no_free_connection_in_time(narrow: Database) -> None:
    patience, narrow.longest_wait_seconds = narrow.longest_wait_seconds, 0.1
    async with narrow.read(1):
        with pytest.raises(Unavailable):
            await narrow.read(1).__aenter__()
    narrow.longest_wait_seconds = patience
    async with narrow.read(1) as session:
        assert await session.connection.fetchval("SELECT 1") == 1


async def test_a_connection_lost_on_the_way(narrow: Database, database: Place) -> None:
    async def read() -> None:
        async with narrow.read(1) as session:
            process = await session.connection.fetchval("SELECT pg_backend_pid()")
            admin = await asyncpg.connect(database.superuser_dsn)
            await admin.execute("SELECT pg_terminate_backend($1)", process)
            await admin.close()
            await asyncio.sleep(0.1)
            await session.connection.fetchval("SELECT 1")

    with pytest.raises(Unavailable):
        await read()
    async with narrow.read(1) as session:
        assert await session.connection.fetchval("SELECT 1") == 1


async def test_a_connection_lost_in_the_middle_of_a_message(
    narrow: Database, database: Place
) -> None:
    """The driver may then complain of its own state."""

    async def use() -> None:
        async with borrowed(narrow.pool, 1) as connection:
            process = await connection.fetchval("SELECT pg_backend_pid()")
            admin = await asyncpg.connect(database.superuser_dsn)
            await admin.execute("SELECT pg_terminate_backend($1)", process)
            await admin.close()
            with suppress(asyncpg.exceptions.PostgresError, asyncpg.exceptions.InterfaceError):
                await connection.fetchval("SELECT 1")
            raise asyncpg.exceptions.InternalClientError("cannot switch to state 15")

    with pytest.raises(Unavailable):
        await use()


async def test_a_server_that_the_network_cuts_off_is_noticed(narrow: Database) -> None:
    """By the kernel: a statement waits for its answer as long as the connection is one."""
    async with narrow.pool.acquire() as connection:
        own = connection._transport.get_extra_info("socket")
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        told = [
            own.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_USER_TIMEOUT, socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)
        ]
        assert told == [20_000, 10, 5]


async def test_a_mistake_of_ours_stays_one(narrow: Database) -> None:
    async with narrow.read(1) as session:
        with pytest.raises(asyncpg.exceptions.UndefinedTableError):
            await session.connection.fetchval("SELECT 1 FROM there_is_no_such_table")


async def test_one_snapshot_faces_one_program_at_a_time(narrow: Database) -> None:
    async with narrow.read(1) as first:
        second = first.of_program(2)
        nobody = first.of_program(None)
        seen = []
        for session in (first, second, first, nobody):
            await session.face()
            seen.append(await session.connection.fetchval(_SHOWN))
    assert seen == ["1", "2", "1", ""]


async def test_what_is_done_stays_done_when_the_connection_breaks_on_its_way_back(
    narrow: Database, database: Place
) -> None:
    async def end(process: int) -> None:
        admin = await asyncpg.connect(database.superuser_dsn)
        await admin.execute("SELECT pg_terminate_backend($1)", process)
        await admin.close()

    async def end_itself(session: Session) -> int:
        process: int = await session.fetchval("SELECT pg_backend_pid()")
        # In another loop, waited for by this one: nothing here hears of it before the connection is given back.
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(asyncio.run, end(process)).result()
        return process

    first = await narrow.ask(end_itself)
    assert await narrow.ask(lambda session: session.fetchval("SELECT pg_backend_pid()")) != first


async def test_what_a_commit_checks_takes_its_time(database: Place) -> None:
    """Only the standby has its seconds: a large batch is checked for longer."""
    opened = await Database.connect(database.superuser_dsn, maximum=1)
    opened.longest_commit_seconds = 0.6
    try:
        async with opened.write(None) as unit:
            await unit.connection.execute(_CHECKED_LATE)
            await unit.connection.execute("INSERT INTO checked_late VALUES (1)")
        async with opened.read(None) as session:
            assert await session.connection.fetchval("SELECT count(*) FROM checked_late") == 1
    finally:
        await opened.close()
