"""Payouts run against a real database and a real chain with the contracts and a Safe on it."""

import pytest

from tests.contracts.conftest import chain, deployment
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutWorld
from tests.processes.conftest import settling_world, watching_world
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
