"""Makes one program's rollups anew from its record, beside the consumer that goes on applying events."""

from datetime import datetime

from app.domain.rollup import Additions, fold
from app.services.audit import AuditEntry, write_audit
from app.services.rollups import CONSUMER
from app.store.database import UnitOfWork
from app.store.feed import consumers
from app.store.programs import public_id_of
from app.store.reconciliation.pending_events import pending_events
from app.store.rollups import rebuild as rollup_rebuild
from app.store.rollups import rows as rollups
from app.store.rollups.rebuild import Progress


async def rebuild_rollups(
    unit: UnitOfWork, program_id: int, actor: str, now: datetime, progress: Progress
) -> bool:
    """False while a worker applies events: ask again. unit: of the program, one snapshot (repeatable_read).

    The consumer's row is locked until the transaction ends, so nobody applies events meanwhile; other programs' totals stand
    still for as long. What the snapshot knows and the consumer has not applied yet is taken back, the newest first, since
    the consumer will add it. Raises a serialization error when a worker came in between: start again.
    """
    lease = await consumers.take(unit, CONSUMER, actor, now)
    if lease is None:
        return False
    waiting = await pending_events(unit, program_id)
    await rollups.empty(unit, program_id)
    await rollup_rebuild.rebuild(unit, program_id, progress)
    for step in reversed(fold(waiting)):
        if isinstance(step, Additions):
            await rollups.add(unit, step.taken_back())
        else:
            await rollups.move_branch(unit, step.taken_back())
    await consumers.release(unit, lease)
    target = str(await public_id_of(unit, program_id))
    await write_audit(unit, AuditEntry(actor, "program.rollups_rebuilt", target, now))
    return True
