"""A pooler that loses prepared statements is named with what to do; one that suits, and none, are told apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.checks.database import pooler_fits
from app.checks.findings import Problem
from app.store.database import Database as Pool
from tests.fixtures.databases import Database
from tests.fixtures.pgbouncer import PgBouncer

VARIABLE = "SGE_DATABASE_API_URL"


class Forgetful(PgBouncer):
    """As before 1.21, or wrongly set."""

    @property
    def keeps_prepared_statements(self) -> bool:
        return False


@pytest.fixture
def forgetful(database: Database, server_folder: Path) -> Iterator[PgBouncer]:
    with Forgetful(server_folder / "pgbouncer", database.cluster.address, 2) as server:
        yield server


async def _found(url: str, cache_size: int) -> str:
    pool = await Pool.connect(url, maximum=3, statement_cache_size=cache_size)
    try:
        return await pooler_fits(pool, VARIABLE)
    finally:
        await pool.close()


async def test_a_pooler_that_loses_statements_is_named(
    database: Database, forgetful: PgBouncer
) -> None:
    url = forgetful.dsn("sge_api", database.name)
    with pytest.raises(Problem, match="SGE_STATEMENT_CACHE_SIZE=0 for every process"):
        await _found(url, 1024)
    assert await _found(url, 0) == "behind a pooler that suits"


async def test_without_a_pooler_none_is_seen(database: Database) -> None:
    assert await _found(database.dsn("sge_api"), 1024) == "connected directly"
