"""A database that does not fit this program, a clock that is off, and a disk that is full are named with what to do."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from app.checks.database import clock_agrees, disk_takes_writes, schema_fits
from app.checks.findings import Problem
from app.domain.clock import real_clock
from app.store.database import Database as Pool
from app.store.server.schema_note import NEWEST
from sge.embedded.postgres import Postgres
from sge.migrations import downgrade
from sge.schema_fingerprint import revisions
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while
from tests.fixtures.mounts import small_disk

VARIABLE = "SGE_DATABASE_API_URL"
ROLES = ("api", "worker", "feed", "reader")


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Pool]:
    pool = await Pool.connect(database.dsn("sge_api"), maximum=2)
    yield pool
    await pool.close()


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[Database]:
    with database_for_a_while(cluster, "template0") as fresh:
        yield fresh


async def tell(database: Database, revision: str, oldest: str) -> None:
    """Makes the tables say that they are of another release."""
    owner = await asyncpg.connect(database.dsn())
    await owner.execute(
        "CREATE OR REPLACE FUNCTION sge_release() RETURNS TABLE (revision text, oldest_program text)"
        f" LANGUAGE sql AS $$ SELECT '{revision}', '{oldest}' $$"
    )
    await owner.close()


async def wrong(looking: object) -> str:
    with pytest.raises(Problem) as found:
        await looking  # type: ignore[misc]
    return str(found.value)


@pytest.mark.parametrize("role", ROLES)
async def test_tables_of_this_release_fit_every_role(database: Database, role: str) -> None:
    pool = await Pool.connect(database.dsn(f"sge_{role}"), maximum=1)
    assert await schema_fits(pool, VARIABLE) == f"at {NEWEST}"
    await pool.close()


async def test_this_program_is_made_for_the_newest_migration_and_that_tells_so(api: Pool) -> None:
    assert revisions()[-1] == NEWEST
    async with api.read(None) as session:
        told = await session.connection.fetchrow("SELECT * FROM sge_release()")
    assert told is not None
    assert told["revision"] == NEWEST
    assert told["oldest_program"] in revisions()


async def test_tables_that_are_too_old(database: Database) -> None:
    await asyncio.to_thread(downgrade, database.dsn(), revisions()[0])
    pool = await Pool.connect(database.dsn("sge_api"), maximum=1)
    said = await wrong(schema_fits(pool, VARIABLE))
    assert said.startswith(f"{VARIABLE}: the database's tables are too old, of migration 20261122")
    assert "run `sge migrate`" in said
    await pool.close()


async def test_tables_that_are_missing(empty: Database) -> None:
    pool = await Pool.connect(empty.dsn(), maximum=1)
    said = await wrong(schema_fits(pool, VARIABLE))
    assert said == f"{VARIABLE}: the database's tables are missing; run `sge migrate`"
    await pool.close()


async def test_tables_that_are_too_new(database: Database, api: Pool) -> None:
    await tell(database, "20990101_later", "20990101_later")
    said = await wrong(schema_fits(api, VARIABLE))
    assert "too new, of migration 20990101_later" in said
    assert "install the newer release" in said


async def test_newer_tables_that_still_serve_this_program(database: Database, api: Pool) -> None:
    await tell(database, "20990101_later", NEWEST)
    assert await schema_fits(api, VARIABLE) == "at 20990101_later"


@pytest.mark.parametrize(("seconds", "way"), [(45, "ahead of"), (-45, "behind")])
async def test_a_clock_that_is_off(api: Pool, seconds: int, way: str) -> None:
    def clock() -> datetime:
        return real_clock() + timedelta(seconds=seconds)

    said = await wrong(clock_agrees(api, clock, VARIABLE))
    assert f"this machine's clock is 45 s {way} PostgreSQL's; set both" in said


async def test_a_clock_that_is_right(api: Pool) -> None:
    assert (await clock_agrees(api, real_clock, VARIABLE)).endswith(" s apart")


@pytest.fixture
def postgres_on_a_small_disk(server_folder: Path) -> Iterator[tuple[Postgres, Path]]:
    """A server whose temporary files are on a disk of 64 KiB."""
    with Postgres(server_folder / "postgres", durable=False) as server:
        (data,) = (
            path.parent for path in server_folder.rglob("PG_VERSION") if path.parent.name == "data"
        )
        scratch = data / "base" / "pgsql_tmp"
        scratch.mkdir(exist_ok=True)
        owner = data.stat()
        with small_disk(scratch, 64, owner.st_uid, owner.st_gid):
            yield server, scratch


async def test_a_full_disk(postgres_on_a_small_disk: tuple[Postgres, Path]) -> None:
    server, _ = postgres_on_a_small_disk
    pool = await Pool.connect(server.dsn("sge_owner"), maximum=1)
    said = await wrong(disk_takes_writes(pool, VARIABLE))
    await pool.close()
    assert said.startswith(f"{VARIABLE}: PostgreSQL's disk is full (")
    assert "No space left on device" in said
    assert "free or add space" in said


async def test_a_disk_with_space_and_nothing_left_behind(api: Pool) -> None:
    assert await disk_takes_writes(api, VARIABLE) == "takes writes"


async def test_a_server_that_is_away(server_folder: Path) -> None:
    with Postgres(server_folder / "postgres", durable=False) as server:
        pool = await Pool.connect(server.dsn("sge_owner"), maximum=1)
        pool.longest_wait_seconds = 0.5
    said = await wrong(schema_fits(pool, VARIABLE))
    assert said.startswith(f"{VARIABLE}: the database does not answer; is PostgreSQL running")
    pool.pool.terminate()


def test_a_small_disk_is_gone_afterwards(tmp_path: Path) -> None:
    with small_disk(tmp_path, 64):
        assert subprocess.run(["mountpoint", "-q", tmp_path], check=False).returncode == 0
    assert subprocess.run(["mountpoint", "-q", tmp_path], check=False).returncode != 0
