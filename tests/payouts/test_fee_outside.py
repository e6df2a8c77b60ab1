"""The platform's fee that owners sent by themselves, or whose withdrawal a restored database has forgotten."""

import pytest

from app.domain.errors import RefusalCode
from tests.contracts.items import USDC
from tests.payouts.outside import Outside
from tests.payouts.paying import Paying
from tests.payouts.test_paid_outside import refused
from tests.payouts.test_withdrawals import HOME, WITH_FEE
from tests.payouts.world import PayoutProgram

_OWN = "SELECT kind, credits - debits AS units FROM account WHERE kind IN ('PROGRAM', 'PLATFORM')"


@pytest.fixture
def outside(paying: Paying) -> Outside:
    return Outside(paying)


async def earned(outside: Outside) -> PayoutProgram:
    """100 came in: 10 are an affiliate's, 1 is the platform's."""
    program = await outside.world.program(terms=WITH_FEE)
    [ann] = await outside.world.affiliates(program)
    await outside.world.earn(program, {ann: 10 * USDC})
    return program


async def own(outside: Outside) -> dict[str, int]:
    rows = await outside.world.settling.rows(_OWN)
    return {row["kind"]: int(row["units"]) for row in rows}


async def got(outside: Outside, program: PayoutProgram, *, fee: bool) -> None:
    """A withdrawal of 0.4 that owners have executed."""
    made = await outside.world.withdraw(program, "0.4", HOME, platform_fee=fee)
    await outside.world.execute(program, made.batch_id)
    await outside.paying.finish()


async def test_what_the_platform_got_is_not_owed_to_it_any_more(outside: Outside) -> None:
    """More than it had earned is the program's."""
    world = outside.world
    program = await earned(outside)
    await got(outside, program, fee=True)
    made = await world.withdraw(program, "0.4", HOME, platform_fee=True)
    outside.paying.by_the_way(program, HOME, USDC)
    await outside.paying.finish()
    # Owners can still execute it.
    assert await refused(outside.explain(program)) is RefusalCode.INVALID_STATE
    await world.reject(program, made.batch_id)
    await world.execute(program, (await world.close(program, made.batch_id)).batch_id)
    await outside.explain(program)
    assert await own(outside) == {"PROGRAM": 88_600_000, "PLATFORM": 0}
    outside.paying.by_the_way(program, HOME, USDC)
    await outside.paying.finish()
    await outside.explain(program)
    assert await own(outside) == {"PROGRAM": 87_600_000, "PLATFORM": 0}
    await world.check()


async def test_a_wallet_that_was_only_proposed_is_not_the_platforms(outside: Outside) -> None:
    """Who may propose would else say what the platform has got."""
    world = outside.world
    program = await earned(outside)
    made = await world.withdraw(program, "0.4", HOME, platform_fee=True)
    outside.paying.by_the_way(program, HOME, USDC)
    await outside.paying.finish()
    assert await refused(outside.explain(program)) is RefusalCode.INVALID_STATE
    await world.reject(program, made.batch_id)
    await world.execute(program, (await world.close(program, made.batch_id)).batch_id)
    await outside.explain(program)
    assert await own(outside) == {"PROGRAM": 88 * USDC, "PLATFORM": USDC}
    await world.check()


async def test_a_wallet_that_gets_the_programs_money_too_is_the_programs(outside: Outside) -> None:
    world = outside.world
    program = await earned(outside)
    for fee in (True, False):
        await got(outside, program, fee=fee)
    outside.paying.by_the_way(program, HOME, USDC)
    await outside.paying.finish()
    await outside.explain(program)
    assert await own(outside) == {"PROGRAM": 87_600_000, "PLATFORM": 600_000}
    await world.check()
