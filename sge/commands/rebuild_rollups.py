"""`sge program rebuild-rollups PROGRAM`: makes the sums that pages show anew from what they are sums of."""

import asyncio

import typer
from rich.progress import Progress

from app.processes.rebuild_rollups import STEPS, RollupsBusy, rebuild_between
from app.settings import Settings, load_settings
from sge.session import Program, named_program, opened_runtime
from sge.telling import progress_bars

_ACTOR = "operator:cli"


def rebuild_rollups(slug: Program) -> None:
    """Make a program's totals anew from intents, commissions and the forest, when they drifted.

    Workers may go on; totals of all programs stand still meanwhile. Exit code 1 when workers, or another who mends the
    same, never let it in.
    """
    settings = load_settings().require_for("program rebuild-rollups")
    with progress_bars() as shown:
        try:
            asyncio.run(_rebuild(settings, slug, shown))
        except RollupsBusy as problem:
            typer.echo(f"for two minutes {problem}", err=True)
            raise typer.Exit(1) from None
    typer.echo(f"the rollups of {slug} are what its record says")
    typer.echo(
        f"next: `sge reconcile {slug}`, after resolving what was found (resolveDiscrepancy, NO_POSTING)"
    )


async def _rebuild(settings: Settings, slug: str, shown: Progress) -> None:
    async with opened_runtime(settings, "worker") as runtime:
        async with runtime.database.read(None) as session:
            program_id = await named_program(session, slug)
        task = shown.add_task("waiting for the worker that applies events", total=STEPS)
        begun: list[str] = []

        def at(step: str) -> None:
            if step in begun:  # a worker came in between: from the start
                begun.clear()
            shown.update(task, description=step, completed=len(begun))
            begun.append(step)

        await rebuild_between(
            runtime.database, runtime.bells, runtime.clock, program_id, _ACTOR, progress=at
        )
