"""Lanes by the numbers: what a relayer still owns, whether its nonces are its own, how long its oldest waits."""

from datetime import datetime, timedelta
from functools import partial

import structlog

from app.chain.client import Chain
from app.domain.actors import LANE_CHECKER
from app.domain.clock import Clock
from app.domain.health.thresholds import LANE_LOW_WEI, LANE_MUCH_WEI
from app.domain.states import LaneStatus
from app.processes.settlement.settling import LEAST_BALANCE_WEI
from app.services.execute import Bells, execute
from app.services.settlement.foreign_nonces import note_used_nonces
from app.services.settlement.move_lane import move_lane
from app.store.chain import lanes
from app.store.chain.lanes import LaneLook
from app.store.database import Database, UnitOfWork

_LOG = structlog.get_logger()
_STUCK_AFTER = timedelta(minutes=10)


async def check_lanes(database: Database, bells: Bells, chain: Chain, clock: Clock) -> None:
    """Reads each relayer's balance and nonce: a poor lane takes no new work until it is funded again, and one whose key
    somebody else uses is halted until a person says so.
    """
    async with database.read(None) as session:
        found = await lanes.looks(session, chain.chain_id)
    held = await chain.holdings([lane.relayer for lane in found])
    for lane, (balance, used) in zip(found, held, strict=True):
        store = partial(_store, lane=lane, balance=balance, used=used, now=clock())
        await execute(database, bells, None, store)
        _tell(chain, clock, lane, balance)


async def _store(unit: UnitOfWork, lane: LaneLook, balance: int, used: int, now: datetime) -> None:
    await lanes.set_balance(unit, lane.lane_id, balance, now)
    if await note_used_nonces(unit, lane.lane_id, used, LANE_CHECKER, now):
        _LOG.error("relayer's key is in foreign hands", relayer=lane.relayer)
    elif balance < LEAST_BALANCE_WEI and lane.status is LaneStatus.ACTIVE:
        await move_lane(
            unit,
            lane.lane_id,
            LaneStatus.DRAINING,
            actor=LANE_CHECKER,
            at=now,
            reason=f"the relayer owns {balance} wei",
        )
    elif balance >= LEAST_BALANCE_WEI and lane.status is LaneStatus.DRAINING:
        await move_lane(
            unit,
            lane.lane_id,
            LaneStatus.ACTIVE,
            actor=LANE_CHECKER,
            at=now,
            reason=f"the relayer owns {balance} wei",
        )
        unit.wake("settle_intents")


def _tell(chain: Chain, clock: Clock, lane: LaneLook, balance: int) -> None:
    log = _LOG.bind(chain=chain.chain_id, relayer=lane.relayer)
    if balance < LEAST_BALANCE_WEI:
        log.error("relayer is out of funds", wei=str(balance), least_wei=str(LEAST_BALANCE_WEI))
    elif not LANE_LOW_WEI <= balance <= LANE_MUCH_WEI:
        usual = f"{LANE_LOW_WEI} to {LANE_MUCH_WEI}"
        log.warning("relayer's balance is unusual", wei=str(balance), usual_wei=usual)
    if lane.oldest_at is not None and clock() - lane.oldest_at > _STUCK_AFTER:
        log.error("lane is stuck", since=lane.oldest_at.isoformat(), in_flight=lane.in_flight)
