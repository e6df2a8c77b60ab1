"""`sge contracts deploy`: identity, gateway and Safe on a chain, and the settings that name them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from app.chain.client import Chain
from app.chain.deploy import Deployment, deploy_contracts
from app.chain.token_balance import read_balance
from app.chain.token_facts import TokenFacts, UnsuitableToken, read_token
from sge.deploying.chain_entry import chain_entry, environment_line
from sge.deploying.given import (
    on_chain,
    open_chain,
    read_address,
    read_addresses,
    read_key,
    require_gas,
)
from sge.deploying.kept import default_note, note
from sge.failures import CannotStart

# Measured with the test dollar and a relayer: 13 million.
_GAS = 20_000_000
_CODE = re.compile(r"[A-Z]{3,10}")

Rpc = Annotated[str, typer.Option(metavar="URL", help="The chain's JSON-RPC address.")]
KeyFile = Annotated[
    Path,
    typer.Option(
        metavar="FILE", help="File with the private key of who pays; owns the contracts it makes."
    ),
]


@dataclass(frozen=True)
class _Wanted:
    relayers: list[str]
    token: str | None
    code: str | None
    confirmations: int | None
    save: Path | None


def deploy(
    rpc: Rpc,
    key_file: KeyFile,
    *,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The chain's own token (EIP-3009); without it a test dollar is deployed.",
        ),
    ] = None,
    code: Annotated[
        str | None,
        typer.Option(
            metavar="CURRENCY",
            help="What programs call the token, 3 to 10 capitals. Default: its symbol.",
        ),
    ] = None,
    relayer: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="A relayer to allow; may be repeated."),
    ] = None,
    confirmations: Annotated[
        int | None,
        typer.Option(
            min=1, max=256, help="Blocks until one is final. Default: the node's finalized tag."
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where all addresses are noted. Default: .sge/contracts-CHAIN.json",
        ),
    ] = None,
) -> None:
    """Deploy the contracts and print the line SGE_CHAINS='…' for the processes' settings.

    The deployer needs gas, and one smallest unit of --token to seed the gateway with. All that was
    given is looked at before anything is sent.
    """
    key = read_key("--key-file", key_file)
    relayers = read_addresses("--relayer", relayer)
    if token is not None:
        token = read_address("--token", token)
    if code is not None and not _CODE.fullmatch(code):
        raise CannotStart("--code: 3 to 10 capital letters")
    wanted = _Wanted(relayers, token, code, confirmations, save)
    line = on_chain(_deploy(rpc, key, wanted))
    typer.echo(line)
    if not relayers:
        typer.echo(
            "no relayer is allowed yet, so nothing would settle: `sge contracts allow-relayer`",
            err=True,
        )


async def _deploy(rpc: str, key: str, wanted: _Wanted) -> str:
    async with await open_chain(rpc) as chain:
        deployer = await require_gas(chain, key, _GAS)
        if wanted.token is not None:
            _code_of(await _usable(chain, wanted.token, deployer), wanted.code)
        deployment = await deploy_contracts(rpc, key, relayers=wanted.relayers, token=wanted.token)
        _note(wanted.save or default_note(chain.chain_id), deployment)
        facts = await read_token(chain, deployment.token)
        return environment_line(
            chain_entry(
                chain_id=chain.chain_id,
                rpc=rpc,
                deployment=deployment,
                token=facts,
                code=_code_of(facts, wanted.code),
                confirmations=wanted.confirmations,
            )
        )


def _note(file: Path, deployment: Deployment) -> None:
    try:
        note(file, deployment)
        typer.echo(f"all addresses are in {file}", err=True)
    except OSError as problem:
        typer.echo(f"{file}: {problem.strerror}; note them yourself: {deployment}", err=True)


async def _usable(chain: Chain, token: str, deployer: str) -> TokenFacts:
    try:
        facts = await read_token(chain, token)
    except UnsuitableToken as problem:
        raise CannotStart(f"--token: {problem}") from None
    if await read_balance(chain, token, deployer) == 0:
        raise CannotStart(
            f"--token: {deployer} owns no {facts.symbol}; send it one smallest unit for the gateway"
        )
    return facts


def _code_of(facts: TokenFacts, code: str | None) -> str:
    if code is None and not _CODE.fullmatch(facts.symbol):
        raise CannotStart(f"--code: the token calls itself {facts.symbol}; say 3 to 10 capitals")
    return code or facts.symbol
