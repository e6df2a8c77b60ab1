"""`sge program create`: a tenant, from the command line."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from app.chain.address import InvalidAddressError, parse_address
from app.domain.amounts import AmountText
from app.domain.clock import real_clock
from app.domain.permissions import PLATFORM_PROGRAM_ID, ApiScope, Authority
from app.domain.terms import TermsText
from app.processes.create_program import create_program_from_chain
from app.runtime import chain_facts
from app.services.programs.create_program import ProgramResult
from app.services.programs.new_program import CreateProgram
from app.settings import Settings, load_settings
from schema.ids import IdPrefix, encode_id
from sge.commands.program_upkeep import budget, resume
from sge.commands.rebuild_rollups import rebuild_rollups
from sge.session import opened_runtime

_NO_KEY = UUID(int=0)
_ACTOR = Authority(
    PLATFORM_PROGRAM_ID, None, _NO_KEY, "sge program create", frozenset({ApiScope.PLATFORM})
)

program = typer.Typer(no_args_is_help=True)


program.command("resume-posting")(resume)
program.command("gas-budget")(budget)
program.command("rebuild-rollups")(rebuild_rollups)


@program.callback()
def _group() -> None:
    """The tenants."""


@program.command()
def create(
    slug: Annotated[
        str,
        typer.Argument(
            metavar="PROGRAM", help="Its slug: 2 to 63 lower-case letters, digits and hyphens."
        ),
    ],
    *,
    name: Annotated[str, typer.Option(metavar="NAME", help="What people call it.")],
    treasury: Annotated[str, typer.Option(metavar="ADDRESS", help="The Safe that money goes to.")],
    chain: Annotated[int, typer.Option(metavar="CHAIN", help="The chain's id.")],
    currency: Annotated[
        str, typer.Option(metavar="CURRENCY", help="A token code of that chain's settings.")
    ],
    commission_bps: Annotated[
        list[int] | None,
        typer.Option(metavar="BPS", help="A level's commission, level 1 first; repeat."),
    ] = None,
    platform_fee_bps: Annotated[
        int, typer.Option(metavar="BPS", help="Of each payment, for the platform.")
    ] = 0,
    registration_fee: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="Such as 5.00; free without.")
    ] = None,
    holding_days: Annotated[
        int, typer.Option(metavar="DAYS", help="Until a commission is payable.")
    ] = 30,
    admin: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="An admin's wallet; repeat.")
    ] = None,
    test: Annotated[bool, typer.Option(help="With a clock that can be moved.")] = False,
) -> None:
    """Create a program and print its id; the existing one's when every input is equal."""
    fee = None if registration_fee is None else AmountText(registration_fee, currency)
    terms = TermsText(
        commission_levels_bps=tuple(commission_bps or ()),
        registration_fee=fee,
        platform_fee_bps=platform_fee_bps,
        holding_period_days=holding_days,
    )
    command = CreateProgram(
        slug=slug,
        name=name,
        treasury=_address(treasury),
        chain_id=chain,
        currencies=(currency,),
        terms=terms,
        admin_wallets=tuple(_address(wallet) for wallet in admin or ()),
        test=test,
    )
    made = asyncio.run(_create(load_settings().require_for("program create"), command))
    typer.echo(encode_id(IdPrefix.PROGRAM, made.public_id))


async def _create(settings: Settings, command: CreateProgram) -> ProgramResult:
    async with opened_runtime(settings, "command") as runtime:
        return await create_program_from_chain(
            runtime.database,
            runtime.bells,
            runtime.chains,
            chain_facts(settings),
            authority=_ACTOR,
            command=command,
            now=real_clock(),
        )


def _address(text: str) -> str:
    try:
        return parse_address(text)
    except InvalidAddressError as problem:
        raise typer.BadParameter(f"{text}: {problem}") from None
