"""Seals what was posted and audited: the hash chains over journals and audit rows."""

from app.processes.follow_events import follow_events
from app.services import seals
from jobs.context import JobContext
from jobs.entry import wake


def seal() -> None:
    """RQ's way in."""
    wake("seal")


async def run(context: JobContext) -> None:
    """Until nothing new is left, or somebody else does it."""
    runtime = context.runtime
    await follow_events(
        runtime.database,
        runtime.bells,
        runtime.clock,
        consumer=seals.CONSUMER,
        holder=context.holder,
        apply=seals.seal_events,
        stopping=context.stopping,
    )
