"""What deployment leaves on a chain."""

from uuid import uuid4

from app.chain.artifacts import load_artifact
from app.chain.deploy import create_safe, deploy_contracts, mint_test_usd
from tests.contracts.gateway_chain import DEPLOYER_KEY, GatewayChain
from tests.contracts.items import USDC, wallet


async def test_a_safe_is_created_once_for_its_salt(chain: GatewayChain) -> None:
    owners = [wallet(number).address for number in range(3)]

    async def create(salt_nonce: int) -> str:
        return await create_safe(
            chain.node.url,
            DEPLOYER_KEY,
            chain.deployment,
            owners,
            threshold=2,
            salt_nonce=salt_nonce,
        )

    salt = uuid4().int
    address = await create(salt)
    safe = chain.contract("Safe", address).functions
    assert safe.getOwners().call() == owners
    assert (safe.getThreshold().call(), safe.VERSION().call(), safe.nonce().call()) == (
        2,
        "1.4.1",
        0,
    )
    assert await create(salt) == address
    assert await create(salt + 1) != address
    code = chain.web3.eth.get_code(chain.web3.to_checksum_address(address)).to_0x_hex()
    assert code == load_artifact("SafeProxy").deployed_bytecode


async def test_test_dollars_reach_everybody(chain: GatewayChain) -> None:
    amounts: dict[str, int] = {wallet(number).address: number * USDC for number in range(1, 251)}
    await mint_test_usd(chain.node.url, DEPLOYER_KEY, chain.deployment.token, amounts)
    assert chain.balance(wallet(250).address) == 250 * USDC
    assert chain.token.functions.decimals().call() == 6


async def test_a_gateway_can_serve_a_token_that_was_there_before(chain: GatewayChain) -> None:
    chain.fund([chain.deployer.address], 5)
    second = await deploy_contracts(
        chain.node.url, DEPLOYER_KEY, token=chain.deployment.token, relayers=[wallet(1).address]
    )
    gateway = chain.contract("SettlementGateway", second.gateway).functions
    assert second.token == chain.deployment.token
    assert gateway.isAllowedToken(second.token).call()
    assert gateway.isRelayer(wallet(1).address).call()
    assert chain.balance(second.gateway) == 1
