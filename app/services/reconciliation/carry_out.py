"""A run in a worker's hands: taken by lease, kept, ended once with everything that it found."""

from datetime import datetime, timedelta
from uuid import UUID

from app.domain.actors import RECONCILER
from app.domain.discrepancies import Severity
from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from app.domain.reconciliation import Outcome, Run
from app.services.audit import AuditEntry, write_audit
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.store.database import UnitOfWork
from app.store.discrepancies.rows import hold_program
from app.store.reconciliation import runs

LEASE = timedelta(minutes=5)
"""Kept before each check; a worker that died in one is followed by another after this."""
MOST_TAKES = 3


class RunLost(Exception):
    """Somebody else took the run over, because this worker was too slow; what it found is not stored."""


async def take_run(
    unit: UnitOfWork, holder: str, now: datetime, run_id: UUID | None = None
) -> Run | None:
    """The run that waits longest (or this one), now this worker's; None when there is none.

    One whose workers died three times ends FAILED instead.
    """
    while True:
        taken = await runs.take(unit, f"{holder}:{new_id()}", now, LEASE, run_id)
        if taken is None or taken[1] <= MOST_TAKES:
            return None if taken is None else taken[0]
        died = Outcome(failure=f"{MOST_TAKES} workers died while they carried it out")
        await end_run(unit, taken[0], died, now)


async def keep_run(unit: UnitOfWork, run: Run, now: datetime) -> None:
    """Raises RunLost."""
    if not await runs.keep(unit, run, now + LEASE):
        raise RunLost


async def end_run(unit: UnitOfWork, run: Run, outcome: Outcome, now: datetime) -> None:
    """Stores the run with its checks, and opens what they found: once, and a critical one pauses the program. Raises
    RunLost.
    """
    if any(one.severity is Severity.CRITICAL for one in outcome.found):
        await hold_program(unit, run.program_id)
    found = [
        await open_discrepancy(unit, run.program_id, one, RECONCILER, now, run_id=run.id)
        for one in outcome.found
    ]
    opened = sum(one is not None for one in found)
    if not await runs.end(unit, run, outcome, now, opened=opened):
        raise RunLost
    await runs.insert_checks(unit, run, outcome.results)
    await runs.insert_findings(unit, run, outcome.found)
    await _tell(unit, run, outcome, opened, now)


async def _tell(unit: UnitOfWork, run: Run, outcome: Outcome, opened: int, now: datetime) -> None:
    name = "reconciliation.completed"
    data = {
        "status": outcome.status.value,
        "checks": len(outcome.results),
        "failed": [result.name.value for result in outcome.results if not result.passed],
        "discrepancies": opened,
    }
    event = NewEvent(EventType.RECONCILIATION, name, str(run.id), 2, now, {"v": 1, **data})
    unit.record(event, run.program_id)
    entry = AuditEntry(RECONCILER, name, str(run.id), now, after=data, reason=outcome.failure)
    await write_audit(unit, entry, program_id=run.program_id)
