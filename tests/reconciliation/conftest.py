"""Programs that have lived, in one database for each module."""

import asyncio
from collections.abc import Iterator

import pytest

from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.posting.changing_books import ChangingBooks
from tests.reconciliation.reconciled import Reconciled
from tests.services.world import World


@pytest.fixture(scope="module")
def pools(module_database: OwnDatabase) -> Iterator[tuple[asyncio.Runner, list[Database]]]:
    with asyncio.Runner() as runner:
        dsns = (
            module_database.dsn("sge_api"),
            module_database.dsn("sge_worker"),
            module_database.superuser_dsn,
        )
        opened = [runner.run(Database.connect(dsn, maximum=6)) for dsn in dsns]
        yield runner, opened
        for pool in opened:
            runner.run(pool.close())


@pytest.fixture(scope="module")
def lived(pools: tuple[asyncio.Runner, list[Database]]) -> Reconciled:
    """One for a whole module, whose tests leave it as it is."""
    return _open(pools)


@pytest.fixture
def reconciled(pools: tuple[asyncio.Runner, list[Database]]) -> Reconciled:
    """A program that has lived a little, all of it rolled up and sealed."""
    return _open(pools)


def _open(pools: tuple[asyncio.Runner, list[Database]]) -> Reconciled:
    runner, (api, worker, admin) = pools
    lived = Reconciled(ChangingBooks(runner, World(api), worker, admin))
    lived.open()
    return lived
