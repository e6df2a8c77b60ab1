"""A demo whose data an older checkout has made says so, before anything fails in a stranger way."""

import asyncio

import asyncpg
import pytest

from sge.demo.run import migrate_demo
from sge.embedded.failures import EmbeddedFailure
from tests.fixtures.databases import Database


def test_data_of_another_version_is_refused(database: Database) -> None:
    migrate_demo(database.dsn())

    async def edit() -> None:
        owner = await asyncpg.connect(database.dsn())
        await owner.execute("COMMENT ON TABLE alembic_version IS NULL")
        await owner.close()

    asyncio.run(edit())
    with pytest.raises(EmbeddedFailure, match="make demo ARGS=--fresh"):
        migrate_demo(database.dsn())
