"""The contracts on a chain: deployed once for the run, put back after each test."""

import asyncio

import pytest
from eth_account import Account

from app.chain.deploy import Deployment, deploy_contracts
from sge.embedded.anvil import Anvil
from tests.contracts.gateway_chain import DEPLOYER_KEY, RELAYER_KEY, GatewayChain


@pytest.fixture(scope="session")
def deployment(shared_anvil: Anvil) -> Deployment:
    relayer = Account.from_key(RELAYER_KEY).address
    return asyncio.run(deploy_contracts(shared_anvil.url, DEPLOYER_KEY, relayers=[relayer]))


@pytest.fixture
def chain(deployment: Deployment, anvil: Anvil) -> GatewayChain:
    return GatewayChain(anvil, deployment)
