"""Processes run against a real database and a real chain with the contracts on it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.chain.client import Chain
from app.chain.deploy import Deployment, deploy_contracts
from app.store.database import Database
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.contracts.conftest import chain, deployment
from tests.contracts.gateway_chain import DEPLOYER_KEY, RELAYER_KEY, GatewayChain
from tests.contracts.items import USDC
from tests.fixtures.chains import quiet_node, undone
from tests.fixtures.databases import Database as OwnDatabase
from tests.fixtures.documented_events import assert_events_are_documented
from tests.fixtures.folders import server_folder_for_a_while
from tests.processes.payers import FEE, Payers, intake_over
from tests.processes.settling_world import SECOND_RELAYER_KEY, SettlingWorld
from tests.processes.watching_world import WatchingWorld

__all__ = ["chain", "deployment"]


class Addresses(Protocol):
    """Where a database is, by role."""

    def dsn(self, role: str = ...) -> str: ...

    @property
    def superuser_dsn(self) -> str: ...


@pytest.fixture
async def settling_world(
    database: OwnDatabase, chain: GatewayChain
) -> AsyncIterator[SettlingWorld]:
    """Programs, intents and lanes on this test's database and chain."""
    async with world_over(database, chain) as world:
        yield world


@pytest.fixture(scope="module")
def held_deployment() -> Iterator[tuple[Anvil, Deployment]]:
    """A node of a module's own, for tests that hold its blocks back."""
    with (
        server_folder_for_a_while() as folder,
        quiet_node(folder / "anvil") as node,
    ):
        relayers = [Account.from_key(key).address for key in (RELAYER_KEY, SECOND_RELAYER_KEY)]
        yield (
            node,
            asyncio.run(deploy_contracts(node.url, DEPLOYER_KEY, relayers=relayers)),
        )


@pytest.fixture
async def held_world(
    database: OwnDatabase, held_deployment: tuple[Anvil, Deployment]
) -> AsyncIterator[SettlingWorld]:
    """The same on a chain whose blocks the test may hold back; it mines each transaction at once until then."""
    node, deployment = held_deployment
    with undone(node):
        async with world_over(database, GatewayChain(node, deployment)) as world:
            yield world
    # Neither is part of a snapshot.
    node.call("evm_setAutomine", True)
    node.call("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    node.call("evm_mine")


@asynccontextmanager
async def world_over(database: Addresses, chain: GatewayChain) -> AsyncIterator[SettlingWorld]:
    """A world on any migrated database and any chain with the contracts."""
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
    await assert_events_are_documented(database.dsn())


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
