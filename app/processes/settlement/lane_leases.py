"""Leases of lanes, for whoever signs."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from app.processes.handing_back import hand_back
from app.processes.settlement.settling import LANE_LEASE, Settling
from app.services.execute import execute
from app.store.chain import lanes
from app.store.chain.lanes import LaneLease
from app.store.database import UnitOfWork


async def lease_lane(settling: Settling, besides: Sequence[UUID] = ()) -> LaneLease | None:
    """A lane of ours that nobody holds, none of those named; None when there is none."""

    async def lease(unit: UnitOfWork) -> LaneLease | None:
        now = settling.clock()
        return await lanes.lease(
            unit,
            settling.chain.chain_id,
            list(settling.signers),
            settling.holder,
            now=now,
            until=now + LANE_LEASE,
            besides=besides,
        )

    return await execute(settling.database, settling.bells, None, lease)


async def release_lane(settling: Settling, lane: LaneLease) -> None:
    """Gives it back, if it is still held; waits for a database that is away."""
    give_up = partial(lanes.release, lane=lane)
    await hand_back(settling.database, settling.bells, give_up)
