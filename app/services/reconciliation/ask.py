"""Asks for a run: by a person, through the API or the command line, or daily."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.actors import RECONCILER
from app.domain.events import EventType, NewEvent
from app.domain.permissions import Authority
from app.domain.reconciliation import WHOLE_EVERY
from app.services.audit import AuditEntry, write_audit
from app.services.operation_keys import claim_operation
from app.store.database import UnitOfWork
from app.store.reconciliation import runs

JOB = "reconcile"


@dataclass(frozen=True, slots=True)
class RunReconciliation:
    """full: look at everything, instead of what came since the last clean run."""

    full: bool
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class AskedRun:
    """replayed: the same request, repeated. A run that was under way already is no replay."""

    run_id: UUID
    replayed: bool


async def run_reconciliation(
    unit: UnitOfWork, authority: Authority, command: RunReconciliation, now: datetime
) -> AskedRun:
    """The program's run that this asks for, or the one that is under way. Refuses IDEMPOTENCY_CONFLICT."""
    run_id, live = await runs.live_or_next(unit, authority.program_id)
    earlier = await claim_operation(
        unit,
        command.idempotency_key,
        "runReconciliation",
        {"full": command.full},
        result=str(run_id),
        now=now,
    )
    if earlier is not None:
        return AskedRun(UUID(earlier), replayed=True)
    if not live:
        await _begin(unit, run_id, command.full, authority.actor, now)
    return AskedRun(run_id, replayed=False)


async def ask_for_run(unit: UnitOfWork, by: str, now: datetime, *, whole: bool) -> UUID:
    """The same for those who have no key to repeat themselves by. unit: of the program."""
    assert unit.program_id is not None
    run_id, live = await runs.live_or_next(unit, unit.program_id)
    if not live:
        await _begin(unit, run_id, whole, by, now)
    return run_id


async def ask_daily(unit: UnitOfWork, now: datetime) -> UUID:
    """The day's run of the unit's program: once a week it looks at everything."""
    assert unit.program_id is not None
    whole = not await runs.looked_at_everything(unit, unit.program_id, now - WHOLE_EVERY, now)
    return await ask_for_run(unit, RECONCILER, now, whole=whole)


async def _begin(unit: UnitOfWork, run_id: UUID, whole: bool, by: str, now: datetime) -> None:
    assert unit.program_id is not None
    await runs.insert(unit, unit.program_id, run_id, whole=whole, by=by, at=now)
    name = "reconciliation.requested"
    data = {"v": 1, "full": whole}
    unit.record(NewEvent(EventType.RECONCILIATION, name, str(run_id), 1, now, data))
    await write_audit(unit, AuditEntry(by, name, str(run_id), now, after={"full": whole}))
    unit.wake(JOB)
