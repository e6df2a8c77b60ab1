"""Approved, relayed, executed, posted: the whole way of a payout."""

from dataclasses import replace

from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.world import TEN_PERCENT


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


async def test_commissions_refunds_and_withdrawals_go_the_same_way(paying: Paying) -> None:
    world = paying.world
    program = await world.program(terms=replace(TEN_PERCENT, platform_fee_bps=100))
    await world.settling.lanes()
    ann, bob = await world.affiliates(program, 2)
    earned = await world.payable(program, {ann: 2 * USDC, bob: USDC})
    await world.reverse(program, earned[bob], "5")
    await paying.pay(program, (await world.create(program)).batch_id)
    assert await world.commissions(program) == {"PAID": 2 * USDC + USDC // 2}
    [refund] = await world.settling.rows("SELECT status, paid_at FROM refund")
    assert (refund["status"], refund["paid_at"] is None) == ("PAID", False)
    home = world.watching.new_wallet().address
    await paying.pay(program, (await world.withdraw(program, "3", home)).batch_id)
    fee = await world.withdraw(program, "0.25", home, platform_fee=True)
    await paying.pay(program, fee.batch_id)
    assert world.chain.balance(home) == 3 * USDC + USDC // 4
    paid = [
        (one["data"]["purpose"], one["data"]["amount"])
        for one in await paying.events("payout.paid")
    ]
    assert paid == [
        ("COMMISSION", "2000000"),
        ("COMMISSION", "500000"),
        ("REFUND", "5000000"),
        ("WITHDRAWAL", "3000000"),
        ("WITHDRAWAL", "250000"),
    ]
    await world.check()


async def test_what_is_reversed_after_the_approval_is_paid_and_clawed_back(paying: Paying) -> None:
    world = paying.world
    program = await world.program()
    await world.settling.lanes()
    [ann] = await world.affiliates(program)
    earned = await world.payable(program, {ann: 2 * USDC})
    batch = await paying.of((await world.create(program)).batch_id)
    for owner in program.owners[:2]:
        await paying.approve(program, batch, owner)
    await world.reverse(program, earned[ann])
    await world.check()
    assert await paying.relay() == 1
    await world.check()
    await paying.finish()
    assert await paying.status(batch) == "COMPLETED"
    assert await world.commissions(program) == {"PAID": 2 * USDC, "PAYABLE": -2 * USDC}
    await world.check()


async def test_a_rejected_batch_is_closed_and_its_lines_are_paid_later(paying: Paying) -> None:
    world = paying.world
    program = await world.program()
    await world.settling.lanes()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 2 * USDC})
    batch = await paying.of((await world.create(program)).batch_id)
    for owner in program.owners[:2]:
        await paying.approve(program, batch, owner)
    await world.reject(program, batch.id)
    await world.check()
    await paying.pay(program, (await world.close(program, batch.id)).batch_id)
    assert await paying.status(batch) == "REJECTED"
    assert await world.commissions(program) == {"PAYABLE": 2 * USDC}
    await world.check()
    await paying.pay(program, (await world.create(program)).batch_id)
    assert await world.commissions(program) == {"PAID": 2 * USDC}
    await world.check()


async def test_a_replacement_takes_over_what_was_refused(paying: Paying) -> None:
    world = paying.world
    program = await world.program()
    await world.settling.lanes()
    ann, bob = await world.affiliates(program, 2)
    await world.payable(program, {ann: 2 * USDC, bob: USDC})
    old = await paying.of((await world.create(program)).batch_id)
    for owner in program.owners[:2]:
        await paying.approve(program, old, owner)
    refused = await world.settling.value(
        "SELECT destination FROM payout WHERE affiliate_id = $1", ann
    )
    world.chain.send(world.chain.token.functions.blacklist(refused))
    assert await paying.relay() == 0
    assert await paying.states(program) == [("APPROVED", "RECIPIENT_REFUSED", True)]
    new = await world.create(program, replaces=old.id)
    await paying.pay(program, new.batch_id)
    assert await paying.status(old) == "FAILED"
    assert await paying.states(program) == [
        ("DEAD", "RECIPIENT_REFUSED", False),
        ("EXECUTED", None, False),
    ]
    assert await world.commissions(program) == {"PAID": USDC, "PAYABLE": 2 * USDC}
    await world.check()
