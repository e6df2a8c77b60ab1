"""`sge doctor`: looks at every setting and connection, and says what to do."""

import asyncio
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Annotated

import typer
from rich.console import Console

from app.checks.findings import Finding
from app.observability import configure_logging
from app.settings import load_settings
from sge.doctor.uses import PROCESSES
from sge.telling import Told

_MOST_NAMED = 3


def doctor(
    process: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROCESS",
            help=f"Only what this process uses: {', '.join(PROCESSES)}; may be repeated.",
        ),
    ] = None,
) -> None:
    """Check every setting and connection; exit code 1 when something is wrong."""
    # A node that does not answer is told once, as a finding.
    configure_logging("CRITICAL")
    unknown = set(process or ()) - set(PROCESSES)
    if unknown:
        raise typer.BadParameter(f"a process is one of {', '.join(PROCESSES)}")
    wanted = [name for name in PROCESSES if name in (process or ())]
    settings, told = load_settings(), Told()
    try:
        # A second of processor, and many more where others have it: not before anything is said.
        told.tell("doctor: starting")
        examine = import_module("sge.doctor.examine").examine
        findings = asyncio.run(examine(settings, wanted, partial(_waiting, told)))
    finally:
        told.end()
    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        _show(console, finding)
    if not all(finding.right for finding in findings):
        raise typer.Exit(1)


def _waiting(told: Told, names: Sequence[str]) -> None:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    told.tell(f"doctor: looking at {', '.join(names[:_MOST_NAMED])}{more}")


def _show(console: Console, finding: Finding) -> None:
    right = "[yellow]![/]" if finding.caution else "[green]✓[/]"
    mark = right if finding.right else "[red]✗[/]"
    console.print(f"{mark} {finding.name}:", end=" ")
    for number, remark in enumerate(finding.remarks):
        console.print(remark if number == 0 else f"    {remark}", markup=False)
