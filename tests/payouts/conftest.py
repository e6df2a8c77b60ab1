"""Payouts run against a real database and a real chain with the contracts and a Safe on it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.chain.deploy import Deployment
from app.domain import payout_planning
from sge.embedded.anvil import Anvil
from tests.contracts.conftest import chain, deployment
from tests.contracts.gateway_chain import GatewayChain
from tests.fixtures.chains import undone
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import database_for_a_while
from tests.payouts.paying import Paying
from tests.payouts.payout_history import NewHistory, PayoutHistory
from tests.payouts.world import PayoutWorld
from tests.processes.conftest import settling_world, watching_world, world_over
from tests.processes.watching_world import WatchingWorld

__all__ = ["chain", "deployment", "settling_world", "watching_world"]


@pytest.fixture
def payout_world(watching_world: WatchingWorld) -> PayoutWorld:
    """Programs with real Safes."""
    return PayoutWorld(watching_world)


@pytest.fixture
def paying(payout_world: PayoutWorld) -> Paying:
    """The same, from owners' signatures on."""
    return Paying(payout_world)


@pytest.fixture
def new_history(
    cluster: Cluster, deployment: Deployment, shared_anvil: Anvil, monkeypatch: pytest.MonkeyPatch
) -> NewHistory:
    """A new database, and the chain as it was, for each history. Two payouts fill a Safe transaction: batches have several."""
    monkeypatch.setattr(payout_planning, "USUAL_PAYOUTS", 2)

    @contextmanager
    def opened() -> Iterator[PayoutHistory]:
        with (
            asyncio.Runner() as runner,
            database_for_a_while(cluster) as database,
            undone(shared_anvil),
        ):
            over = world_over(database, GatewayChain(shared_anvil, deployment))
            settling = runner.run(over.__aenter__())
            try:
                yield PayoutHistory(runner, PayoutWorld(WatchingWorld(settling)))
            finally:
                runner.run(over.__aexit__(None, None, None))

    return opened
