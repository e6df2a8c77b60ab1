"""Recoveries over real databases and a real chain."""

import pytest

from tests.contracts.conftest import chain, deployment
from tests.processes.conftest import held_deployment, held_world, settling_world, watching_world
from tests.processes.watching_world import WatchingWorld
from tests.recovery.recovering import RecoveringWorld

__all__ = [
    "chain",
    "deployment",
    "held_deployment",
    "held_world",
    "settling_world",
    "watching_world",
]


@pytest.fixture
def recovering(watching_world: WatchingWorld) -> RecoveringWorld:
    """A chain under watch whose database may be taken back."""
    return RecoveringWorld(watching_world)
