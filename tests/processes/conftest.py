"""Processes run against a real database and a real chain with the contracts on it."""

from collections.abc import AsyncIterator

import pytest

from app.chain.client import Chain
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.conftest import chain, deployment
from tests.contracts.gateway_chain import GatewayChain
from tests.fixtures.databases import Database as OwnDatabase
from tests.processes.settling_world import SettlingWorld
from tests.processes.watching_world import WatchingWorld

__all__ = ["chain", "deployment"]


@pytest.fixture
async def settling_world(
    database: OwnDatabase, chain: GatewayChain
) -> AsyncIterator[SettlingWorld]:
    """Programs, intents and lanes on this test's database and chain."""
    pools = [
        await Database.connect(database.dsn("sge_api")),
        await Database.connect(database.dsn("sge_worker")),
        await Database.connect(database.superuser_dsn),
    ]
    client = Chain(CHAIN_ID, [chain.node.url])
    yield SettlingWorld(chain, client, *pools)
    await client.close()
    for pool in pools:
        await pool.close()


@pytest.fixture
def watching_world(settling_world: SettlingWorld) -> WatchingWorld:
    """The same under watch."""
    return WatchingWorld(settling_world)
