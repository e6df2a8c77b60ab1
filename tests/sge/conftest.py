"""Treasuries for the commands that read a chain."""

from tests.chain.conftest import chain, deployment, treasury

__all__ = ["chain", "deployment", "treasury"]
