"""programDashboard: counters for a live page."""

from collections.abc import AsyncGenerator

import strawberry

from app.store.reads import dashboard as reads
from app.store.reads.dashboard import DashboardRow
from resolvers.access import Info, authorize, process_of, subscribed_program

_AT_MOST_EVERY_SECONDS = 1.0
_AT_LEAST_EVERY_SECONDS = 5.0


async def changes(info: Info, program_id: strawberry.ID) -> AsyncGenerator[DashboardRow, None]:
    """Now, then after changes, at most one a second; also when nothing happens, for rates to fall."""
    authorize(info)
    key = (await subscribed_program(info, program_id)).program_id
    watch = process_of(info.context).hub.watch(
        key,
        minimum_interval_seconds=_AT_MOST_EVERY_SECONDS,
        refresh_seconds=_AT_LEAST_EVERY_SECONDS,
    )
    async for _ in watch:
        context = info.context.for_event()
        try:
            async with context.reading(key) as session:
                row = await reads.dashboard(session, context.now())
        finally:
            await context.close()
        yield row
