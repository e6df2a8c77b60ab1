"""`sge recover` that cannot end says what to do, which is always the same: run it again."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable

import asyncpg
import pytest

from sge.embedded.project import PROJECT
from tests.fixtures.databases import Database
from tests.processes.outage import give_back, take_away
from tests.recovery.recovering import OTHER_TIMELINE, RecoveringWorld
from tests.recovery.test_command import settings
from tests.storm.waiting import until

pytestmark = pytest.mark.long

_BEGUN = "SELECT count(*) FROM recovery WHERE finished_at IS NULL"
_WAITS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def started(environment: dict[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "sge.cli", "recover"),
        cwd=PROJECT,
        env=environment,
        stdout=PIPE,
        stderr=STDOUT,
    )


async def heard(process: Process, words: str) -> None:
    assert process.stdout is not None
    while words not in (line := (await process.stdout.readline()).decode()):
        assert line, words


async def ended(process: Process, meanwhile: Callable[[], None]) -> str:
    """What it said; its exit code is that of a command that could not do what it was asked for."""
    end = asyncio.ensure_future(process.communicate())
    try:
        async with asyncio.timeout(60):
            while not end.done():
                meanwhile()
                await asyncio.wait([end], timeout=0.5)
    except TimeoutError:
        process.kill()
        raise AssertionError((await end)[0].decode()) from None
    assert process.returncode == 2
    return end.result()[0].decode()


async def test_after_another_restore(
    recovering: RecoveringWorld, database: Database, redis_url: str
) -> None:
    """Which a worker notices while the command waits for its blocks."""
    await recovering.settling.ready()
    await recovering.settling.run(OTHER_TIMELINE)
    process = await started(settings(recovering, database, redis_url))
    await heard(process, "every program is paused")
    await recovering.settling.run(OTHER_TIMELINE)
    assert await recovering.notice() is not None
    said = await ended(process, lambda: recovering.watching.mine(1))
    assert "restored or promoted again meanwhile; run `sge recover` again" in said
    assert await recovering.value(_BEGUN) == 1


async def test_after_the_database_was_away(
    recovering: RecoveringWorld, database: Database, redis_url: str
) -> None:
    await recovering.settling.ready()
    await recovering.settling.run(OTHER_TIMELINE)
    # What it is about to change it has to wait for.
    holder = await asyncpg.connect(database.superuser_dsn)
    await holder.execute("BEGIN; SELECT FROM instance FOR UPDATE")
    process = await started(settings(recovering, database, redis_url))

    async def missing() -> str | None:
        return None if await recovering.value(_WAITS) else "the recovery's lock"

    await until(missing, 60, 0.05)
    take_away(database)
    try:
        said = await ended(process, lambda: None)
    finally:
        give_back(database)
        holder.terminate()
    assert "the database went away" in said
    assert "What was done is kept: run `sge recover` again" in said
