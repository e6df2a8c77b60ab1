"""Relays what owners approved: judged on the chain, signed with a last look under locks, sent by a lane that pays gas only.

The outcome is none of its business: the watcher reads it from the Safe's logs.
"""

import asyncio
import time
from functools import partial

import structlog

from app.chain.fees import estimate_fees
from app.chain.node_errors import ChainError
from app.domain.actors import PAYER
from app.domain.states import LaneStatus, SafeTransactionStatus
from app.domain.transactions import SignedCopy
from app.processes.payouts.judge_relay import (
    FRUITLESS_COUNT_FOR,
    GivenUp,
    Ready,
    Waits,
    judge_relay,
)
from app.processes.payouts.paying_apart import execute_apart, only_this_program
from app.processes.settlement.lane_leases import lease_lane, release_lane
from app.processes.settlement.send import send
from app.processes.settlement.settling import LANE_LEASE, Settling
from app.processes.settlement.sign import store_signed
from app.services.execute import execute
from app.services.payouts.give_up_payouts import give_up_payouts
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.services.payouts.wait_for_relay import wait_for_relay
from app.store.chain import lanes, signing
from app.store.chain.lanes import LaneLease, LaneLost
from app.store.database import UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.owner_signatures import signatures_of
from app.store.payouts.payouts_to_post import payouts_of
from app.store.payouts.relay_notes import NotedSimulation, note_simulation
from app.store.payouts.relays import DueRelay, due_relays, is_relay_live, start_relay
from app.store.payouts.safe_moves import SafeMove
from app.store.payouts.safe_rows import SafeRow
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import share_program
from app.store.treasury.configurations import is_held
from app.store.treasury.outflows import is_unposted

_LOG = structlog.get_logger()
_LANE_POLL_SECONDS = 0.1
_LONGEST_WAIT_FOR_LANE_SECONDS = 5.0


async def relay_payouts(settling: Settling) -> int:
    """Once over every program of the chain; returns how many relays were signed."""
    ready: list[tuple[DueRelay, Ready]] = []
    async with settling.database.read(None) as session:
        dues = await due_relays(
            session, settling.chain.chain_id, settling.clock() - FRUITLESS_COUNT_FOR
        )
    for due in dues:
        if settling.stopping() or not settling.signers:
            return 0
        with only_this_program(due.program):
            verdict = await _look(settling, due)
            if verdict is not None:
                ready.append((due, verdict))
    if not ready:
        return 0
    lane = await _wait_for_lane(settling)
    if lane is None:
        _LOG.info("no lane is free for payouts")
        return 0
    try:
        return await _relay_all(settling, lane, ready)
    except (ChainError, LaneLost) as problem:
        _LOG.warning("lane left", lane=str(lane.lane_id), reason=str(problem))
        return 0
    finally:
        await release_lane(settling, lane)


async def _look(settling: Settling, due: DueRelay) -> Ready | None:
    """Judges one and stores what is in its way; None unless it is ready."""
    async with settling.database.read(None) as session:
        payouts = await payouts_of(session, due.program_id, [due.id])
        signatures = await signatures_of(session, due.program_id, [due.id])
    verdict = await judge_relay(settling, due, payouts[due.id], signatures[due.id])
    settling.at_point("relay.judged")
    use_case = (
        partial(_give_up, settling, due, verdict)
        if isinstance(verdict, GivenUp)
        else partial(_note_waiting, settling, due, verdict)
    )
    await execute_apart(settling, due.program_id, use_case)
    settling.at_point("relay.noted")
    return verdict if isinstance(verdict, Ready) else None


async def _relay_all(
    settling: Settling, lane: LaneLease, ready: list[tuple[DueRelay, Ready]]
) -> int:
    signed = 0
    for due, verdict in ready:
        until = settling.clock() + LANE_LEASE
        renew = partial(lanes.renew, lane=lane, until=until)
        locked = await execute(settling.database, settling.bells, None, renew)
        used = await settling.chain.nonce(lane.relayer)
        if locked.next_nonce - used >= settling.lane_limit:
            break
        with only_this_program(due.program):
            copy = await _sign(settling, lane, due, verdict)
            if copy is not None:
                signed += 1
                _LOG.info("transaction signed", safe_transaction=str(due.id), **copy.names)
                await send(settling, lane, [copy])
    return signed


async def _sign(
    settling: Settling, lane: LaneLease, due: DueRelay, verdict: Ready
) -> SignedCopy | None:
    """None when it may not be signed now: gas is dear, the lane is not ACTIVE, or something changed meanwhile."""
    estimate = await estimate_fees(settling.chain, settling.max_fee_wei)
    if not estimate.affordable:
        _LOG.warning("gas is dearer than the cap", base_fee=estimate.base_fee)
        return None

    async def sign(unit: UnitOfWork) -> SignedCopy | None:
        now = settling.clock()
        locked = await lanes.lock(unit, lane, now)
        if locked.status is not LaneStatus.ACTIVE:
            return None
        row = await _still_due(unit, due)
        if row is None:
            return None
        copy = await store_signed(settling, unit, lane, verdict.call, estimate)
        carrier = copy.chain_transaction_id
        await start_relay(unit, due.program_id, due.id, carrier, now)
        if verdict.simulation is not None:
            result = verdict.simulation
            noted = NotedSimulation(
                result.block_number, result.passed, len(result.refused), result.gas_estimate
            )
            await note_simulation(unit, due.program_id, due.id, noted, now)
        move = SafeMove(row, SafeTransactionStatus.EXECUTING, holding=row.holding)
        told = Told("payout_batch.executing", [row.id])
        await move_safe_transactions(unit, due.program_id, [move], [told], actor=PAYER, at=now)
        settling.at_point("relay.signing")
        return copy

    copy = await execute_apart(settling, due.program_id, sign)
    settling.at_point("relay.signed")
    return copy


async def _still_due(unit: UnitOfWork, due: DueRelay) -> SafeRow | None:
    """The row, locked with its program and treasury, when nothing changed since it was judged."""
    if not await signing.active_programs(unit, [due.program_id]):
        return None
    await lock_treasury(unit, due.program_id)
    rows = await safe_rows.lock_open(unit, due.program_id)
    if await is_relay_live(unit, due.program_id) or await is_held(unit, due.program_id):
        return None
    if await is_unposted(unit, due.program_id):
        return None
    mine = [row for row in rows if row.id == due.id and row.version == due.version]
    return mine[0] if mine and mine[0].nonce == min(row.nonce for row in rows) else None


async def _give_up(settling: Settling, due: DueRelay, verdict: GivenUp, unit: UnitOfWork) -> None:
    await share_program(unit, due.program_id)
    await lock_treasury(unit, due.program_id)
    rows = await safe_rows.lock_open(unit, due.program_id)
    mine = [row for row in rows if row.id == due.id and row.version == due.version]
    await give_up_payouts(
        unit,
        due.program_id,
        mine,
        verdict.death,
        verdict.reason,
        actor=PAYER,
        at=settling.clock(),
    )


async def _note_waiting(
    settling: Settling, due: DueRelay, verdict: Waits | Ready, unit: UnitOfWork
) -> None:
    waits = verdict if isinstance(verdict, Waits) else Waits()
    await wait_for_relay(
        unit,
        due.program_id,
        due.id,
        due.version,
        reason=waits.reason,
        code=waits.code,
        at=settling.clock(),
    )


async def _wait_for_lane(settling: Settling) -> LaneLease | None:
    """A free lane; whoever settles gives way when it sees that payouts wait (settle.py)."""
    ends = time.monotonic() + _LONGEST_WAIT_FOR_LANE_SECONDS
    while True:
        lane = await lease_lane(settling)
        if lane is not None or settling.stopping() or time.monotonic() > ends:
            return lane
        await asyncio.sleep(_LANE_POLL_SECONDS)
