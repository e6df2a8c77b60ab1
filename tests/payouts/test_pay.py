"""Approved, relayed, executed, posted: the whole way of a payout."""

from tests.contracts.items import USDC
from tests.payouts.paying import Paying


async def test_two_owners_sign_and_everybody_is_paid(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.batch(recipients=3)
    first = await paying.approve(program, batch, program.owners[0])
    assert not first.replayed
    assert await paying.states(program) == [("PROPOSED", None, False)]
    await world.check()
    await paying.approve(program, batch, program.owners[2])
    assert await paying.states(program) == [("APPROVED", None, True)]
    balances = await world.watching.balances(program)
    assert balances[("PAYOUT_IN_FLIGHT", 0)] == 3 * USDC
    await world.check()

    assert await paying.relay() == 1
    assert await paying.states(program) == [("EXECUTING", None, True)]
    assert world.settling.paid(program) == 27 * USDC
    assert await world.commissions(program) == {"PENDING_APPROVAL": 3 * USDC}
    await world.check()

    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert await paying.status(batch) == "COMPLETED"
    assert await world.commissions(program) == {"PAID": 3 * USDC}
    balances = await world.watching.balances(program)
    assert (balances[("PAYOUT_IN_FLIGHT", 0)], balances[("PAID_OUT", 0)]) == (0, 3 * USDC)
    assert not await world.settling.rows("SELECT FROM safe_relay WHERE live")
    assert [one["name"] for one in await paying.events()] == [
        "payout_batch.signed",
        "payout_batch.signed",
        "payout_batch.approved",
        "payout_batch.executing",
        "payout_batch.transaction_executed",
        "payout_batch.completed",
        "payout.paid",
        "payout.paid",
        "payout.paid",
    ]
    await world.check()
