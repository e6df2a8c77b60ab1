"""A Safe transaction that is proposed again after its owners changed."""

from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.planted import Planted
from tests.payouts.world import PayoutWorld


async def test_what_owners_of_earlier_signed_is_signed_anew(payout_world: PayoutWorld) -> None:
    world, paying = payout_world, Paying(payout_world)
    program, batch = await paying.approved(transactions=2)
    await paying.safe_call(program, "changeThreshold", 3, nonce=0)
    await paying.relay()
    await paying.finish()
    assert await paying.states(program) == [
        ("DEAD", "OWNERS_CHANGED", False),
        ("APPROVED", "OWNERS_CHANGED", True),
    ]
    # Else what is free again would join the second one, and make another of it.
    rows = await world.settling.rows(
        "SELECT affiliate_id FROM commission WHERE status = 'PAYABLE' ORDER BY affiliate_id"
    )
    for row in rows:
        await world.set_status(program, row["affiliate_id"], "SUSPENDED")

    again = await world.create(program, replaces=batch.id)
    assert await paying.states(program) == [
        ("DEAD", "OWNERS_CHANGED", False),
        ("PROPOSED", None, False),
    ]
    balances = await world.watching.balances(program)
    assert balances[("PAYOUT_IN_FLIGHT", 0)] == 0
    await world.check()

    content = await world.settling.value(
        "SELECT content_hash FROM payout_batch WHERE id = $1", again.batch_id
    )
    last = Planted(again.batch_id, content, batch.transactions[1:], batch.hashes[1:])
    await paying.approve(program, last, program.owners[2])
    assert (await paying.states(program))[1] == ("APPROVED", None, True)
    await world.check()
    assert await paying.relay() == 1
    await paying.finish()
    assert (await paying.states(program))[1] == ("EXECUTED", None, False)
    assert await world.commissions(program) == {"PAYABLE": 2 * USDC, "PAID": 2 * USDC}
    await world.check()
