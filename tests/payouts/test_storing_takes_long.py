"""A batch of many lines takes seconds to store: nobody else waits for it, and a worker may end before it does."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from app.processes.payouts import propose
from app.processes.settlement.lane_leases import lease_lane, release_lane
from app.services.execute import execute
from app.services.payouts.propose_batch import propose_batch
from app.store.chain import signing
from app.store.database import UnitOfWork
from app.store.payouts.treasuries import lock_treasury
from app.store.rules_lock import share_rules
from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.refusals import refused

_WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
_READ_ON = "SELECT FROM consumed_through WHERE program_id = $1 FOR UPDATE"


async def test_acceptance_posting_and_signing_go_on(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 3 * USDC})
    made = await others_go_on_beside(world, program, world.create(program))
    assert not made.replayed
    await world.check()


async def test_they_do_beside_a_reversal_that_waits_for_the_storing(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    earned = await world.payable(program, {ann: 3 * USDC})
    await others_go_on_beside(world, program, world.reverse(program, earned[ann]))
    assert await world.commissions(program) == {"REVERSED": 3 * USDC}
    await world.check()


async def test_they_do_beside_a_proof_that_waits_for_the_storing(payout_world: PayoutWorld) -> None:
    """The watcher reads on for every program of the chain: no program's row keeps it."""
    world, paying = payout_world, Paying(payout_world)
    program, _ = await paying.batch()
    await paying.safe_call(program, "changeThreshold", 2, nonce=0)
    await paying.end()
    world.watching.mine(3)
    await world.watching.turn()
    await others_go_on_beside(world, program, paying.end())
    assert await paying.states(program) == [("DEAD", "STALE_NONCE", False)]
    await world.check()


async def others_go_on_beside(
    world: PayoutWorld, program: PayoutProgram, work: Coroutine[Any, Any, Any]
) -> Any:
    """What the work gives, which waits for the treasury at first; meanwhile others lock what they need."""
    settling = world.settling

    async def accept_post_and_sign(unit: UnitOfWork) -> None:
        await share_rules(unit, program.id)
        assert await signing.active_programs(unit, [program.id]) == {program.id}
        await unit.connection.execute(_READ_ON, program.id)

    async with settling.admin.write(None) as busy:
        await lock_treasury(busy, program.id)
        waiting = asyncio.create_task(work)
        async with asyncio.timeout(10):
            while True:
                await asyncio.sleep(0.05)
                if await settling.value(_WAITING):
                    break
            await execute(settling.worker, settling.bells, None, accept_post_and_sign)
        assert not waiting.done()
    return await waiting


@pytest.mark.long
async def test_the_other_programs_of_the_chain_are_read_on(paying: Paying) -> None:
    world, settling = paying.world, paying.world.settling
    program, batch = await paying.approved()
    other = await world.program()
    [bob] = await world.affiliates(other)
    users = "SELECT count(*) FROM program_user WHERE program_id = $1 AND registered_at IS NOT NULL"
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    async with settling.admin.write(None) as busy:
        await lock_treasury(busy, program.id)
        async with asyncio.timeout(30):
            world.watching.mine(3)
            await world.watching.turn()
            await world.watching.register(other, world.watching.new_wallet(), bob)
            await world.watching.settle_and_finish()
        assert await settling.value(users, other.id) == 1
        assert await paying.states(program) == [("APPROVED", None, True)]
    await world.watching.turn()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    await world.check()


@pytest.mark.long
async def test_no_lane_waits_for_it(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    other, _ = await paying.approved()
    somebody = world.settling.settling("somebody else")
    held = await lease_lane(somebody)
    assert held is not None
    noted = asyncio.Event()
    points: list[str] = []

    def at_point(point: str) -> None:
        points.append(point)
        if points.count("relay.noted") == 2:
            noted.set()

    relaying = asyncio.create_task(paying.relay(at_point=at_point))
    await noted.wait()
    async with world.settling.admin.write(None) as busy:
        await lock_treasury(busy, program.id)
        await release_lane(somebody, held)
        async with asyncio.timeout(10):
            assert await relaying == 1
    assert await paying.states(program) == [("APPROVED", None, True)]
    assert await paying.states(other) == [("EXECUTING", None, True)]
    assert await paying.relay() == 1


class Ended(Exception):
    """The process ends here."""


async def test_a_claimed_key_makes_its_batch_later(
    payout_world: PayoutWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 3 * USDC})

    async def end(_unit: UnitOfWork, **_: object) -> None:
        raise Ended

    with monkeypatch.context() as ending:
        ending.setattr(propose, "propose_batch", end)
        with pytest.raises(Ended):
            await world.create(program, idempotency_key="once")
    assert propose.propose_batch is propose_batch
    claimed = await world.settling.value(
        "SELECT result FROM operation_key WHERE idempotency_key = 'once'"
    )
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await world.create(program, "EUR", idempotency_key="once")
    made = await world.create(program, idempotency_key="once")
    assert (str(made.batch_id), made.replayed) == (claimed, False)
    assert (await world.create(program, idempotency_key="once")).replayed
    await world.check()
