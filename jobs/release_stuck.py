"""Gives back what crashed workers held, fails what can no longer settle, and flags what stands still."""

from app.processes.settlement.flag_stuck import flag_stuck
from app.processes.settlement.release_stuck import release_stuck as release
from jobs.context import JobContext
from jobs.entry import wake


def release_stuck() -> None:
    """RQ's way in."""
    wake("release_stuck")


async def run(context: JobContext) -> None:
    """Once."""
    runtime = context.runtime
    await release(runtime.database, runtime.bells, runtime.clock)
    await flag_stuck(runtime.database, runtime.bells, runtime.clock, context.stopping.is_set)
