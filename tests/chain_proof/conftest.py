"""Books and chain side by side: programs with real Safes, and what superusers and owners do to them."""

import pytest

from tests.chain_proof.proving import Proving
from tests.contracts.conftest import chain, deployment
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutWorld
from tests.processes.conftest import settling_world, watching_world

__all__ = ["chain", "deployment", "settling_world", "watching_world"]


@pytest.fixture
def proving(watching_world) -> Proving:  # type: ignore[no-untyped-def]
    """A world to be reconciled."""
    return Proving(Paying(PayoutWorld(watching_world)))
