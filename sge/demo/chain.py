"""The demo's chain: contracts and treasuries, once; money for everybody who needs some."""

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app.chain.artifacts import load_artifact
from app.chain.deploy import (
    Deployment,
    TokenMetadata,
    create_safe,
    deploy_contracts,
    mint_test_usd,
)
from sge.demo.wallets import DemoKeys, account
from sge.embedded.anvil import Anvil
from sge.embedded.failures import EmbeddedFailure
from sge.embedded.private_file import write_private

TOKEN = TokenMetadata()
DECIMALS = 6
CONFIRMATIONS = 2
SIGNATURES_NEEDED = 2
# Where Safe's MultiSendCallOnly 1.4.1 is on real chains, source: safe-global/safe-deployments. Who approves on the page
# lets the Safe delegate to this address only (frontend-stub/src/payouts/multi-send.ts).
MULTISEND = "0x9641d764fc13c8B624c04430C7356C1C7C8102e2"
_ETHER = 10**18
_DEPLOYER_WEI = 1_000 * _ETHER
# Between what is healthy for a hot wallet: 0.1 to 0.5.
_RELAYER_WEI = 4 * _ETHER // 10
_RELAYER_LOW_WEI = 2 * _ETHER // 10
_WALLET_WEI = _ETHER
_WALLET_UNITS = 10_000 * 10**DECIMALS


@dataclass(frozen=True)
class DemoChain:
    """Where things are on the chain; one treasury to each program, in their order."""

    deployment: Deployment
    treasuries: list[str]


def prepared_chain(path: Path, anvil: Anvil, keys: DemoKeys) -> DemoChain:
    """What an earlier run deployed, else a new deployment with funded wallets."""
    if path.exists():
        stored = json.loads(path.read_text())
        chain = DemoChain(Deployment(**stored["deployment"]), stored["treasuries"])
        _require_contracts(anvil, chain)
        return _with_multisend(anvil, chain)
    anvil.call("anvil_setBalance", account(keys.deployer).address, hex(_DEPLOYER_WEI))
    top_up_relayers(anvil, keys)
    chain = asyncio.run(_deploy(anvil, keys))
    _fund_wallets(anvil, keys, chain)
    chain = _with_multisend(anvil, chain)
    write_private(path, json.dumps(asdict(chain), indent=2))
    return chain


def top_up_relayers(anvil: Anvil, keys: DemoKeys) -> None:
    """Gives relayers that run low their gas money back."""
    for key in keys.relayers:
        address = account(key).address
        if int(anvil.call("eth_getBalance", address, "latest"), 16) < _RELAYER_LOW_WEI:
            anvil.call("anvil_setBalance", address, hex(_RELAYER_WEI))


async def mint(anvil: Anvil, keys: DemoKeys, chain: DemoChain, amounts: dict[str, int]) -> None:
    """Gives each address that many units of the test dollar."""
    await mint_test_usd(anvil.url, keys.deployer, chain.deployment.token, amounts)


async def _deploy(anvil: Anvil, keys: DemoKeys) -> DemoChain:
    relayers = [account(key).address for key in keys.relayers]
    deployment = await deploy_contracts(anvil.url, keys.deployer, relayers=relayers, metadata=TOKEN)
    treasuries = [
        await create_safe(
            anvil.url,
            keys.deployer,
            deployment,
            [account(owner).address for owner in program.owners],
            threshold=SIGNATURES_NEEDED,
            salt_nonce=number,
        )
        for number, program in enumerate(keys.programs)
    ]
    return DemoChain(deployment, treasuries)


def _with_multisend(anvil: Anvil, chain: DemoChain) -> DemoChain:
    """Its code keeps nothing and knows no address, so it can stand anywhere."""
    anvil.call("anvil_setCode", MULTISEND, load_artifact("MultiSendCallOnly").deployed_bytecode)
    return replace(chain, deployment=replace(chain.deployment, multisend=MULTISEND))


def _fund_wallets(anvil: Anvil, keys: DemoKeys, chain: DemoChain) -> None:
    addresses = [account(key).address for key in keys.wallets]
    for address in addresses:
        anvil.call("anvil_setBalance", address, hex(_WALLET_WEI))
    asyncio.run(mint(anvil, keys, chain, dict.fromkeys(addresses, _WALLET_UNITS)))


def _require_contracts(anvil: Anvil, chain: DemoChain) -> None:
    if anvil.call("eth_getCode", chain.deployment.gateway, "latest") == "0x":
        raise EmbeddedFailure(
            "the chain in .sge has lost its contracts (was it killed in its first seconds?); "
            "start over with `make demo ARGS=--fresh`"
        )
