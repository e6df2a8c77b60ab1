"""Closes what was flagged as standing still once it has moved on: that is no matter of money, and needs no explanation."""

from collections.abc import Collection
from datetime import datetime, timedelta

from app.domain.actors import RELEASER
from app.domain.discrepancies import DiscrepancyKind
from app.domain.events import EventType, NewEvent
from app.domain.explanations import Explanation
from app.domain.stuck import WorkStage
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.discrepancies import moved_on as store

OPEN_AT_LEAST = timedelta(minutes=10)
"""A queue that is just about as fast as its limit would open and close one each minute."""
_NOTE = "Nothing stands still in this stage any more; closed by the platform."


async def close_moved_on(unit: UnitOfWork, stages: Collection[WorkStage], now: datetime) -> int:
    """How many of the unit's program were closed. stages: in which nothing stands still. now: real time.

    When something stands still there again, a new one is opened.
    """
    references = [stage.value for stage in stages]
    found = await store.lock_stuck(unit, references, now - OPEN_AT_LEAST)
    for discrepancy_id in found:
        await store.close(unit, discrepancy_id, RELEASER, _NOTE, now)
        name, id_ = "discrepancy.resolved", str(discrepancy_id)
        kind, explanation = DiscrepancyKind.STUCK_WORK.value, Explanation.NO_POSTING.value
        data = {"v": 1, "kind": kind, "explanation": explanation}
        unit.record(NewEvent(EventType.DISCREPANCY, name, id_, 3, now, data))
        entry = AuditEntry(
            RELEASER, name, id_, now, {"kind": kind}, {"explanation": explanation}, _NOTE
        )
        await write_audit(unit, entry)
    return len(found)
