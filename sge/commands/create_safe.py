"""`sge contracts create-safe`: a treasury where no Safe app is at hand, such as on a chain of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from app.chain import deploy
from sge.commands.deploy_contracts import KeyFile, Rpc
from sge.deploying.given import on_chain, open_chain, read_addresses, read_key, require_gas
from sge.deploying.kept import safe_code
from sge.failures import CannotStart

_GAS = 500_000


def create_safe(
    rpc: Rpc,
    key_file: KeyFile,
    *,
    owner: Annotated[list[str], typer.Option(metavar="ADDRESS", help="Who signs payouts; repeat.")],
    threshold: Annotated[int, typer.Option(min=1, help="How many of them have to sign.")],
    number: Annotated[
        int, typer.Option(min=0, help="Another Safe of the same owners needs another number.")
    ] = 0,
    contracts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What `sge contracts deploy` noted. Default: .sge/contracts-CHAIN.json, else Safe's own.",
        ),
    ] = None,
) -> None:
    """Create a Safe 1.4.1 and print its address; one that is there already is printed as it is.

    Who pays for it gets no right to it.
    """
    key = read_key("--key-file", key_file)
    owners = read_addresses("--owner", owner)
    if threshold > len(owners):
        raise CannotStart(f"--threshold: there are {len(owners)} owners")
    typer.echo(on_chain(_create(rpc, key, owners, contracts, threshold=threshold, number=number)))


async def _create(
    rpc: str,
    key: str,
    owners: list[str],
    contracts: Path | None,
    *,
    threshold: int,
    number: int,
) -> str:
    async with await open_chain(rpc) as chain:
        code = await safe_code(chain, contracts)
        await require_gas(chain, key, _GAS)
    return await deploy.create_safe(rpc, key, code, owners, threshold=threshold, salt_nonce=number)
