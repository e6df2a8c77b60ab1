"""Leases of lanes: one holder at a time, and an old fence writes nothing."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from app.domain.states import LaneStatus
from app.processes.ensure_lanes import ensure_lanes
from app.services.execute import execute
from app.store import lanes
from app.store.lanes import LaneLease, LaneLost
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.processes.settling_world import SettlingWorld, signers

LEASE = timedelta(seconds=30)


async def _lease(world: SettlingWorld, holder: str, now: datetime) -> LaneLease | None:
    lease = partial(
        lanes.lease,
        chain_id=world.chain.chain_id,
        relayers=list(world.signers),
        holder=holder,
        now=now,
        until=now + LEASE,
    )
    return await execute(world.worker, world.bells, None, lease)


async def test_an_old_fence_writes_nothing(settling_world: SettlingWorld) -> None:
    world, now = settling_world, settling_world.clock()
    await world.lanes()
    first = await _lease(world, "same name", now)
    assert first is not None
    assert await _lease(world, "other", now) is None
    second = await _lease(world, "same name", now + LEASE)
    assert second is not None
    assert second.fence == first.fence + 1

    for use in (
        partial(lanes.lock, lane=first, now=now),
        partial(lanes.renew, lane=first, until=now + 3 * LEASE),
    ):
        with pytest.raises(LaneLost):
            await execute(world.worker, world.bells, None, use)
    await execute(world.worker, world.bells, None, partial(lanes.release, lane=first))
    lock = partial(lanes.lock, lane=second, now=now + LEASE)
    assert (await execute(world.worker, world.bells, None, lock)).status is LaneStatus.ACTIVE


async def test_a_lease_that_ran_out_signs_nothing_until_it_is_renewed(
    settling_world: SettlingWorld,
) -> None:
    world, now = settling_world, settling_world.clock()
    await world.lanes()
    lane = await _lease(world, "slow", now)
    assert lane is not None
    lock = partial(lanes.lock, lane=lane, now=now + LEASE)
    with pytest.raises(LaneLost):
        await execute(world.worker, world.bells, None, lock)
    renew = partial(lanes.renew, lane=lane, until=now + 2 * LEASE)
    await execute(world.worker, world.bells, None, renew)
    await execute(world.worker, world.bells, None, lock)


async def test_lanes_start_after_everything_their_key_ever_sent(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    await world.lanes()
    [relayer] = signers(RELAYER_KEY)
    [lane] = await world.rows("SELECT * FROM lane")
    assert (lane["relayer"], lane["status"]) == (relayer, "ACTIVE")
    assert lane["next_nonce"] == await world.chain.nonce(relayer)
    assert lane["balance_wei"] == await world.chain.balance(relayer)
    await world.run("UPDATE lane SET next_nonce = 77")
    await ensure_lanes(world.worker, world.bells, world.chain, world.signers, world.clock)
    assert [one["next_nonce"] for one in await world.rows("SELECT next_nonce FROM lane")] == [77]
