"""`sge reconcile PROGRAM`: compares everything of a program that must agree."""

import asyncio
import socket
from functools import partial
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import Progress

from app.domain.reconciliation import CheckName, RunStatus
from app.processes.reconciliation.parts import Reconciling
from app.processes.reconciliation.reconcile import reconcile_one
from app.runtime import Runtime, gateways_of
from app.services.execute import execute
from app.services.reconciliation.ask import ask_for_run
from app.settings import Settings, load_settings
from app.store.reads import reconciliation as reads
from app.store.reads.programs import currencies
from app.store.reads.reconciliation import RunRow
from app.store.reads.values import Slice
from sge.reconciliation_report import ReconciliationReport, show
from sge.session import Program, named_program, opened_runtime
from sge.telling import progress_bars

_ACTOR = "operator:cli"
_LOOK_AGAIN_SECONDS = 0.5
_EXIT_CODES = {RunStatus.CLEAN: 0, RunStatus.DISCREPANCIES: 1}
_COULD_NOT = 2


def reconcile(
    slug: Program,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Everything, not only since the last clean run.")
    ] = False,
) -> None:
    """Compare the program's records with each other and with the chain; a critical discrepancy pauses it.

    Exit code 0: nothing was found; 1: something does not agree; 2: it could not be carried out.
    """
    settings = load_settings().require_for("reconcile")
    with progress_bars() as shown:
        report = asyncio.run(_reconcile(settings, slug, full, shown))
    show(Console(), slug, report)
    raise typer.Exit(_EXIT_CODES.get(RunStatus(report.run.status), _COULD_NOT))


async def _reconcile(
    settings: Settings, slug: str, full: bool, shown: Progress
) -> ReconciliationReport:
    async with opened_runtime(settings, "worker") as runtime:
        async with runtime.database.read(None) as session:
            program_id = await named_program(session, slug)
        ask = partial(ask_for_run, by=_ACTOR, now=runtime.clock(), whole=full)
        run_id = await execute(runtime.database, runtime.bells, program_id, ask)
        await _carry_out(runtime, run_id, shown)
        return await _ended(runtime, program_id, run_id)


async def _carry_out(runtime: Runtime, run_id: UUID, shown: Progress) -> None:
    """Here, unless a worker has it already."""
    parts = Reconciling(
        runtime.database,
        runtime.bells,
        runtime.chains,
        runtime.clock,
        f"cli:{socket.gethostname()}",
        gateways_of(runtime.settings),
    )
    task = shown.add_task("waiting for the worker that has it", total=len(parts.checks))

    def at(name: CheckName) -> None:
        completed = shown.tasks[task].completed
        begun = shown.tasks[task].description == name.value
        shown.update(task, description=name.value, completed=completed + (not begun))

    await reconcile_one(parts, run_id=run_id, progress=at)


async def _ended(runtime: Runtime, program_id: int, run_id: UUID) -> ReconciliationReport:
    while True:
        async with runtime.database.read(program_id) as session:
            run: RunRow | None = (await reads.by_ids(session, [run_id]))[0]
            assert run is not None
            if run.status != RunStatus.RUNNING:
                checks = (await reads.checks_of(session, [run_id]))[0]
                found = (await reads.found_by(session, [run_id], None, Slice(1_000)))[0]
                (kept,) = await currencies(session, [program_id])
                return ReconciliationReport(
                    run, checks, found, {one.code: one.decimals for one in kept}
                )
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
