"""A program with webhooks on a real database, as the roles of the processes that serve them."""

from collections.abc import AsyncIterator

import pytest

from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.fixtures.documented_events import assert_events_are_documented
from tests.services.conftest import api, worker, world
from tests.services.world import World
from tests.webhooks.hooks import Hooks, hooks_of

__all__ = ["api", "worker", "world"]


@pytest.fixture
async def hooks(world: World, worker: Database, database: OwnDatabase) -> AsyncIterator[Hooks]:
    """A program of its own."""
    yield await hooks_of(world, worker)
    await assert_events_are_documented(database.dsn())
