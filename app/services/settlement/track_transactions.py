"""Stages at the head: our transactions are in blocks, or a reorganisation threw them out again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from app.domain.actors import WATCHER
from app.domain.intent_moves import IntentMove
from app.domain.states import IntentStage, IntentStatus
from app.services.intents.move_intents import move_intents
from app.store.chain import chain_progress, watching
from app.store.chain.chain_progress import MinedCopy
from app.store.chain.watching import WatchLease
from app.store.database import UnitOfWork
from app.store.intents import attempts
from app.store.intents.attempts import CarriedIntent

_FROM_HERE = (IntentStage.SIGNED, IntentStage.BROADCAST, IntentStage.MINED)


async def mark_mined(
    unit: UnitOfWork, lease: WatchLease, mined: Sequence[MinedCopy], at: datetime
) -> None:
    """Transactions are MINED, and so are the items of those whose payload ran: a cancelled or reverted one settles
    nothing, so its items stay BROADCAST until that is final. Raises LeaseLost.
    """
    await watching.hold_lease(unit, lease)
    await chain_progress.mark_mined(unit, mined)
    blocks = {one.transaction_id: one.block_number if one.settles else None for one in mined}
    carried = await attempts.lock_carried(unit, list(blocks))
    moves = [
        (one.program_id, move)
        for one in carried
        if (move := _at_head(one, blocks[one.chain_transaction_id])) is not None
    ]
    await _move_each_program(unit, moves, at)


async def mark_unmined(
    unit: UnitOfWork, lease: WatchLease, ids: Sequence[UUID], at: datetime
) -> None:
    """Their block is gone: back to BROADCAST, to be sent again. Raises LeaseLost."""
    await watching.hold_lease(unit, lease)
    await chain_progress.mark_unmined(unit, ids)
    carried = await attempts.lock_carried(unit, ids)
    moves = [(one.program_id, _unmined(one)) for one in carried if one.stage is IntentStage.MINED]
    await _move_each_program(unit, moves, at)
    unit.wake("settle_intents")


async def _move_each_program(
    unit: UnitOfWork, moves: Iterable[tuple[int, IntentMove]], at: datetime
) -> None:
    for program_id, group in groupby(moves, key=lambda pair: pair[0]):
        await move_intents(unit, program_id, [move for _, move in group], WATCHER, at)


def _at_head(one: CarriedIntent, block_number: int | None) -> IntentMove | None:
    """block_number: where its payload ran; None: it did not."""
    if block_number is None:
        return _unmined(one) if one.stage is IntentStage.MINED else None
    if one.stage not in _FROM_HERE or one.mined_block == block_number:
        return None
    return _mined(one, block_number)


def _mined(one: CarriedIntent, block_number: int) -> IntentMove:
    return IntentMove(
        name="intent.mined",
        intent_id=one.intent_id,
        version=one.version,
        from_status=one.status,
        to_status=IntentStatus.PROCESSING,
        stage=IntentStage.MINED,
        reason=f"in block {block_number}",
        chain_transaction_id=one.chain_transaction_id,
        mined_block=block_number,
    )


def _unmined(one: CarriedIntent) -> IntentMove:
    return IntentMove(
        name="intent.unmined",
        intent_id=one.intent_id,
        version=one.version,
        from_status=one.status,
        to_status=IntentStatus.PROCESSING,
        stage=IntentStage.BROADCAST,
        reason="a reorganisation took its block away",
        chain_transaction_id=one.chain_transaction_id,
    )
