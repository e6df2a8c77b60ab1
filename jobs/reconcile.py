"""Reconciles each program daily, and when somebody asks for it; and looks at the platform's own audit rows."""

from app.processes.reconciliation.daily import ask_for_daily_runs
from app.processes.reconciliation.parts import Reconciling
from app.processes.reconciliation.platform import look_at_platform
from app.processes.reconciliation.reconcile import reconcile_one
from app.runtime import gateways_of
from jobs.context import JobContext
from jobs.entry import wake


def reconcile() -> None:
    """RQ's way in."""
    wake("reconcile")


async def run(context: JobContext) -> None:
    """Every run that waits, until none does."""
    runtime = context.runtime
    parts = Reconciling(
        runtime.database,
        runtime.bells,
        runtime.chains,
        runtime.clock,
        context.holder,
        gateways_of(runtime.settings),
    )
    await look_at_platform(parts)
    await ask_for_daily_runs(parts)
    stopping = context.stopping.is_set
    while not stopping() and await reconcile_one(parts, stopping=stopping) is not None:
        continue
