"""The table classes describe the tables."""

import asyncio
from argparse import Namespace
from collections.abc import Iterator

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine

from app.store.tables import METADATA
from sge.embedded.project import PROJECT
from sge.migrations import downgrade
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database, database_for_a_while
from tests.storage import catalogue

_DOMAINS = """
CREATE DOMAIN evm_address AS text CHECK (VALUE ~ '^0x[0-9a-fA-F]{40}$');
CREATE DOMAIN units AS numeric(78, 0);
"""


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Database]:
    """A migrated database of one's own."""
    with database_for_a_while(cluster) as fresh:
        yield fresh


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[Database]:
    """A database without a single table of ours."""
    with database_for_a_while(cluster, "template0") as fresh:
        yield fresh


def test_alembic_finds_no_drift(database: Database) -> None:
    command.check(
        Config(
            toml_file=PROJECT / "pyproject.toml", cmd_opts=Namespace(x=[f"url={database.dsn()}"])
        )
    )


def test_classes_make_the_very_tables_that_the_migrations_make(
    database: Database, empty_database: Database
) -> None:
    asyncio.run(_create_all(empty_database.dsn()))
    migrated = asyncio.run(catalogue.tables(database.dsn()))
    described = asyncio.run(catalogue.tables(empty_database.dsn()))
    for kind, lines in migrated.items():
        assert described[kind] == lines, kind


def test_down_leaves_nothing_behind(database: Database, empty_database: Database) -> None:
    downgrade(database.dsn(), "base")
    left = asyncio.run(catalogue.access(database.dsn()))
    fresh = asyncio.run(catalogue.access(empty_database.dsn()))
    assert left == fresh


async def _create_all(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(_DOMAINS)
    await connection.close()
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.begin() as opened:
        await opened.run_sync(METADATA.create_all)
    await engine.dispose()
