"""Worker processes against real servers."""

from tests.contracts.conftest import chain, deployment
from tests.processes.conftest import settling_world

__all__ = ["chain", "deployment", "settling_world"]
