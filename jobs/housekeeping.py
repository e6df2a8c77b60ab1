"""Forgets events older than the retention, minutes of series after a week, and links, sign-ins, sessions and webhooks that are over."""

from datetime import timedelta

from app.processes.keep_house import (
    keep_house,
    keep_links,
    keep_minutes,
    keep_sessions,
    keep_traces,
    keep_webhooks,
)
from jobs.context import JobContext
from jobs.entry import wake


def housekeeping() -> None:
    """RQ's way in."""
    wake("housekeeping")


async def run(context: JobContext) -> None:
    """Once. Cheap when there is nothing to do, so it comes more often than daily and needs no memory of its last day."""
    runtime = context.runtime
    kept = timedelta(days=runtime.settings.event_retention_days)
    await keep_house(runtime.database, runtime.bells, runtime.clock, kept)
    await keep_traces(runtime.database, runtime.bells, runtime.clock, kept)
    await keep_minutes(runtime.database, runtime.bells, runtime.clock)
    await keep_links(runtime.database, runtime.bells, runtime.clock)
    await keep_sessions(runtime.database, runtime.bells, runtime.clock)
    await keep_webhooks(runtime.database, runtime.bells, runtime.clock)
