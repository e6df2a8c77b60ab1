"""Commissions become payable when their holding period is over, in program time."""

from datetime import timedelta
from functools import partial
from typing import Any

from app.services.execute import execute
from app.services.maturity import mature_commissions
from app.services.programs import advance_clock
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


async def _accrue(world: World, database: Any, program_id: int) -> None:
    affiliate = await world.affiliate(program_id, "ANN")
    owner = await Database.connect(database.superuser_dsn)
    async with owner.write(program_id) as unit:
        await unit.connection.execute("SET LOCAL session_replication_role = replica")
        await unit.connection.execute(_SETTLE, program_id, affiliate.affiliate_id, world.now)
    await owner.close()


async def _payable(world: World, program_id: int) -> list[int]:
    return [row["amount"] for row in await world.fetch(program_id, _PAYABLE)]


async def test_a_moved_clock_makes_payable_what_is_due(world: World, database: Any) -> None:
    program_id = (await world.program(test=True)).program_id
    await _accrue(world, database, program_id)
    key = key_of(program_id)
    to = world.now + timedelta(days=2)
    await world.run(program_id, advance_clock, key, program_id, to - timedelta(microseconds=1))
    assert await _payable(world, program_id) == [10]
    await world.run(program_id, advance_clock, key, program_id, to)
    assert await _payable(world, program_id) == [10, 20]


async def test_the_daily_job_matures_in_portions(
    world: World, worker: Database, database: Any
) -> None:
    program_id = (await world.program()).program_id
    await _accrue(world, database, program_id)
    mature = partial(
        mature_commissions,
        program_id=program_id,
        due_at=world.now + timedelta(days=4),
        now=world.now,
        limit=3,
    )
    counts = [await execute(worker, world.bells, None, mature) for _ in range(3)]
    assert counts == [3, 1, 0]
    assert await _payable(world, program_id) == [10, 20, 30, 40]
