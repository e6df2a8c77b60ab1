"""Takes away what retention no longer keeps."""

from datetime import datetime

from app.store.database import UnitOfWork

_FORGET = "SELECT sge_forget_events($1)"


async def forget_events(unit: UnitOfWork, before: datetime) -> int:
    """Removes up to 10 000 events from before an instant, oldest first; returns how many positions are free now.

    Cursors before them are expired from then on. What is not rolled up and sealed yet stays.
    """
    gone: int = await unit.connection.fetchval(_FORGET, before)
    return gone
