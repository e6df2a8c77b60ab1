"""Processes run against a real database and a real chain with the contracts on it."""

from collections.abc import AsyncIterator

import pytest
from eth_account.signers.local import LocalAccount

from app.chain.client import Chain
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.conftest import chain, deployment
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC
from tests.fixtures.databases import Database as OwnDatabase
from tests.processes.payers import FEE, Payers, intake_over
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


@pytest.fixture
async def payers(watching_world: WatchingWorld) -> Payers:
    """A program whose registration costs 10 USDC."""
    program = await watching_world.program(terms=FEE)
    return Payers(
        watching_world, intake_over(watching_world, watching_world.settling.chain), program
    )


@pytest.fixture
def rich(payers: Payers) -> LocalAccount:
    """A wallet with 100 USDC."""
    payer = payers.world.new_wallet()
    payers.world.settling.gateway_chain.fund([payer.address], 100 * USDC)
    return payer
