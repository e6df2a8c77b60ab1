"""Settling: lanes that nobody works are leased one after the other, tended, and fed with due intents until none is left."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from app.chain.fees import FeeEstimate, estimate_fees
from app.chain.node_errors import ChainError
from app.domain.states import LaneStatus
from app.processes.origins import batch_span, named, read_origins
from app.processes.settlement.lane_leases import lease_lane, release_lane
from app.processes.settlement.pack import Payload
from app.processes.settlement.plan import Plan, make_plan, put_back, put_back_all
from app.processes.settlement.send import send
from app.processes.settlement.settling import LANE_LEASE, Settling
from app.processes.settlement.sign import Signing, sign_batch
from app.processes.settlement.tend_lane import tend_lane
from app.services.execute import execute
from app.store.chain import lanes
from app.store.chain.lanes import LaneLease, LaneLost, LockedLane
from app.store.database_errors import passes
from app.store.intents.claims import is_work_due
from app.store.intents.origins import Origin
from app.store.payouts.relays import is_relay_due

_LOG = structlog.get_logger()
# More at once would hold leases for long when the chain is slow.
_TRANSACTIONS_AT_ONCE = 4
_TEND_EACH_SECONDS = 2.0
_ROOM_POLL_SECONDS = 0.05
_LONGEST_WAIT_FOR_ROOM_SECONDS = 5.0
_FEES_HOLD_SECONDS = 2.0
_LANE_POLL_SECONDS = 0.1
# Whoever relays payouts asks for a lane more often than that.
_GIVE_WAY_SECONDS = 0.5
_LONGEST_WAIT_FOR_LANE_SECONDS = 2.0
_AWAY = "the database was away before it was signed"
_LEFT = "its lane was left before it was signed"
# What was claimed then is not claimed again in the same breath.
_NOT_BEFORE = timedelta(seconds=2)


async def settle(settling: Settling) -> int:
    """Works every lane of ours that is free; returns how many transactions were signed.

    A lane that cannot go on (its node is away, another worker took it) is left to the next run.
    """
    signed, seen = 0, list[UUID]()
    while not settling.stopping():
        lane = await (lease_lane(settling, seen) if seen else _first_lease(settling))
        if lane is None:
            return signed
        seen.append(lane.lane_id)
        work = _LaneWork(settling, lane)
        try:
            signed += await work.run()
        except (ChainError, LaneLost) as problem:
            signed += work.signed
            await _leave(settling, lane, problem, _LEFT, _NOT_BEFORE)
        except Exception as problem:
            if not passes(problem):
                raise
            signed += work.signed
            await _leave(settling, lane, problem, _AWAY)
        finally:
            await release_lane(settling, lane)
        if work.gives_way:
            await asyncio.sleep(_GIVE_WAY_SECONDS)
    return signed


async def _leave(
    settling: Settling,
    lane: LaneLease,
    problem: Exception,
    reason: str,
    after: timedelta = timedelta(),
) -> None:
    _LOG.warning("lane left", lane=str(lane.lane_id), reason=str(problem))
    await put_back_all(settling, reason, after)


async def _first_lease(settling: Settling) -> LaneLease | None:
    """A lane; while all are taken and work is due, waits a little for one.

    Who holds a lane may have looked for work just before it came, and be about to let go.
    """
    ends = time.monotonic() + _LONGEST_WAIT_FOR_LANE_SECONDS
    while True:
        lane = await lease_lane(settling)
        if lane is not None or time.monotonic() > ends or settling.stopping():
            return lane
        async with settling.database.read(None) as session:
            if not await is_work_due(session, settling.chain.chain_id, settling.clock()):
                return None
        await asyncio.sleep(_LANE_POLL_SECONDS)


@dataclass
class _LaneWork:
    """One run over a leased lane."""

    settling: Settling
    lane: LaneLease
    signed: int = 0
    gives_way: bool = False
    _ready: list[Payload] = field(default_factory=list)
    _planning: asyncio.Task[Plan] | None = None
    _tended_at: float = float("-inf")
    _estimated_at: float = float("-inf")
    _not_before: timedelta = timedelta()
    _estimate: FeeEstimate | None = None

    async def run(self) -> int:
        with bound_contextvars(lane=str(self.lane.lane_id), relayer=self.lane.relayer):
            return await self._run()

    async def _run(self) -> int:
        try:
            while not self.settling.stopping():
                locked = await self._keep()
                if locked.status is not LaneStatus.ACTIVE:
                    break
                estimate = await self._fees()
                if not estimate.affordable:
                    _LOG.warning("gas is dearer than the cap", base_fee=estimate.base_fee)
                    break
                if not self._ready and not await self._take_plan():
                    break
                room = await self._room(locked)
                if not room:
                    break
                # The next plan is made while this one is signed and sent.
                self._planning = self._planning or asyncio.create_task(self._plan())
                batches, self._ready = self._ready[:room], self._ready[room:]
                await self._sign_and_send(batches, estimate)
                if self.gives_way:
                    break
        except (ChainError, LaneLost):
            self._not_before = _NOT_BEFORE
            raise
        finally:
            await self._put_back_rest()
        return self.signed

    async def _keep(self) -> LockedLane:
        """Renews the lease, and when it is time tends the lane and looks who else needs it."""
        until = self.settling.clock() + LANE_LEASE
        locked = await execute(
            self.settling.database,
            self.settling.bells,
            None,
            lambda unit: lanes.renew(unit, self.lane, until),
        )
        if time.monotonic() - self._tended_at >= _TEND_EACH_SECONDS:
            self._tended_at = time.monotonic()
            await tend_lane(self.settling, self.lane, locked)
            async with self.settling.database.read(None) as session:
                self.gives_way = await is_relay_due(session, self.lane.chain_id)
        return locked

    async def _room(self, locked: LockedLane) -> int:
        """How many more transactions the lane may have in flight; waits a little for the first."""
        deadline = time.monotonic() + _LONGEST_WAIT_FOR_ROOM_SECONDS
        while True:
            used = await self.settling.chain.nonce(self.lane.relayer)
            room = self.settling.lane_limit - (locked.next_nonce - used)
            if room > 0:
                return min(room, _TRANSACTIONS_AT_ONCE)
            if time.monotonic() > deadline or self.settling.stopping():
                return 0
            await asyncio.sleep(_ROOM_POLL_SECONDS)

    async def _plan(self) -> Plan:
        return await make_plan(self.settling, self.lane.relayer, _TRANSACTIONS_AT_ONCE)

    async def _take_plan(self) -> bool:
        """Fills `_ready`; False when nothing is due."""
        while not self._ready:
            plan = await (self._planning or self._plan())
            self._planning = None
            self._ready = plan.batches
            if plan.empty:
                return False
        return True

    async def _sign_and_send(self, batches: list[Payload], estimate: FeeEstimate) -> None:
        copies, aboard = [], list[Origin]()
        for batch in batches:
            origins = await read_origins(
                self.settling.database, [(one.program_id, one.intent_id) for one in batch.items]
            )
            with batch_span("settle: sign", origins, chain=self.lane.chain_id):
                signing = await sign_batch(self.settling, self.lane, batch, estimate)
            aboard += origins
            _tell(signing, origins)
            await put_back(self.settling, signing.left, "it could not be signed now")
            if signing.copy is not None:
                copies.append(signing.copy)
                self.signed += 1
        with batch_span("settle: send", aboard, chain=self.lane.chain_id):
            outcome = await send(self.settling, self.lane, copies)
        if outcome.too_cheap or outcome.impossible:
            self._tended_at = float("-inf")

    async def _fees(self) -> FeeEstimate:
        if self._estimate is None or time.monotonic() - self._estimated_at > _FEES_HOLD_SECONDS:
            self._estimate = await estimate_fees(self.settling.chain, self.settling.max_fee_wei)
            self._estimated_at = time.monotonic()
        return self._estimate

    async def _put_back_rest(self) -> None:
        """What was claimed ahead goes back, so that nobody waits for its lease: due at once, or as the rest of a lane left."""
        if self._planning is not None:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                self._planning.cancel()  # it gives back what it claimed
            [plan] = await asyncio.gather(self._planning, return_exceptions=True)
            if isinstance(plan, Plan):
                self._ready += plan.batches
        for batch in self._ready:
            await put_back(
                self.settling,
                batch.items,
                "its worker stopped before it was signed",
                self._not_before,
            )


def _tell(signing: Signing, origins: Sequence[Origin]) -> None:
    if signing.copy is not None:
        left = {one.intent_id for one in signing.left}
        _LOG.info(
            "transaction signed",
            **signing.copy.names,
            **named([one for one in origins if one.intent_id not in left]),
        )
