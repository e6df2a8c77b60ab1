"""`sge contracts deploy`: identity, gateway and Safe on a chain, once for each chain."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.chain.deploy import deploy_contracts

contracts = typer.Typer(no_args_is_help=True)


@contracts.callback()
def _group() -> None:
    """The contracts on a chain."""


@contracts.command()
def deploy(
    rpc: Annotated[str, typer.Option(help="The chain's JSON-RPC address.")],
    key_file: Annotated[
        Path,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="File with the deployer's private key; it owns the contracts.",
        ),
    ],
    token: Annotated[
        str | None,
        typer.Option(help="The chain's own token; without it a test dollar is deployed."),
    ] = None,
    relayer: Annotated[
        list[str] | None, typer.Option(help="A relayer's address to allow; may be repeated.")
    ] = None,
) -> None:
    """Deploy the contracts and print their addresses as JSON.

    The deployer needs gas, and one smallest unit of the token to seed the gateway with.
    """
    deployment = asyncio.run(
        deploy_contracts(rpc, key_file.read_text().strip(), relayers=relayer or [], token=token)
    )
    typer.echo(json.dumps(asdict(deployment), indent=2))
