"""Asks for each program's daily run, at 02:00 UTC; after a downtime once for all missed days."""

from functools import partial

from app.domain.reconciliation import TRY_AGAIN_AFTER, newest_due
from app.processes.reconciliation.parts import Reconciling
from app.services.execute import execute
from app.services.reconciliation.ask import ask_daily
from app.store.reconciliation import runs


async def ask_for_daily_runs(parts: Reconciling) -> int:
    """How many programs were due. Twice a day, or two at once, ask once."""
    now = parts.clock()
    async with parts.database.read(None) as session:
        programs = await runs.due(session, newest_due(now), now - TRY_AGAIN_AFTER, now)
    for program_id in programs:
        await execute(parts.database, parts.bells, program_id, partial(ask_daily, now=now))
    return len(programs)
