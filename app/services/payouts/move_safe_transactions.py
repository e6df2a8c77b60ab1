"""Moves Safe transactions and tells of it: every batch that lists one changes with it (docs/events.md)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.events import EventType, NewEvent
from app.domain.payouts import FINAL_BATCH_STATUSES, BatchStatus
from app.services.audit_moves import audit_safe_moves
from app.store.database import UnitOfWork
from app.store.payouts import safe_moves
from app.store.payouts.safe_moves import ListingBatch, SafeMove


@dataclass(frozen=True, slots=True)
class Told:
    """An event of each batch that lists these Safe transactions. data: beside the Safe transactions' ids."""

    name: str
    ids: Sequence[UUID]
    data: Mapping[str, Any] = field(default_factory=dict)


async def move_safe_transactions(
    unit: UnitOfWork,
    program_id: int,
    moves: Sequence[SafeMove],
    told: Sequence[Told],
    *,
    actor: str,
    at: datetime,
) -> list[ListingBatch]:
    """Rows, transitions and events; the treasury's lock is held, the ledger posted. at: real time.

    Returns the batches that list what was told of, the oldest first.
    """
    ids = list(dict.fromkeys(one for event in told for one in event.ids))
    before = await safe_moves.listing_batches(unit, program_id, ids)
    if moves:
        await safe_moves.write_moves(unit, program_id, moves, actor, at)
        await audit_safe_moves(unit, program_id, moves, actor, at)
    after = await safe_moves.listing_batches(unit, program_id, ids) if moves else before
    ended = {
        new.id: new.status
        for old, new in zip(before, after, strict=True)
        if new.status is not old.status and new.status in FINAL_BATCH_STATUSES
    }
    await _tell(unit, program_id, after, told, ended=ended, at=at)
    return after


async def _tell(
    unit: UnitOfWork,
    program_id: int,
    batches: Sequence[ListingBatch],
    told: Sequence[Told],
    *,
    ended: Mapping[UUID, BatchStatus],
    at: datetime,
) -> None:
    """Each event is one more version of its batch, so that a reader drops none of them as old."""
    events = [
        (batch.id, event.name, {"safeTransactions": [str(one) for one in ids], **event.data})
        for batch in batches
        for event in told
        if (ids := [one for one in batch.safe_transactions if one in event.ids])
    ]
    events += [
        (batch_id, "payout_batch.completed", {"status": status.value})
        for batch_id, status in ended.items()
    ]
    steps = Counter(batch_id for batch_id, _, _ in events)
    versions = await safe_moves.raise_versions(unit, program_id, steps)
    for batch_id, name, data in events:
        steps[batch_id] -= 1
        version = versions[batch_id] - steps[batch_id]
        unit.record(
            NewEvent(EventType.PAYOUT_BATCH, name, str(batch_id), version, at, {"v": 1, **data}),
            program_id,
        )
