"""Works through the events that payment providers sent, one by one: one that breaks off keeps no other waiting."""

from collections.abc import Callable
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.services.providers.process_event import ProgramIds, process_event
from app.store.database import Database, UnitOfWork
from app.store.database_errors import passes
from app.store.intents.intake import BusyError, StaleFactsError
from app.store.providers.events import WaitingEvent, due_events, put_off
from app.tracing import span

_AT_ONCE = 100
_LOG = structlog.get_logger()


async def process_provider_events(
    database: Database,
    bells: Bells,
    clock: Clock,
    ids: ProgramIds,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Until nothing is due; returns how many it processed."""
    processed = 0
    while not stopping():
        async with database.read(None) as session:
            due = await due_events(session, clock(), _AT_ONCE)
        if not due:
            return processed
        before = processed
        for event in due:
            if stopping():
                return processed
            # From here on lines, rows and spans are of the request that brought it.
            with (
                bound_contextvars(request_id=event.request_id),
                span("provider event: process", "CONSUMER", parents=[event.traceparent]),
            ):
                processed += await _process(database, bells, clock, ids, event)
        if processed == before:
            return processed  # others have them, or they are put off
    return processed


async def _process(
    database: Database,
    bells: Bells,
    clock: Clock,
    ids: ProgramIds,
    event: WaitingEvent,
) -> bool:
    now, program_id, event_id = clock(), event.program_id, event.id

    async def work(unit: UnitOfWork) -> bool:
        return await process_event(unit, program_id, event_id, ids, now)

    try:
        return await execute(database, bells, program_id, work)
    except Exception as problem:  # noqa: BLE001 - whatever it is, the others go on
        if passes(problem) or isinstance(problem, BusyError | StaleFactsError):
            _LOG.warning("provider event waits", id=str(event_id), reason=type(problem).__name__)
        else:
            _LOG.exception("provider event broke off", id=str(event_id))
        later = partial(put_off, program_id=program_id, id_=event_id, now=now)
        await execute(database, bells, program_id, later)
        return False
