"""Commissions become payable when their holding period is over, in program time."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from app.domain.actors import PAYMASTER
from app.processes.advance_clock import advance_clock
from app.processes.payouts.mature import mature_due
from app.services.execute import execute
from app.services.payouts.maturity import mature_commissions
from app.services.programs.change_programs import advance_clock as move_clock
from app.store.database import Database
from tests.services.world import World, key_of

# What the posting of a settlement leaves, without a chain.
_SETTLE = """
WITH joined AS (
  INSERT INTO program_user (program_id, public_id, wallet, created_at)
  VALUES ($1, gen_random_uuid(), '0x' || repeat('ab', 20), $3) RETURNING id
), asked AS (
  INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id,
                      payload, terms_version, upline, created_by, created_at)
  SELECT $1, gen_random_uuid(), 'REGISTRATION', 'k', '', sha256('k'), 31337, '0x' || repeat('ab', 20), id, '{}', 1,
         ARRAY[$2::bigint], 'test', $3 FROM joined RETURNING id
), settled AS (
  INSERT INTO settlement (program_id, id, intent_id, confirmed_at)
  SELECT $1, gen_random_uuid(), id, $3 FROM asked RETURNING id
)
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount, currency,
                        status, accrued_at, payable_at)
SELECT $1, gen_random_uuid(), id, $2, n, 100, 1, 1000, 10 * n, 'USDC', 'ACCRUED', $3,
       $3::timestamptz + make_interval(days => n) FROM settled, generate_series(1, 5) AS n
"""
_PAYABLE = "SELECT amount FROM commission WHERE status = 'PAYABLE' ORDER BY amount"
_MOVES = (
    "SELECT seq, from_status, to_status, actor FROM commission_transition ORDER BY commission_id"
)


async def _accrue(world: World, database: Any, program_id: int) -> None:
    affiliate = await world.affiliate(program_id, "ANN")
    owner = await Database.connect(database.superuser_dsn)
    async with owner.write(program_id) as unit:
        await unit.connection.execute("SET LOCAL session_replication_role = replica")
        await unit.connection.execute(_SETTLE, program_id, affiliate.affiliate_id, world.now)
    await owner.close()


async def _payable(world: World, program_id: int) -> list[int]:
    return [row["amount"] for row in await world.fetch(program_id, _PAYABLE)]


async def _advance(world: World, program_id: int, to: datetime) -> None:
    await advance_clock(
        world.api,
        world.bells,
        lambda: world.now,
        authority=key_of(program_id),
        program_id=program_id,
        to=to,
    )


async def test_a_moved_clock_makes_payable_what_is_due(world: World, database: Any) -> None:
    program_id = (await world.program(test=True)).program_id
    await _accrue(world, database, program_id)
    to = world.now + timedelta(days=2)
    await _advance(world, program_id, to - timedelta(microseconds=1))
    assert await _payable(world, program_id) == [10]
    await _advance(world, program_id, to)
    assert await _payable(world, program_id) == [10, 20]
    assert "pay_day" in world.bells.jobs_rung


async def test_the_clock_moved_again_finishes_what_a_crash_left(
    world: World, database: Any
) -> None:
    program_id = (await world.program(test=True)).program_id
    await _accrue(world, database, program_id)
    to = world.now + timedelta(days=3)
    await world.run(program_id, move_clock, key_of(program_id), program_id, to)
    assert await _payable(world, program_id) == []
    await _advance(world, program_id, to)
    assert await _payable(world, program_id) == [10, 20, 30]


async def test_maturing_goes_in_portions_and_twice_changes_nothing(
    world: World, worker: Database, database: Any
) -> None:
    program_id = (await world.program()).program_id
    await _accrue(world, database, program_id)
    mature = partial(
        mature_commissions,
        program_id=program_id,
        actor=PAYMASTER,
        now=world.now + timedelta(days=4),
        limit=3,
    )
    counts = [await execute(worker, world.bells, program_id, mature) for _ in range(3)]
    assert counts == [3, 1, 0]
    assert await _payable(world, program_id) == [10, 20, 30, 40]
    moves = await world.fetch(program_id, _MOVES)
    assert [tuple(row) for row in moves] == [(2, "ACCRUED", "PAYABLE", PAYMASTER)] * 4


async def test_two_at_once_mature_everything_once(
    world: World, worker: Database, database: Any
) -> None:
    program_id = (await world.program()).program_id
    await _accrue(world, database, program_id)
    later = world.now + timedelta(days=9)
    counts = await asyncio.gather(
        *(mature_due(worker, world.bells, program_id, PAYMASTER, lambda: later) for _ in range(4))
    )
    assert sum(counts) == 5
    assert len(await world.fetch(program_id, _MOVES)) == 5
