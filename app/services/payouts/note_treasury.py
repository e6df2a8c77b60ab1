"""The stored reading of a treasury: the newest one counts, whoever made it."""

from datetime import datetime
from typing import Any

from app.domain.treasury import SafeReading
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.payouts.treasuries import LockedTreasury, note_reading
from app.store.programs import public_id_of


async def note_treasury(
    unit: UnitOfWork,
    program_id: int,
    treasury: LockedTreasury,
    safe: SafeReading,
    read_at: datetime,
    *,
    actor: str,
) -> SafeReading:
    """Stores this reading unless a newer one is stored; returns the newer of both. treasury: locked. actor: for whom
    the chain was read.
    """
    if treasury.read_at > read_at:
        return treasury.safe
    await note_reading(unit, program_id, safe, read_at)
    before, after = _who_decides(treasury.safe), _who_decides(safe)
    if before != after:
        target = str(await public_id_of(unit, program_id))
        reason = "the Safe's owners changed it on its chain"
        entry = AuditEntry(actor, "treasury.changed", target, read_at, before, after, reason)
        await write_audit(unit, entry, program_id=program_id)
    return safe


def _who_decides(safe: SafeReading) -> dict[str, Any]:
    return {
        "owners": sorted(safe.owners),
        "threshold": safe.threshold,
        "version": safe.version,
    }
