"""Moves intents between states: rows, transitions, queue and events in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.actors import is_job
from app.domain.intent_moves import IntentMove
from app.services.audit_moves import IntentDecision, audit_intents
from app.store.database import UnitOfWork
from app.store.intents import intent_moves as store


class StaleIntentError(RuntimeError):
    """An intent changed between being read and being moved: the transaction must start again."""


async def move_intents(
    unit: UnitOfWork, program_id: int, moves: Sequence[IntentMove], actor: str, at: datetime
) -> None:
    """Makes all of these moves or raises StaleIntentError. What is done leaves the queue. at: real time."""
    if not moves:
        return
    if await store.move(unit, program_id, moves, actor, at) != len(moves):
        raise StaleIntentError("an intent has another version than the one that was read")
    done = [one.intent_id for one in moves if one.completes]
    if done:
        await store.unqueue(unit, program_id, done)
    for one in moves:
        unit.record(one.event(at), program_id)
    if is_job(actor):
        decided = [(_decision(one), one.intent_id) for one in moves if one.decides]
        await audit_intents(unit, program_id, decided, actor, at)


def _decision(move: IntentMove) -> IntentDecision:
    failure = move.failure
    return IntentDecision(
        move.name,
        move.from_status.value,
        move.to_status.value,
        move.reason,
        None if failure is None else failure.code.value,
        None if failure is None else failure.retryable,
    )


async def requeue_intents(
    unit: UnitOfWork, program_id: int, due: Sequence[tuple[UUID, datetime]]
) -> None:
    """Offers PENDING intents to the next claim, each from its instant on."""
    if due:
        await store.queue(unit, program_id, due)
        unit.wake("settle_intents")
