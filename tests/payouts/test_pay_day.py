"""The daily run: once a day of a program's own time, whoever wakes it and however often."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.chain.client import Chain
from app.processes.payouts.pay_day import pay_day
from app.services.programs.change_programs import advance_clock, pause_program, resume_program
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.contracts.items import USDC
from tests.payouts.world import PayoutProgram, PayoutWorld

_BATCHES = "SELECT count(*) FROM payout_batch WHERE program_id = $1"
_DONE = "SELECT done_through FROM payout_day WHERE program_id = $1"
_MOVES = """
SELECT t.seq, t.from_status, t.to_status, t.actor FROM commission_transition t
 WHERE t.program_id = $1 ORDER BY t.commission_id, t.seq
"""


async def _run(world: PayoutWorld) -> int:
    return await pay_day(replace(world.payouts, database=world.settling.worker))


async def _move_clock(world: PayoutWorld, program: PayoutProgram, days: int) -> None:
    """The clock alone: what became due is the daily run's to find."""
    to = await world.program_now(program) + timedelta(days=days)
    await world.run(program, advance_clock, program.id, to)


async def _batches(world: PayoutWorld, program: PayoutProgram) -> Any:
    return await world.settling.value(_BATCHES, program.id)


async def test_a_day_matures_what_is_due_and_proposes_a_batch(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.earn(program, {ann: 3 * USDC})
    assert await _run(world) == 1
    assert await world.commissions(program) == {"ACCRUED": 3 * USDC}
    await _move_clock(world, program, 31)
    assert await _run(world) == 1
    assert await world.commissions(program) == {"PENDING_APPROVAL": 3 * USDC}
    moves = [tuple(row.values()) for row in await world.settling.rows(_MOVES, program.id)]
    assert moves == [
        (1, None, "ACCRUED", "job:watch_chain"),
        (2, "ACCRUED", "PAYABLE", "job:pay_day"),
        (3, "PAYABLE", "PENDING_APPROVAL", "job:pay_day"),
    ]
    done = await world.settling.value(_DONE, program.id)
    assert done == (await world.program_now(program)).date()
    await world.check()


async def test_twice_a_day_changes_nothing(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.earn(program, {ann: 3 * USDC})
    await _move_clock(world, program, 31)
    assert [await _run(world) for _ in range(3)] == [1, 0, 0]
    assert await _batches(world, program) == 1


async def test_two_at_once_do_it_once(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.earn(program, {ann: 3 * USDC})
    await _move_clock(world, program, 31)
    await asyncio.gather(*(_run(world) for _ in range(4)))
    assert await _run(world) == 0
    assert await _batches(world, program) == 1
    assert len(await world.settling.rows(_MOVES, program.id)) == 3
    await world.check()


async def test_days_that_were_missed_are_caught_up(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    await world.earn(program, {ann: 3 * USDC})
    await _move_clock(world, program, 31)
    await world.earn(program, {bob: 5 * USDC})
    await _move_clock(world, program, 365)
    assert await _run(world) == 1
    assert await world.commissions(program) == {"PENDING_APPROVAL": 8 * USDC}


async def test_a_paused_program_matures_and_gets_no_batch(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.earn(program, {ann: 3 * USDC})
    await world.run(program, pause_program, program.id, "a test")
    await _move_clock(world, program, 31)
    assert await _run(world) == 1
    assert await world.commissions(program) == {"PAYABLE": 3 * USDC}
    await world.run(program, resume_program, program.id, "a test")
    await _move_clock(world, program, 1)
    assert await _run(world) == 1
    assert await world.commissions(program) == {"PENDING_APPROVAL": 3 * USDC}


async def test_beside_a_live_batch_the_day_is_done_without_one(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    await world.payable(program, {ann: 3 * USDC})
    await world.create(program)
    await world.payable(program, {bob: 5 * USDC})
    assert await _run(world) == 1
    assert await _batches(world, program) == 1
    expected = {"PENDING_APPROVAL": 3 * USDC, "PAYABLE": 5 * USDC}
    assert await world.commissions(program) == expected


async def test_a_day_without_the_chain_is_taken_up_again(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 3 * USDC})
    away = replace(world.payouts, database=world.settling.worker, chains={})
    assert await pay_day(away) == 0
    assert await world.settling.value(_DONE, program.id) is None
    assert await _run(world) == 1
    assert await _batches(world, program) == 1


async def test_what_somebody_is_changing_keeps_the_day_open(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    earned = await world.earn(program, {ann: 3 * USDC, bob: 5 * USDC})
    await _move_clock(world, program, 31)
    async with world.settling.admin.write(program.id) as unit:
        await unit.connection.execute(
            "SELECT FROM commission WHERE id = $1 FOR UPDATE", earned[ann]
        )
        assert await asyncio.wait_for(_run(world), 30) == 0
    assert await world.commissions(program) == {"ACCRUED": 3 * USDC, "PAYABLE": 5 * USDC}
    assert await _run(world) == 1
    assert await world.commissions(program) == {"PENDING_APPROVAL": 8 * USDC}


@pytest.mark.long
async def test_a_safe_that_answers_slowly_keeps_nobody_elses_day_waiting(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    slow, quick = await world.program(), await world.program()
    for program in (slow, quick):
        [ann] = await world.affiliates(program)
        await world.earn(program, {ann: 3 * USDC})
        await _move_clock(world, program, 31)
    treasury = slow.treasury[2:].lower().encode()
    async with (
        proxy_before(world.chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=30.0) as chain,
    ):
        proxy.plan = lambda body: "wait" if treasury in body.lower() else "pass"
        parts = replace(world.payouts, database=world.settling.worker, chains={CHAIN_ID: chain})
        assert await pay_day(parts, patience=timedelta(seconds=2)) == 1
        proxy.released.set()
    assert (await _batches(world, slow), await _batches(world, quick)) == (0, 1)
    assert await _run(world) == 1
    assert await _batches(world, slow) == 1
