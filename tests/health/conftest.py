"""The platform's figures on a real database, as the role of those who look at them."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.health.receiving import Receiver, receiver
from tests.health.watching import Watch
from tests.services.conftest import api, worker, world

__all__ = ["api", "worker", "world"]


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
