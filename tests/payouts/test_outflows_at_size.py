"""An outflow to somebody who is owed very much: the explanation reads what it can pay, and pays the same as if it read all."""

import random
from datetime import timedelta
from uuid import UUID

from app.domain.ids import new_id
from app.domain.outflows import OpenLine, OwedTo, PaidTo, paid_by_outflow
from app.domain.payees import Payee
from app.domain.payouts import PayoutPurpose
from app.store.treasury.outflows import lock_unpaid
from tests.contracts.items import USDC
from tests.payouts.bulk import many_due
from tests.payouts.world import PayoutProgram, PayoutWorld

# Refer to nothing, like those of tests/payouts/bulk.py.
_LINES = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount, currency,
                        status, accrued_at, payable_at, claws_back)
SELECT $1, id, gen_random_uuid(), $2, 1, 1000, 1, 10 * abs(amount), amount, 'USDC', 'ACCRUED', at, at,
       CASE WHEN amount < 0 THEN gen_random_uuid() END
  FROM unnest($3::uuid[], $4::numeric[], $5::timestamptz[]) AS l (id, amount, at)
"""
_DRAWS = 40


async def _read(
    world: PayoutWorld, program: PayoutProgram, affiliate: int, units: int
) -> tuple[dict[UUID, int], int]:
    """The lines that it reads, and what the others sum to."""
    async with world.settling.api.write(program.id) as unit:
        found = await lock_unpaid(unit, affiliate, "USDC", units)
        return {id_: one.earned.amount.units for id_, one in found.by_id.items()}, found.beyond


async def test_only_what_it_pays_is_read(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [affiliate] = await many_due(
        world, program, affiliates=1, each=20_000, amount=USDC, funded=False
    )
    lines, beyond = await _read(world, program, affiliate, 5 * USDC // 2)
    assert (len(lines), beyond) == (3, 19_997 * USDC)


async def test_the_same_is_paid_as_of_all_lines(payout_world: PayoutWorld) -> None:
    """Clawbacks may bring what is due back below the amount, far behind; and who comes second gets what the first leaves."""
    world, chance = payout_world, random.Random(5)
    program = await world.program()
    for affiliate in await world.affiliates(program, _DRAWS):
        amounts = [chance.choice((-7, -3, -2, 1, 2, 3, 5, 8)) for _ in range(chance.randrange(12))]
        every = {new_id(): amount for amount in amounts}
        await _insert(world, program, affiliate, every)
        units = chance.randrange(1, 20)
        read, beyond = await _read(world, program, affiliate, units)
        payee = Payee(PayoutPurpose.COMMISSION, affiliate)
        for left in range(1, units + 1):
            assert _paid(OwedTo(payee, _open(read), beyond), left) == _paid(
                OwedTo(payee, _open(every)), left
            ), (amounts, units)


def _paid(owed: OwedTo, units: int) -> list[PaidTo]:
    return paid_by_outflow(units, [owed])


def _open(lines: dict[UUID, int]) -> tuple[OpenLine, ...]:
    return tuple(OpenLine(id_, amount) for id_, amount in lines.items())


async def _insert(
    world: PayoutWorld, program: PayoutProgram, affiliate: int, lines: dict[UUID, int]
) -> None:
    """In the order in which they become due."""
    now = world.settling.clock()
    due = [now + timedelta(minutes=place) for place in range(len(lines))]
    async with world.settling.admin.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            _LINES, program.id, affiliate, list(lines), list(lines.values()), due
        )
