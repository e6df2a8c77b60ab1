"""`sge contracts allow-relayer`: lets a relayer use the gateway, or takes that away."""

from typing import Annotated

import typer

from app.chain.client import Chain
from app.chain.deploy import set_relayers
from app.chain.relayers import gateway_owner, is_relayer
from app.chain.signer import Signer
from app.settings import Settings, load_settings
from sge.commands.deploy_contracts import KeyFile, Rpc
from sge.deploying.given import (
    on_chain,
    open_chain,
    read_address,
    read_addresses,
    read_key,
    require_gas,
)
from sge.failures import CannotStart

_GAS_EACH = 60_000


def allow_relayer(
    rpc: Rpc,
    key_file: KeyFile,
    relayer: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ADDRESS", help="Without any: those of SGE_RELAYER_KEYS or its file."
        ),
    ] = None,
    *,
    gateway: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Default: the one of this chain in SGE_CHAINS."),
    ] = None,
    forbid: Annotated[bool, typer.Option("--forbid", help="Take it away again.")] = False,
) -> None:
    """Allow relayers at the gateway, with the key of the gateway's owner; those that are stay so."""
    key = read_key("--key-file", key_file)
    settings = load_settings()
    relayers = read_addresses("ADDRESS", relayer) or _own(settings)
    if gateway is not None:
        gateway = read_address("--gateway", gateway)
    for address in on_chain(_set(rpc, key, settings, gateway, relayers, allowed=not forbid)):
        typer.echo(f"{address} is {'not ' if forbid else ''}allowed at the gateway")


def _own(settings: Settings) -> list[str]:
    keys = settings.relayer_private_keys()
    if not keys:
        raise CannotStart("ADDRESS: name a relayer, or set SGE_RELAYER_KEYS_FILE")
    return list(dict.fromkeys(Signer(key.get_secret_value()).address for key in keys))


async def _set(
    rpc: str,
    key: str,
    settings: Settings,
    given: str | None,
    relayers: list[str],
    *,
    allowed: bool,
) -> list[str]:
    async with await open_chain(rpc) as chain:
        gateway = given or _gateway(settings, chain.chain_id)
        await _require_owner(chain, gateway, Signer(key).address)
        changing = [one for one in relayers if await is_relayer(chain, gateway, one) != allowed]
        await require_gas(chain, key, _GAS_EACH * len(changing))
        await set_relayers(rpc, key, gateway, changing, allowed=allowed)
    return relayers


def _gateway(settings: Settings, chain_id: int) -> str:
    for chain in settings.chains:
        if chain.chain_id == chain_id and chain.gateway is not None:
            return chain.gateway
    raise CannotStart(f"--gateway: SGE_CHAINS names no gateway on chain {chain_id}; give one")


async def _require_owner(chain: Chain, gateway: str, sender: str) -> None:
    if not await chain.code(gateway):
        raise CannotStart(f"--gateway: there is no contract at {gateway}")
    owner = await gateway_owner(chain, gateway)
    if owner != sender:
        raise CannotStart(f"--key-file: the gateway belongs to {owner}, and this is {sender}'s key")
