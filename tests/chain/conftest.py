"""Treasuries on a chain with the contracts."""

import pytest

from tests.chain.treasury import Treasury
from tests.contracts.conftest import chain, deployment
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC

__all__ = ["chain", "deployment"]


@pytest.fixture
async def treasury(chain: GatewayChain) -> Treasury:
    """A Safe of two out of three owners, with a million dollars."""
    made = await Treasury.create(chain)
    chain.fund([made.safe], 1_000_000 * USDC)
    return made
