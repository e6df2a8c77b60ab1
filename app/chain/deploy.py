"""Puts the contracts on a chain: for the demo, for tests, and once for each real chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from eth_hash.auto import keccak

from app.chain.address import ZERO_ADDRESS, address_bytes, checksum_address
from app.chain.artifacts import load_artifact
from app.chain.deployer import Deployer

# Below the 16 777 216 gas that one transaction may use (EIP-7825): 200 mints take about 6 million.
_MINTS_IN_ONE_CALL = 200


@dataclass(frozen=True, slots=True)
class TokenMetadata:
    """Name, symbol and EIP-712 version of a test dollar."""

    name: str = "USD Coin"
    symbol: str = "USDC"
    version: str = "2"


class SafeCode(Protocol):
    """Where Safe 1.4.1's own contracts are on a chain."""

    @property
    def safe_singleton(self) -> str: ...
    @property
    def proxy_factory(self) -> str: ...
    @property
    def fallback_handler(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where the contracts of one chain are; checksummed addresses."""

    token: str
    gateway: str
    identity: str
    safe_singleton: str
    proxy_factory: str
    multisend: str
    fallback_handler: str


async def deploy_contracts(
    rpc: str,
    deployer_key: str,
    *,
    relayers: Sequence[str] = (),
    token: str | None = None,
    metadata: TokenMetadata | None = None,
) -> Deployment:
    """Deploy identity, gateway and Safe; a test dollar too unless `token` names the chain's own.

    The deployer owns identity, gateway and test dollar, and needs one unit of `token` to seed the
    gateway with.
    """
    async with Deployer(rpc, deployer_key) as deployer:
        identity = await deployer.deploy("SgeIdentity", deployer.address)
        gateway = await deployer.deploy("SettlementGateway", deployer.address, identity)
        await deployer.call(
            deployer.contract("SgeIdentity", identity).functions.setGateway(gateway)
        )
        if token is None:
            token = await _deploy_test_usd(deployer, metadata or TokenMetadata())
        await _open_gateway(deployer, gateway, token, relayers)
        return Deployment(
            token=token,
            gateway=gateway,
            identity=identity,
            safe_singleton=await deployer.deploy("Safe"),
            proxy_factory=await deployer.deploy("SafeProxyFactory"),
            multisend=await deployer.deploy("MultiSendCallOnly"),
            fallback_handler=await deployer.deploy("CompatibilityFallbackHandler"),
        )


async def set_relayers(
    rpc: str, owner_key: str, gateway: str, relayers: Sequence[str], *, allowed: bool
) -> None:
    """Allow or forbid each address at the gateway, whose owner's key it takes."""
    async with Deployer(rpc, owner_key) as deployer:
        functions = deployer.contract("SettlementGateway", gateway).functions
        for relayer in relayers:
            await deployer.call(functions.setRelayer(relayer, allowed))


async def mint_test_usd(
    rpc: str, deployer_key: str, token: str, amounts: Mapping[str, int]
) -> None:
    """Give each address that many minor units of the test dollar."""
    recipients = list(amounts.items())
    async with Deployer(rpc, deployer_key) as deployer:
        functions = deployer.contract("TestUsd", token).functions
        for start in range(0, len(recipients), _MINTS_IN_ONE_CALL):
            chunk = recipients[start : start + _MINTS_IN_ONE_CALL]
            await deployer.call(
                functions.mintMany([to for to, _ in chunk], [amount for _, amount in chunk])
            )


async def create_safe(
    rpc: str,
    deployer_key: str,
    deployment: SafeCode,
    owners: Sequence[str],
    *,
    threshold: int,
    salt_nonce: int,
) -> str:
    """Create a Safe of these owners and return its address; an existing one is returned as it is."""
    async with Deployer(rpc, deployer_key) as deployer:
        initializer = _initializer(deployer, deployment, owners, threshold)
        address = _safe_address(deployment, initializer, salt_nonce)
        if not await deployer.has_code(address):
            factory = deployer.contract("SafeProxyFactory", deployment.proxy_factory)
            await deployer.call(
                factory.functions.createProxyWithNonce(
                    deployment.safe_singleton, initializer, salt_nonce
                )
            )
        return address


async def _deploy_test_usd(deployer: Deployer, metadata: TokenMetadata) -> str:
    token = await deployer.deploy(
        "TestUsd", deployer.address, metadata.name, metadata.symbol, metadata.version
    )
    await deployer.call(deployer.contract("TestUsd", token).functions.mint(deployer.address, 1))
    return token


async def _open_gateway(
    deployer: Deployer, gateway: str, token: str, relayers: Sequence[str]
) -> None:
    functions = deployer.contract("SettlementGateway", gateway).functions
    await deployer.call(deployer.contract("TestUsd", token).functions.transfer(gateway, 1))
    await deployer.call(functions.allowToken(token))
    for relayer in relayers:
        await deployer.call(functions.setRelayer(relayer, True))


def _initializer(
    deployer: Deployer, deployment: SafeCode, owners: Sequence[str], threshold: int
) -> bytes:
    singleton = deployer.contract("Safe", deployment.safe_singleton)
    call: str = singleton.encode_abi(
        "setup",
        args=[
            list(owners),
            threshold,
            ZERO_ADDRESS,
            b"",
            deployment.fallback_handler,
            ZERO_ADDRESS,
            0,
            ZERO_ADDRESS,
        ],
    )
    return bytes.fromhex(call.removeprefix("0x"))


def _safe_address(deployment: SafeCode, initializer: bytes, salt_nonce: int) -> str:
    """Follow SafeProxyFactory.createProxyWithNonce: EIP-1014 over proxy code and singleton."""
    salt = keccak(keccak(initializer) + salt_nonce.to_bytes(32, "big"))
    proxy_code = bytes.fromhex(load_artifact("SafeProxy").bytecode.removeprefix("0x"))
    code_hash = keccak(proxy_code + bytes(12) + address_bytes(deployment.safe_singleton))
    factory = address_bytes(deployment.proxy_factory)
    return checksum_address(keccak(b"\xff" + factory + salt + code_hash)[-20:])
