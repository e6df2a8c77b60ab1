"""The world that payouts are tested in is itself right."""

from tests.contracts.items import USDC
from tests.payouts.world import PayoutWorld


async def test_affiliates_earn_what_the_test_says(payout_world: PayoutWorld) -> None:
    program = await payout_world.program()
    ann, bob = await payout_world.affiliates(program, 2)
    await payout_world.earn(program, {ann: 3 * USDC, bob: 5 * USDC})
    assert await payout_world.commissions(program) == {"ACCRUED": 8 * USDC}
    earned = await payout_world.payable(program, {ann: 2 * USDC})
    assert list(earned) == [ann]
    assert await payout_world.commissions(program) == {"PAYABLE": 10 * USDC}
    assert payout_world.settling.paid(program) == 100 * USDC
    await payout_world.check()


async def test_a_suspended_affiliate_keeps_what_was_earned(payout_world: PayoutWorld) -> None:
    program = await payout_world.program()
    [ann] = await payout_world.affiliates(program)
    await payout_world.earn(program, {ann: USDC})
    await payout_world.set_status(program, ann, "SUSPENDED")
    await payout_world.advance(program, days=30)
    assert await payout_world.commissions(program) == {"PAYABLE": USDC}
    await payout_world.check()
