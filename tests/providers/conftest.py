"""Payment providers on a real database, as the roles of the processes that hear of them."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.fixtures.documented_events import assert_events_are_documented
from tests.invariants import assert_invariants
from tests.providers.shop import Shop, open_shop
from tests.services.world import World


@pytest.fixture
async def shop(module_database: OwnDatabase) -> AsyncIterator[Shop]:
    """A program with three levels of affiliates that sells through Coinbase Commerce; the invariants hold at the end."""
    api = await Database.connect(module_database.dsn("sge_api"), maximum=5)
    worker = await Database.connect(module_database.dsn("sge_worker"), maximum=5)
    yield await open_shop(World(api), worker)
    await api.close()
    await worker.close()
    admin = await asyncpg.connect(module_database.superuser_dsn)
    try:
        await assert_invariants(admin)
    finally:
        await admin.close()
    await assert_events_are_documented(module_database.dsn())
