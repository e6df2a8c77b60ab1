"""`sge ledger verify`: adds the whole ledger up again and compares."""

import asyncio

import typer

from app.settings import Settings, load_settings
from app.store.ledger_proof import (
    DriftingAccount,
    LedgerTotal,
    drifting_accounts,
    ledger_totals,
)
from sge.session import opened_runtime

ledger = typer.Typer(no_args_is_help=True)


@ledger.callback()
def _group() -> None:
    """The double-entry ledger."""


@ledger.command()
def verify() -> None:
    """Re-add every transfer of every program; exit code 1 when a balance does not agree."""
    totals, drifting = asyncio.run(_read(load_settings().require_for("worker")))
    for total in totals:
        word = "balanced" if total.balanced else "NOT BALANCED"
        typer.echo(
            f"{total.program} {total.currency}: debits {total.debits}, credits {total.credits}, "
            f"moved {total.moved}: {word}"
        )
    for account in drifting:
        typer.echo(
            f"account {account.account_id} of program {account.program_id} ({account.kind}): "
            f"stored {account.stored}, transfers {account.summed}"
        )
    if drifting or not all(total.balanced for total in totals):
        raise typer.Exit(1)
    typer.echo("the ledger agrees with its transfers")


async def _read(settings: Settings) -> tuple[list[LedgerTotal], list[DriftingAccount]]:
    async with (
        opened_runtime(settings, "worker") as runtime,
        runtime.database.read(None) as session,
    ):
        return await ledger_totals(session), await drifting_accounts(session)
