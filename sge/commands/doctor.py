"""`sge doctor`: looks at every setting and connection, and says what to do."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from app.checks.findings import Finding
from app.observability import configure_logging
from app.settings import load_settings
from sge.doctor.examine import PROCESSES, examine


def doctor(
    process: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Only what this process needs: {', '.join(PROCESSES)}; may be repeated.",
        ),
    ] = None,
) -> None:
    """Check every setting and connection; exit code 1 when something is wrong."""
    # A node that does not answer is told once, as a finding.
    configure_logging("CRITICAL")
    unknown = set(process or ()) - set(PROCESSES)
    if unknown:
        raise typer.BadParameter(f"a process is one of {', '.join(PROCESSES)}")
    wanted = [name for name in PROCESSES if not process or name in process]
    findings = asyncio.run(examine(load_settings(), wanted))
    console = Console(soft_wrap=True, highlight=False)
    for finding in findings:
        _show(console, finding)
    if not all(finding.right for finding in findings):
        raise typer.Exit(1)


def _show(console: Console, finding: Finding) -> None:
    right = "[yellow]![/]" if finding.caution else "[green]✓[/]"
    mark = right if finding.right else "[red]✗[/]"
    console.print(f"{mark} {finding.name}:", end=" ")
    for number, remark in enumerate(finding.remarks):
        console.print(remark if number == 0 else f"    {remark}", markup=False)
