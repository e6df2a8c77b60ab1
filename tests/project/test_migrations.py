"""Migrations go up, down and up again, and leave the same database."""

import asyncio

import asyncpg
import pytest

from sge.embedded.postgres_dump import schema_of
from sge.failures import CannotStart
from sge.migrations import NOT_NEWEST, OTHER_SQL, downgrade, is_newest, mistake, upgrade
from sge.schema_fingerprint import fingerprint, revisions
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while

EMPTY = "template0"


def test_up_down_up_gives_the_same_database(database: Database) -> None:
    before = schema_of(database.superuser_dsn)
    downgrade(database.dsn(), "base")
    assert "CREATE TABLE public.intent " not in schema_of(database.superuser_dsn)
    upgrade(database.dsn())
    assert schema_of(database.superuser_dsn) == before


def test_a_database_knows_whether_it_is_at_the_newest_migration(cluster: Cluster) -> None:
    with database_for_a_while(cluster, EMPTY) as fresh:
        assert not is_newest(fresh.dsn())
        upgrade(fresh.dsn())
        assert is_newest(fresh.dsn())
        upgrade(fresh.dsn())
        assert is_newest(fresh.dsn())


@pytest.mark.parametrize("note", ["'an older fingerprint'", "NULL"])
def test_a_database_of_other_sql_under_the_same_name_is_refused(
    database: Database, note: str
) -> None:
    assert mistake(database.dsn()) is None

    async def edit() -> None:
        owner = await asyncpg.connect(database.dsn())
        await owner.execute(f"COMMENT ON TABLE alembic_version IS {note}")
        await owner.close()

    asyncio.run(edit())
    assert mistake(database.dsn()) == OTHER_SQL
    with pytest.raises(CannotStart, match="another version of this migration"):
        upgrade(database.dsn())


def test_an_empty_database_is_not_at_the_newest(cluster: Cluster) -> None:
    with database_for_a_while(cluster, EMPTY) as fresh:
        assert mistake(fresh.dsn()) == NOT_NEWEST


def test_a_released_migration_is_never_edited() -> None:
    """Databases out there were made by it: what has to change comes in a migration of its own."""
    released = {"20261122_create_platform": "f8b98c12ac839d9d"}
    assert {name: fingerprint(name) for name in released} == released


def test_a_database_at_an_older_migration_is_carried_over(cluster: Cluster) -> None:
    first, *_, newest = revisions()
    with database_for_a_while(cluster, EMPTY) as fresh:
        upgrade(fresh.dsn(), first)
        assert mistake(fresh.dsn()) == NOT_NEWEST
        before = schema_of(fresh.superuser_dsn)
        upgrade(fresh.dsn())
        assert mistake(fresh.dsn()) is None
        downgrade(fresh.dsn(), first)
        assert schema_of(fresh.superuser_dsn) == before
        upgrade(fresh.dsn(), newest)
        assert mistake(fresh.dsn()) is None
