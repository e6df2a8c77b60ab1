"""Works through what payment providers sent."""

from functools import partial

from app.processes.process_provider_events import process_provider_events as process
from jobs.context import JobContext
from jobs.entry import wake
from schema.ids import IdPrefix, decode_id


def process_provider_events() -> None:
    """RQ's way in."""
    wake("process_provider_events")


async def run(context: JobContext) -> None:
    """Until nothing is due."""
    runtime = context.runtime
    ids = partial(decode_id, IdPrefix.PROGRAM)
    await process(runtime.database, runtime.bells, runtime.clock, ids, context.stopping.is_set)
