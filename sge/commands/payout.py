"""`sge payout verify`: checks a batch's export without us, on paper and on its chain."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.chain.client import Chain
from app.chain.node_errors import ChainError
from app.chain.payout_checks import Check, check_document
from app.chain.payout_document import BatchDocument, read_document
from app.chain.payout_proof import check_on_chain
from app.domain.strict_json import MalformedDocument

_DIFFERS = 1
_CANNOT_CHECK = 2

payout = typer.Typer(no_args_is_help=True)


@payout.callback()
def _group() -> None:
    """Payouts from a program's Safe."""


@payout.command()
def verify(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, help="The batch's export, JSON."
        ),
    ],
    rpc: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A JSON-RPC address of the batch's chain, to check what happened there.",
        ),
    ] = None,
) -> None:
    """Recompute content hashes, calldata, Safe hashes and signatures of a payout batch.

    With --rpc also what the Safe and the token say: owners, executions, each Transfer. Reads nothing
    else: no settings, no database. Exit code 1 when something differs, 2 when it cannot be checked.
    """
    document = _read(file)
    checks = check_document(document)
    if rpc is not None:
        checks += _asked(rpc, document)
    for check in checks:
        typer.echo(f"{'ok     ' if check.agrees else 'DIFFERS'} {check.words}")
    differing = sum(not check.agrees for check in checks)
    if differing:
        typer.echo(f"{differing} of {len(checks)} checks differ")
        raise typer.Exit(_DIFFERS)
    rest = "" if rpc else "; with --rpc the chain would be asked too"
    typer.echo(f"all {len(checks)} checks agree{rest}")


def _read(file: Path) -> BatchDocument:
    try:
        return read_document(file.read_bytes())
    except MalformedDocument as problem:
        typer.echo(f"{file.name} is no export of a payout batch: {problem}", err=True)
        raise typer.Exit(_CANNOT_CHECK) from None


def _asked(rpc: str, document: BatchDocument) -> list[Check]:
    try:
        return asyncio.run(_ask(rpc, document))
    except ChainError as problem:
        typer.echo(f"the chain could not be asked: {problem}", err=True)
        raise typer.Exit(_CANNOT_CHECK) from None


async def _ask(rpc: str, document: BatchDocument) -> list[Check]:
    async with Chain(document.chain_id, [rpc]) as chain:
        return await check_on_chain(chain, document)
