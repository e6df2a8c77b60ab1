"""Random histories of payouts on a real database, a real chain and a real Safe whose owners execute what they like."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import Phase

from app.chain.deploy import Deployment
from app.domain import payout_planning
from sge.embedded.anvil import Anvil
from tests.contracts.gateway_chain import GatewayChain
from tests.fixtures.chains import undone
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import database_for_a_while
from tests.payouts.history_machine import PayoutMachine, run
from tests.payouts.payout_history import PayoutHistory
from tests.payouts.world import PayoutWorld
from tests.processes.conftest import world_over
from tests.processes.watching_world import WatchingWorld


@pytest.fixture
def stage(
    cluster: Cluster, deployment: Deployment, shared_anvil: Anvil, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], AbstractContextManager[PayoutHistory]]:
    """A new database and the chain as it was, for each history. Batches of several Safe transactions come cheaply."""
    monkeypatch.setattr(payout_planning, "USUAL_PAYOUTS", 2)

    @contextmanager
    def history() -> Iterator[PayoutHistory]:
        with (
            asyncio.Runner() as runner,
            database_for_a_while(cluster) as database,
            undone(shared_anvil),
        ):
            opened = world_over(database, GatewayChain(shared_anvil, deployment))
            settling = runner.run(opened.__aenter__())
            try:
                yield PayoutHistory(runner, PayoutWorld(WatchingWorld(settling)))
            finally:
                runner.run(opened.__aexit__(None, None, None))

    return history


def test_random_histories(stage: Callable[[], AbstractContextManager[PayoutHistory]]) -> None:
    seen = run(stage, examples=5, steps=25, derandomize=True)
    print(sorted(seen.items()))


@pytest.mark.long
def test_many_random_histories(stage: Callable[[], AbstractContextManager[PayoutHistory]]) -> None:
    seen = run(stage, 25, 50)
    print(sorted(seen.items()))
