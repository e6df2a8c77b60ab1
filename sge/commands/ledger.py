"""`sge ledger verify`: adds the whole ledger up again and compares."""

import asyncio

import typer

from app.domain.clock import real_clock
from app.domain.money import format_units
from app.services.ledger_verification import LedgerReport, verify_ledger
from app.settings import Settings, load_settings
from sge.ledger_faults import ledger_faults
from sge.session import opened_database

ledger = typer.Typer(no_args_is_help=True)


@ledger.callback()
def _group() -> None:
    """The double-entry ledger."""


@ledger.command()
def verify() -> None:
    """Re-add every transfer, check every movement and seal; exit code 1 when something does not agree."""
    report = asyncio.run(_read(load_settings().require_for("ledger verify")))
    for total in report.totals:
        word = "balanced" if total.balanced else "NOT BALANCED"
        debits, credits_, moved = (
            format_units(units, total.decimals)
            for units in (total.debits, total.credits, total.moved)
        )
        typer.echo(
            f"{total.program}: debits {debits}, credits {credits_}, moved {moved} {total.currency}: "
            f"{word}"
        )
    for fault in ledger_faults(report):
        typer.echo(fault)
    if not report.sound:
        raise typer.Exit(1)
    sealed = sum(chain.seals for chain in report.chains.values())
    typer.echo(f"the ledger agrees with its transfers, movements and {sealed} seals")


async def _read(settings: Settings) -> LedgerReport:
    async with opened_database(settings, "worker") as database, database.read(None) as session:
        return await verify_ledger(session, real_clock())
