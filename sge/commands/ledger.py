"""`sge ledger verify`: adds the whole ledger up again and compares."""

import asyncio
from collections.abc import Iterator

import typer

from app.domain.clock import real_clock
from app.domain.money import format_units
from app.services.ledger_verification import LedgerReport, verify_ledger
from app.settings import Settings, load_settings
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
    for fault in _faults(report):
        typer.echo(fault)
    if not report.sound:
        raise typer.Exit(1)
    sealed = sum(chain.seals for chain in report.chains.values())
    typer.echo(f"the ledger agrees with its transfers, movements and {sealed} seals")


def _faults(report: LedgerReport) -> Iterator[str]:
    for account in report.drifting:
        yield (
            f"account {account.account_id} of program {account.program_id} ({account.kind}): "
            f"stored {account.stored}, transfers {account.summed}"
        )
    for program, journal, currency in report.movement_faults:
        yield f"journal {journal} of program {program}: its {currency} movements do not add up"
    for program, account_id, journal in report.snapshot_faults:
        yield f"account {account_id} of program {program}: wrong snapshot at journal {journal}"
    for (program, stream), chain in report.chains.items():
        for fault in chain.faults:
            yield f"{stream} {fault.row_id} of program {program}, seal {fault.n}: {fault.message}"


async def _read(settings: Settings) -> LedgerReport:
    async with opened_database(settings, "worker") as database, database.read(None) as session:
        return await verify_ledger(session, real_clock())
