"""Services on a real database, as the roles of the processes that call them."""

from collections.abc import AsyncIterator

import pytest

from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.services.world import World


@pytest.fixture
async def api(database: OwnDatabase) -> AsyncIterator[Database]:
    """The web process's role."""
    pool = await Database.connect(database.dsn("sge_api"), maximum=20)
    yield pool
    await pool.close()


@pytest.fixture
async def worker(database: OwnDatabase) -> AsyncIterator[Database]:
    """The workers' role."""
    pool = await Database.connect(database.dsn("sge_worker"), maximum=5)
    yield pool
    await pool.close()


@pytest.fixture
def world(api: Database) -> World:
    """Use cases with a clock of their own; makes programs and affiliates through the services."""
    return World(api)
