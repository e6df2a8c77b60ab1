"""A lane's upkeep: bytes that no node has are sent again, old ones offer more, gaps of nonces are closed."""

from dataclasses import replace

import structlog

from app.chain.fees import FeeEstimate, FeeTooHigh, bumped, estimate_fees
from app.domain.ids import new_id
from app.domain.states import LaneStatus
from app.domain.transactions import (
    BUMP_AFTER,
    SEND_AGAIN_AFTER,
    CopyKind,
    NewTransaction,
    OpenTransaction,
    Purpose,
    SignedCopy,
)
from app.processes.settlement.copies import CANCEL_GAS, signed_copy
from app.processes.settlement.send import SendOutcome, send
from app.processes.settlement.settling import BUMP_AFTER_BLOCKS, BUMP_NOT_BEFORE, Settling
from app.services.execute import execute
from app.services.settlement.foreign_nonces import note_used_nonces
from app.services.settlement.move_lane import move_lane
from app.store.chain import lanes, sending, signing
from app.store.chain.lanes import LaneLease, LockedLane
from app.store.database import UnitOfWork

_LOG = structlog.get_logger()
_FILLS_AT_ONCE = 16


async def tend_lane(settling: Settling, lane: LaneLease, locked: LockedLane) -> None:
    """Once over everything of the lane that no block has yet. A HALTED lane signs nothing, not even replacements."""
    used = await settling.chain.nonce(lane.relayer)
    halted = locked.status is LaneStatus.HALTED
    if not halted:
        await _fill_gaps(settling, lane, used)
    async with settling.database.read(None) as session:
        waiting = await sending.open_transactions(session, lane.chain_id, lane.lane_id, used)
    outcome = await send(settling, lane, [one.copy for one in waiting if _is_unsent(settling, one)])
    if halted or not waiting:
        return
    if any(one.id in outcome.impossible and _cancels(one) for one in waiting):
        await _halt(settling, lane, "a node refuses to cancel one of its transactions")
        return
    estimate = await estimate_fees(settling.chain, settling.max_fee_wei)
    copies = []
    for one in waiting:
        kind = _replacement(settling, one, outcome, estimate.head if one.nonce == used else 0)
        if kind is not None and (priced := _price(settling, lane, one, estimate)) is not None:
            copies.append(await _sign_copy(settling, lane, one, kind, priced))
    await send(settling, lane, copies)


def _is_unsent(settling: Settling, one: OpenTransaction) -> bool:
    if one.unwanted:
        return False
    return one.sent_at is None or settling.clock() - one.sent_at >= SEND_AGAIN_AFTER


def _cancels(one: OpenTransaction) -> bool:
    return one.copy.kind is CopyKind.CANCEL


def _replacement(
    settling: Settling, one: OpenTransaction, outcome: SendOutcome, head: int
) -> CopyKind | None:
    """What a further copy would be; None when the newest one is right. head: 0 unless it is next for a block."""
    if one.id in outcome.impossible or one.unwanted:
        return CopyKind.CANCEL
    if one.id in outcome.too_cheap or (head and _is_old(settling, one, head)):
        return one.copy.kind
    return None


def _is_old(settling: Settling, one: OpenTransaction, head: int) -> bool:
    """Whether the newest copy, which a node has, waited too long for a block."""
    age = settling.clock() - one.signed_at
    if one.sent_at is None or age < BUMP_NOT_BEFORE:
        return False
    return age >= BUMP_AFTER or head - one.copy.head >= BUMP_AFTER_BLOCKS


def _price(
    settling: Settling, lane: LaneLease, one: OpenTransaction, estimate: FeeEstimate
) -> FeeEstimate | None:
    try:
        fees = bumped(one.copy.fees, estimate.fees, settling.max_fee_wei)
    except FeeTooHigh as problem:
        _LOG.warning(
            "lane waits for cheaper gas",
            lane=str(lane.lane_id),
            reason=str(problem),
            **one.copy.names,
        )
        return None
    return replace(estimate, fees=fees)


async def _sign_copy(
    settling: Settling,
    lane: LaneLease,
    one: OpenTransaction,
    kind: CopyKind,
    estimate: FeeEstimate,
) -> SignedCopy:
    copy = signed_copy(settling.signers[lane.relayer], one, kind, estimate, n=one.copy.n + 1)

    async def store(unit: UnitOfWork) -> None:
        now = settling.clock()
        await lanes.lock(unit, lane, now)
        await signing.insert_copy(unit, copy, now)

    await execute(settling.database, settling.bells, None, store)
    settling.at_point("copied")
    _LOG.info(
        "transaction signed anew",
        kind=kind.value,
        before=one.copy.names["transaction"],
        **copy.names,
    )
    return copy


async def _fill_gaps(settling: Settling, lane: LaneLease, used: int) -> None:
    """Nonces below the lane's next one that no transaction of ours has hold up all behind them."""

    async def find(unit: UnitOfWork) -> list[int]:
        locked = await lanes.lock(unit, lane, settling.clock())
        if await note_used_nonces(unit, lane.lane_id, used, settling.actor, settling.clock()):
            _LOG.error("relayer's key is in foreign hands", relayer=lane.relayer)
        return await sending.missing_nonces(unit, lane.lane_id, used, locked.next_nonce)

    missing = await execute(settling.database, settling.bells, None, find)
    if not missing:
        return
    _LOG.warning("nonce gap", lane=str(lane.lane_id), first=missing[0], count=len(missing))
    estimate = await estimate_fees(settling.chain, settling.max_fee_wei)
    for nonce in missing[:_FILLS_AT_ONCE]:
        await _sign_fill(settling, lane, nonce, estimate)


async def _sign_fill(
    settling: Settling, lane: LaneLease, nonce: int, estimate: FeeEstimate
) -> None:
    new = NewTransaction(
        id=new_id(),
        lane_id=lane.lane_id,
        chain_id=lane.chain_id,
        nonce=nonce,
        purpose=Purpose.FILL,
        sender=lane.relayer,
        to=lane.relayer,
        data=b"",
        gas_limit=CANCEL_GAS,
        payload_hash=b"",
    )
    copy = signed_copy(settling.signers[lane.relayer], new, CopyKind.CANCEL, estimate)

    async def store(unit: UnitOfWork) -> None:
        now = settling.clock()
        await lanes.lock(unit, lane, now)
        await signing.insert_transaction(unit, new, now)
        await signing.insert_copy(unit, copy, now)

    await execute(settling.database, settling.bells, None, store)
    settling.at_point("filled")
    _LOG.info("nonce filled", lane=str(lane.lane_id), nonce=nonce, **copy.names)


async def _halt(settling: Settling, lane: LaneLease, reason: str) -> None:
    async def halt(unit: UnitOfWork) -> None:
        await move_lane(
            unit,
            lane.lane_id,
            LaneStatus.HALTED,
            actor=settling.actor,
            at=settling.clock(),
            reason=reason,
        )

    await execute(settling.database, settling.bells, None, halt)
    _LOG.error("lane halted", lane=str(lane.lane_id), reason=reason)
