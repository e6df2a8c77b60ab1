"""The command line: `sge --help`. Each command has a module of its own in sge.commands."""

import sys
from collections.abc import Iterable
from importlib import import_module
from uuid import uuid4

import typer

from app.domain.errors import Refusal
from app.observability import configure_logging, request_logging
from app.settings import SettingsMistake
from sge.embedded.failures import EmbeddedFailure
from sge.failures import CannotStart

# What a person can put right by what the message says; anything else is a fault and shows its trace.
_EXIT_CANNOT_START = 2
_EXIT_REFUSED = 1

# By name, since importing all of them takes seconds and 50 MB that each process would pay for.
COMMANDS = {
    "demo": "sge.commands.demo:demo",
    "api": "sge.commands.api:api",
    "worker": "sge.commands.worker:worker",
    "scheduler": "sge.commands.worker:scheduler",
    "migrate": "sge.commands.migrate:migrate",
    "doctor": "sge.commands.doctor:doctor",
    "contracts": "sge.commands.contracts:contracts",
    "operator": "sge.commands.operator:operator",
    "program": "sge.commands.program:program",
    "intent": "sge.commands.intent:intent",
    "ledger": "sge.commands.ledger:ledger",
    "reconcile": "sge.commands.reconcile:reconcile",
    "audit": "sge.commands.audit:audit",
    "alerts": "sge.commands.alerts:alerts",
    "payout": "sge.commands.payout:payout",
    "backup": "sge.commands.backup:backup",
    "restore": "sge.commands.backup:restore",
    "drill": "sge.commands.backup:drill",
    "recover": "sge.commands.recover:recover_command",
    "schema": "sge.commands.schema:schema",
    "bench": "sge.commands.bench:bench",
}


def command_line(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The program `sge` with these commands."""
    cli = typer.Typer(
        name="sge",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_show_locals=False,
    )
    cli.callback()(_every_command_has_a_name)
    for name in names:
        module, attribute = COMMANDS[name].split(":")
        command = getattr(import_module(module), attribute)
        if isinstance(command, typer.Typer):
            cli.add_typer(command, name=name)
        else:
            cli.command(name)(command)
    return cli


def _every_command_has_a_name() -> None:
    """SGE: a multi-tenant settlement platform."""
    # structlog's own default prints the local variables of a trace, keys among them, to standard output.
    configure_logging("WARNING")


def main() -> None:
    """The console script `sge`. Exit codes: 0 done, 1 refused or a check failed, 2 cannot start."""
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    try:
        with request_logging(f"cli-{uuid4().hex}"):
            command_line(asked or COMMANDS)()
    except (SettingsMistake, EmbeddedFailure, CannotStart) as problem:
        sys.stderr.write(f"sge: {problem}\n")
        raise SystemExit(_EXIT_CANNOT_START) from None
    except Refusal as refusal:
        field = f" ({'.'.join(refusal.field)})" if refusal.field else ""
        sys.stderr.write(f"sge: {refusal.code}: {refusal.message}{field}\n")
        raise SystemExit(_EXIT_REFUSED) from None


if __name__ == "__main__":
    main()
