"""The platform's figures on a real database, as the role of those who look at them."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from app.domain.clock import real_clock
from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.health.receiving import Receiver, receiver
from tests.health.watching import Watch
from tests.services.conftest import api, worker
from tests.services.conftest import world as world_of_old
from tests.services.world import World

__all__ = ["api", "worker", "world_of_old"]


@pytest.fixture
def world(world_of_old: World) -> World:
    """Its programs begin now: one that is a day old without a reconciliation is told of."""
    world_of_old.now = real_clock()
    return world_of_old


@pytest.fixture
def channel() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


@pytest.fixture
def watch(worker: Database, channel: Receiver) -> Watch:
    return Watch(worker, channel)


@pytest.fixture
async def root(database: OwnDatabase) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection."""
    connection = await asyncpg.connect(database.superuser_dsn)
    yield connection
    await connection.close()
