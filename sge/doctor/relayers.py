"""Each relayer's key: whether the gateway allows it, and whether it can pay for gas."""

from functools import partial

from app.chain.client import Chain
from app.chain.node_errors import NodeError
from app.chain.relayers import is_relayer
from app.chain.signer import Signer
from app.checks.findings import Check, Problem
from app.processes.settlement.settling import LEAST_BALANCE_WEI
from app.settings import Settings, SettingsMistake
from app.settings.chains import ChainSettings

_WEI = 10**18


def relayer_checks(settings: Settings) -> list[Check]:
    """One for each key on each chain with a gateway; malformed keys are told by the worker's settings."""
    try:
        keys = settings.relayer_private_keys()
    except SettingsMistake:
        return []
    variable = f"SGE_RELAYER_KEYS{'_FILE' if settings.relayer_keys_file else ''}"
    return [
        Check(
            f"relayer {address} on chain {chain.chain_id}",
            variable,
            partial(_relayer, chain, chain.gateway, address, variable),
        )
        for chain in settings.chains
        if chain.gateway is not None
        for address in (Signer(key.get_secret_value()).address for key in keys)
    ]


async def _relayer(settings: ChainSettings, gateway: str, address: str, variable: str) -> str:
    urls = [url.get_secret_value() for url in settings.rpc_urls]
    async with Chain(settings.chain_id, urls) as chain:
        wei = await chain.balance(address)
        try:
            allowed = await is_relayer(chain, gateway, address)
        except NodeError as problem:
            raise Problem(f"SGE_CHAINS: {problem}") from None
    problems = []
    if not allowed:
        problems.append(
            f"{variable}: the gateway {gateway} does not allow {address}, so nothing settles; "
            f"its owner runs `sge contracts allow-relayer {address} --rpc URL --key-file FILE`"
        )
    if wei < LEAST_BALANCE_WEI:
        problems.append(
            f"{variable}: {address} owns {wei / _WEI:g} of chain {settings.chain_id}'s coin for gas; "
            f"send it some: it needs {LEAST_BALANCE_WEI / _WEI:g} at least, 0.1 to 0.5 is usual"
        )
    if problems:
        raise Problem("\n".join(problems))
    return f"allowed, and has {wei / _WEI:g} for gas"
