"""Events that retention no longer keeps, and that this was so, in the platform's audit log."""

from datetime import datetime

from app.domain.actors import HOUSEKEEPER
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.feed.event_retention import forget_events


async def forget_old_events(unit: UnitOfWork, before: datetime, at: datetime) -> int:
    """Removes a portion of the events from before an instant; returns how many positions are free now. at: real time."""
    gone = await forget_events(unit, before)
    if gone:
        facts = {"events": gone, "before": before.isoformat()}
        entry = AuditEntry(HOUSEKEEPER, "events.forgotten", None, at, after=facts)
        await write_audit(unit, entry, program_id=PLATFORM_PROGRAM_ID)
    return gone
