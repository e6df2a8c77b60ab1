"""Everything was read from the chains: programs may be resumed, each by a person."""

from datetime import datetime
from uuid import UUID

from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.services.audit import AuditEntry, write_audit
from app.store import recoveries
from app.store.database import UnitOfWork


async def finish_recovery(unit: UnitOfWork, actor: str, now: datetime) -> UUID | None:
    """The recovery that this ended; None when none was open, or the server was changed meanwhile. Programs stay paused."""
    await recoveries.lock_instance(unit)
    if not await recoveries.is_own_server(unit):
        return None
    finished = await recoveries.finish(unit, actor, now)
    if finished is not None:
        entry = AuditEntry(actor, "recovery.finished", str(finished), now)
        await write_audit(unit, entry, program_id=PLATFORM_PROGRAM_ID)
        unit.wake("watch_chain")
    return finished
