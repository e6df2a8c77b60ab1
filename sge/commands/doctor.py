"""`sge doctor`: looks at every setting and connection, and says what to do."""

import asyncio

import typer
from rich.console import Console

from app.settings import load_settings
from sge.checks import examine


def doctor() -> None:
    """Check every setting and connection; exit code 1 when something is wrong."""
    console = Console(soft_wrap=True, highlight=False)
    findings = asyncio.run(examine(load_settings()))
    for finding in findings:
        mark = "[green]✓[/]" if finding.right else "[red]✗[/]"
        console.print(f"{mark} {finding.name}:", end=" ")
        console.print(finding.remark, markup=False)
    if not all(finding.right for finding in findings):
        raise typer.Exit(1)
