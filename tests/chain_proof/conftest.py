"""Books and chain side by side: programs with real Safes, and what superusers and owners do to them."""

import pytest

from tests.chain_proof.proving import Proving
from tests.contracts.conftest import chain, deployment
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutWorld
from tests.processes.conftest import settling_world, watching_world
from tests.processes.watching_world import WatchingWorld

__all__ = ["chain", "deployment", "settling_world", "watching_world"]


@pytest.fixture
def proving(watching_world: WatchingWorld) -> Proving:
    """A world to be reconciled."""
    return Proving(Paying(PayoutWorld(watching_world)))
