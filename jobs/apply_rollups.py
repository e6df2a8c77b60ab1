"""Applies new events to the rollups of downlines, series and counters."""

from app.processes.follow_events import follow_events
from app.services import rollups
from jobs.context import JobContext
from jobs.entry import wake


def apply_rollups() -> None:
    """RQ's way in."""
    wake("apply_rollups")


async def run(context: JobContext) -> None:
    """Until nothing new is left, or somebody else does it."""
    runtime = context.runtime
    await follow_events(
        runtime.database,
        runtime.bells,
        runtime.clock,
        consumer=rollups.CONSUMER,
        holder=context.holder,
        apply=rollups.apply_events,
        stopping=context.stopping,
    )
