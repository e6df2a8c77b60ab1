"""Everything was read from the chains: programs may be resumed, each by a person."""

from datetime import datetime
from uuid import UUID

from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.recovery import recoveries
from app.store.recovery.recoveries import OpenRecovery


async def finish_recovery(
    unit: UnitOfWork, recovery: OpenRecovery, actor: str, now: datetime
) -> UUID | None:
    """The recovery that this ended; None when it was ended before, or the server was taken back again since it was read.
    Programs stay paused.
    """
    await recoveries.lock_instance(unit)
    if not await recoveries.is_own_server(unit):
        return None
    finished = await recoveries.finish(unit, recovery, actor, now)
    if finished is not None:
        entry = AuditEntry(actor, "recovery.finished", str(finished), now)
        await write_audit(unit, entry, program_id=PLATFORM_PROGRAM_ID)
        unit.wake("watch_chain")
    return finished
