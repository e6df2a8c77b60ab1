"""Moves the outbox inside a transaction that goes on: what it sees and what it moved are then the same."""

from datetime import datetime

from app.store.database import UnitOfWork

_LOCK = "SELECT sge_lock_outbox()"
_MOVE = "SELECT sge_move_outbox($1)"
_NEWEST = (
    "SELECT coalesce((SELECT max(position) FROM event), (SELECT kept_from FROM event_feed), 0)"
)


async def move_all(unit: UnitOfWork, now: datetime) -> int:
    """Moves all that this transaction's snapshot sees; returns the newest position."""
    await unit.connection.execute(_LOCK)
    while await unit.connection.fetchval(_MOVE, now):
        pass
    newest: int = await unit.connection.fetchval(_NEWEST)
    return newest
