"""The stored reading of a treasury: the newest one counts, whoever made it."""

from datetime import datetime

from app.domain.treasury import SafeReading
from app.store.database import UnitOfWork
from app.store.treasuries import LockedTreasury, note_reading


async def note_treasury(
    unit: UnitOfWork,
    program_id: int,
    treasury: LockedTreasury,
    safe: SafeReading,
    read_at: datetime,
) -> SafeReading:
    """Stores this reading unless a newer one is stored; returns the newer of both. treasury: locked."""
    if treasury.read_at > read_at:
        return treasury.safe
    await note_reading(unit, program_id, safe, read_at)
    return safe
