"""Finality of our own transactions: how each ended, and which of their items are free to be settled again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.actors import WATCHER
from app.domain.intent_moves import IntentMove
from app.domain.states import IntentStage, IntentStatus, LaneStatus
from app.domain.transactions import Purpose
from app.services.intents.gas_weights import GAS_WEIGHTS
from app.services.intents.move_intents import move_intents, requeue_intents
from app.services.payouts.approve_ready import PAY
from app.services.settlement.move_lane import move_lane
from app.store.chain import chain_progress, lanes, watching
from app.store.chain.chain_progress import OpenTransaction
from app.store.chain.watching import WatchLease
from app.store.database import UnitOfWork
from app.store.intents import attempts
from app.store.intents.attempts import AttemptEnd, CarriedIntent, LeftBehind


async def finish_mined(
    unit: UnitOfWork, lease: WatchLease, ids: Sequence[UUID], final_number: int, at: datetime
) -> None:
    """CONFIRMED or REVERTED for good. Raises LeaseLost."""
    await watching.hold_lease(unit, lease)
    _wake_payer(unit, await chain_progress.finish(unit, ids, final_number, at))


async def displace(
    unit: UnitOfWork, lease: WatchLease, displaced: Sequence[OpenTransaction], at: datetime
) -> None:
    """At finality a transaction that we do not know has used their nonces: the lanes halt, unless it may be one of ours
    that a restored database has forgotten. Raises LeaseLost.
    """
    await watching.hold_lease(unit, lease)
    ended = await chain_progress.displace(unit, [one.id for one in displaced], at)
    lost = await lanes.lost_below(unit, sorted({one.lane_id for one in displaced}))
    foreign = [one for one in displaced if one.nonce >= lost.get(one.lane_id, 0)]
    nonces = ", ".join(str(one.nonce) for one in foreign)
    reason = f"a transaction that was not signed here used nonce {nonces}: who else has this key?"
    for lane_id in sorted({one.lane_id for one in foreign}):
        await move_lane(unit, lane_id, LaneStatus.HALTED, actor=WATCHER, at=at, reason=reason)
    _wake_payer(unit, ended)


async def free_items(
    unit: UnitOfWork, lease: WatchLease, left: Sequence[LeftBehind], at: datetime
) -> None:
    """Items of one program and one transaction that ended without a word about them go back to PENDING.

    Raises LeaseLost.
    """
    await watching.hold_lease(unit, lease)
    program_id, transaction_id = left[0].program_id, left[0].chain_transaction_id
    reason = _reason(left[0])
    carried = {
        one.intent_id: one
        for one in await attempts.lock_carried(unit, [transaction_id])
        if one.program_id == program_id
    }
    ends = [AttemptEnd(one.intent_id) for one in left]
    await attempts.finish(unit, program_id, transaction_id, ends, GAS_WEIGHTS, at=at)
    free = [carried[one.intent_id] for one in left if one.intent_id in carried]
    moves = [_requeued(one, reason) for one in free]
    await move_intents(unit, program_id, moves, WATCHER, at)
    await requeue_intents(unit, program_id, [(one.intent_id, at) for one in free])


def _wake_payer(unit: UnitOfWork, purposes: set[Purpose]) -> None:
    """A relay's end lets the next one begin."""
    if Purpose.SAFE_EXECUTION in purposes:
        unit.wake(PAY)


def _reason(left: LeftBehind) -> str:
    if left.outcome == "DISPLACED":
        return "another transaction used its nonce"
    if left.copy_kind == "CANCEL":
        return "its transaction was cancelled"
    if left.outcome == "REVERTED":
        return "its transaction reverted"
    return "its transaction ended before its turn"


def _requeued(one: CarriedIntent, reason: str) -> IntentMove:
    return IntentMove(
        name="intent.requeued",
        intent_id=one.intent_id,
        version=one.version,
        from_status=one.status,
        to_status=IntentStatus.PENDING,
        stage=IntentStage.QUEUED,
        reason=reason,
    )
