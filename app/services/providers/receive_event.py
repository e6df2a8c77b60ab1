"""Stores what a provider sent, once; a worker reads it."""

from datetime import datetime

from app.domain.ids import new_id
from app.domain.providers import COINBASE_COMMERCE, PROCESS_EVENTS
from app.domain.providers.coinbase_commerce import event_id_of
from app.store.database import UnitOfWork
from app.store.providers.events import NewEventRow, store_event


async def receive_event(unit: UnitOfWork, body: bytes, now: datetime) -> bool:
    """Keeps a body whose signature is good, whatever it says; False when the event came before."""
    new = NewEventRow(new_id(), COINBASE_COMMERCE, event_id_of(body), body, now)
    if not await store_event(unit, new):
        return False
    unit.wake(PROCESS_EVENTS)
    return True
