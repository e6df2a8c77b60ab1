"""Processes run against a real database and a real chain with the contracts on it."""

from tests.contracts.conftest import chain, deployment

__all__ = ["chain", "deployment"]
