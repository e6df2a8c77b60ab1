"""The command line: `sge --help`. Each command has a module of its own in sge.commands."""

import sys

import typer

from app.domain.errors import Refusal
from app.settings import SettingsMistake
from sge.commands.api import api
from sge.commands.contracts import contracts
from sge.commands.doctor import doctor
from sge.commands.intent import intent
from sge.commands.ledger import ledger
from sge.commands.migrate import migrate
from sge.commands.operator import operator
from sge.commands.program import program
from sge.commands.schema import schema
from sge.commands.worker import scheduler, worker
from sge.embedded.failures import EmbeddedFailure

# What a person can put right by what the message says; anything else is a fault and shows its trace.
_EXIT_CANNOT_START = 2
_EXIT_REFUSED = 1

cli = typer.Typer(
    name="sge",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


@cli.callback()
def _every_command_has_a_name() -> None:
    """SGE: a multi-tenant settlement platform."""


cli.command()(api)
cli.command()(worker)
cli.command()(scheduler)
cli.command()(migrate)
cli.command()(doctor)
cli.add_typer(contracts, name="contracts")
cli.add_typer(operator, name="operator")
cli.add_typer(program, name="program")
cli.add_typer(ledger, name="ledger")
cli.add_typer(intent, name="intent")
cli.add_typer(schema, name="schema")


def main() -> None:
    """The console script `sge`. Exit codes: 0 done, 1 refused or a check failed, 2 cannot start."""
    try:
        cli()
    except (SettingsMistake, EmbeddedFailure) as problem:
        sys.stderr.write(f"sge: {problem}\n")
        raise SystemExit(_EXIT_CANNOT_START) from None
    except Refusal as refusal:
        field = f" ({'.'.join(refusal.field)})" if refusal.field else ""
        sys.stderr.write(f"sge: {refusal.code}: {refusal.message}{field}\n")
        raise SystemExit(_EXIT_REFUSED) from None


if __name__ == "__main__":
    main()
