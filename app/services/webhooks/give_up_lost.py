"""Tries whose process died: made again a few times, then told as failed."""

from datetime import datetime

from app.domain.events import EventType, NewEvent
from app.store.database import UnitOfWork
from app.store.webhooks import claims


async def give_up_lost(unit: UnitOfWork, now: datetime) -> int:
    """Over all programs; returns how many deliveries are FAILED now."""
    given_up = await claims.give_up_lost(unit, now)
    for one in given_up:
        data = {
            "v": 1,
            "delivery": str(one.id),
            "eventName": one.event_name,
            "tries": one.tries,
            "reason": claims.LOST,
        }
        event = NewEvent(
            EventType.WEBHOOK,
            "webhook_endpoint.delivery_failed",
            str(one.endpoint_id),
            one.endpoint_version,
            now,
            data,
        )
        unit.record(event, one.program_id)
    return len(given_up)
