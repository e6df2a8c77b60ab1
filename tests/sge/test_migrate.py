"""`sge migrate` says what it does, waits for another one, and names who holds what it needs."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from sge.cli import command_line
from sge.embedded.postgres_dump import schema_of
from sge.embedded.project import PROJECT
from sge.failures import CannotStart
from sge.migrations import upgrade
from sge.schema_fingerprint import revisions
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while

RUNNER = CliRunner()
FIRST = revisions()[0]


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[Database]:
    with database_for_a_while(cluster, "template0") as fresh:
        yield fresh


def migrate(database: Database) -> Result:
    variables = {"SGE_DATABASE_OWNER_URL": database.dsn()}
    return RUNNER.invoke(command_line(["migrate"]), ["migrate"], env=variables)


def test_it_says_what_it_does_and_does_it_once(empty: Database) -> None:
    done = migrate(empty)
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [f"ran {name}" for name in revisions()]
    assert lines[-1] == "the database is at the newest migration now"
    again = migrate(empty)
    assert (again.exit_code, again.stdout) == (0, "the database is at the newest migration\n")


@pytest.mark.long
async def test_several_at_once_end_with_the_same_tables(
    empty: Database, database: Database, tmp_path: Path
) -> None:
    environment = os.environ | {
        "SGE_DATABASE_OWNER_URL": empty.dsn(),
        "PYTHONPATH": str(PROJECT),
    }
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sge.cli", "migrate"),
            cwd=tmp_path,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    async with asyncio.timeout(120):
        told = [await process.communicate() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], told
    said = [line for out, _ in told for line in out.decode().splitlines()]
    ran = sorted(line.split(":")[0] for line in said if line.startswith("ran "))
    assert ran == [f"ran {name}" for name in revisions()]
    same = await asyncio.to_thread(schema_of, database.superuser_dsn)
    assert await asyncio.to_thread(schema_of, empty.superuser_dsn) == same


@pytest.mark.long
async def test_who_holds_a_table_is_named(empty: Database) -> None:
    await asyncio.to_thread(upgrade, empty.dsn(), FIRST)
    worker = await asyncpg.connect(
        empty.superuser_dsn, server_settings={"application_name": "a long report"}
    )
    async with worker.transaction():
        await worker.fetch("SELECT id FROM lane")  # the second migration adds a column to it
        pid = worker.get_server_pid()
        done = await asyncio.to_thread(migrate, empty)
    await worker.close()
    assert isinstance(done.exception, CannotStart)
    said = str(done.exception)
    assert f"process {pid} (postgres, a long report) holds lane" in said
    assert f"SELECT pg_terminate_backend({pid})" in said
    assert "Nothing was changed" in said
    after = await asyncio.to_thread(migrate, empty)
    assert after.exit_code == 0, after.output


_WAITS_FOR = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = $1::text::regclass
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def _meet(empty: Database, *, held: str, wanted: str) -> Result:
    """What migrating says to a transaction that holds a table and, when the migration waits for it, writes to another."""
    await asyncio.to_thread(upgrade, empty.dsn(), FIRST)
    worker = await asyncpg.connect(empty.superuser_dsn)
    look = await asyncpg.connect(empty.superuser_dsn)
    async with asyncio.timeout(60), worker.transaction():
        # Who waits for longer is the one that is ended.
        await worker.execute("SET LOCAL deadlock_timeout = '1min'")
        await worker.execute(f"LOCK TABLE {held} IN ROW EXCLUSIVE MODE")
        migrating = asyncio.create_task(asyncio.to_thread(migrate, empty))
        while not await look.fetchval(_WAITS_FOR, held):
            assert not migrating.done()
            await asyncio.sleep(0.02)
        await worker.execute(f"LOCK TABLE {wanted} IN ROW EXCLUSIVE MODE")
    await worker.close()
    await look.close()
    return await migrating


@pytest.mark.long
async def test_a_posting_that_is_under_way_ends_before_it(empty: Database) -> None:
    """A transfer is stored, and then its accounts are written."""
    done = await _meet(empty, held="transfer", wanted="account")
    assert done.exit_code == 0, done.output


@pytest.mark.long
async def test_who_waits_for_it_while_it_waits_for_them_goes_on(empty: Database) -> None:
    done = await _meet(empty, held="commission", wanted="settlement")
    assert done.exit_code == 0, done.output
    assert "Nothing was changed; it is tried again" in done.stdout
    assert "the database is at the newest migration now" in done.stdout
