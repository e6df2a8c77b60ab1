"""Final refusals: what passes by itself goes back into the queue, the rest fails with its reason."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.chain.refusals import refusal_of
from app.chain.settlement_reason import SettlementReason
from app.domain.actors import WATCHER
from app.domain.intent_moves import IntentMove
from app.domain.states import IntentStage, IntentStatus
from app.services.findings.transaction_findings import RejectedItem
from app.services.intents.gas_weights import GAS_WEIGHTS
from app.services.intents.move_intents import move_intents, requeue_intents
from app.store.chain.settlements import SettlementPlace
from app.store.database import UnitOfWork
from app.store.intents import attempts, proven_intents, registrations
from app.store.intents.attempts import AttemptEnd
from app.store.intents.proven_intents import ProvenIntent

# What passes by itself (a paused token, a clock ahead of ours) rarely does so within a second.
_PASSING_DELAY = timedelta(seconds=5)


async def reject_items(
    unit: UnitOfWork,
    program_id: int,
    place: SettlementPlace,
    items: Sequence[RejectedItem],
    at: datetime,
) -> None:
    """Ends the tries of these items; an intent that has moved on meanwhile (a Settled wins) stays where it is."""
    if not items or place.chain_transaction_id is None:
        return
    intents = await proven_intents.lock_intents(
        unit, program_id, [item.log.intent_id for item in items]
    )
    refused = [(intents[item.log.intent_id], _reason(item)) for item in items]
    ends = [AttemptEnd(intent.id, refusal_of(reason)) for intent, reason in refused]
    ended = await attempts.finish(
        unit, program_id, place.chain_transaction_id, ends, GAS_WEIGHTS, at=at
    )
    moves = [
        _move(intent, reason)
        for intent, reason in refused
        if intent.id in ended
        and intent.status is IntentStatus.PROCESSING
        and intent.chain_transaction_id == place.chain_transaction_id
    ]
    await move_intents(unit, program_id, moves, WATCHER, at)
    due = [
        (one.intent_id, at if one.rerouted else at + _PASSING_DELAY)
        for one in moves
        if not one.completes
    ]
    await requeue_intents(unit, program_id, due)
    failed = [one.intent_id for one in moves if one.completes]
    await registrations.free_registrations(unit, program_id, failed)


def _reason(item: RejectedItem) -> SettlementReason:
    """A later gateway's reason that we do not know is UNKNOWN."""
    try:
        return SettlementReason(item.log.reason)
    except ValueError:
        return SettlementReason.UNKNOWN


def _move(intent: ProvenIntent, reason: SettlementReason) -> IntentMove:
    failure = refusal_of(reason)
    if failure is None:
        return IntentMove(
            name="intent.requeued",
            intent_id=intent.id,
            version=intent.version,
            from_status=intent.status,
            to_status=IntentStatus.PENDING,
            stage=IntentStage.QUEUED,
            reason=f"the gateway refused it, which may pass: {reason.name}",
            rerouted=reason is SettlementReason.CONTRACT_WALLET,
        )
    return IntentMove(
        name="intent.failed",
        intent_id=intent.id,
        version=intent.version,
        from_status=intent.status,
        to_status=IntentStatus.FAILED,
        stage=intent.stage,
        reason=failure.message,
        failure=failure,
        chain_transaction_id=intent.chain_transaction_id,
    )
