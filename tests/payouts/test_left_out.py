"""Who is in a batch, who is not, and why."""

from dataclasses import replace
from datetime import timedelta

from app.domain.amounts import AmountText
from tests.contracts.items import USDC
from tests.payouts.bulk import many_due
from tests.payouts.world import TEN_PERCENT, PayoutProgram, PayoutWorld
from tests.processes.watching_world import address_of
from tests.services.refusals import refused

_MINIMUM = replace(TEN_PERCENT, minimum_payout=AmountText("5", "USDC"))
_PAYOUTS = """
SELECT purpose, coalesce(affiliate_id, user_id) AS owner, amount FROM payout ORDER BY place
"""
_CHANGE_WALLET = """
WITH old AS (SELECT wallet FROM affiliate WHERE id = $2), changed AS (
  UPDATE affiliate SET wallet = $3 WHERE id = $2)
INSERT INTO affiliate_wallet_change (program_id, affiliate_id, n, old_wallet, new_wallet, old_signature, new_signature,
                                     changed_by, changed_at, pays_from)
SELECT $1, $2, 1, wallet, $3, '', '', 'test', $4, $4 FROM old
"""
_CHANGES = (
    "SELECT kind, affiliate_id, message FROM payout_batch_change WHERE batch_id = $1 ORDER BY place"
)


async def _payouts(world: PayoutWorld) -> list[tuple[str, int, int]]:
    rows = await world.settling.rows(_PAYOUTS)
    return [(row["purpose"], row["owner"], row["amount"]) for row in rows]


async def _change_wallet(
    world: PayoutWorld, program: PayoutProgram, affiliate: int, wallet: str, cool_down: timedelta
) -> None:
    pays_from = await world.program_now(program) + cool_down
    await world.settling.run(_CHANGE_WALLET, program.id, affiliate, wallet, pays_from)


async def test_only_who_can_be_paid_is(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program(terms=_MINIMUM)
    paid, suspended, gone, moved, little, owing = await world.affiliates(program, 6)
    amounts = dict.fromkeys([paid, suspended, gone, moved, owing], 5 * USDC)
    earned = await world.payable(program, amounts | {little: 5 * USDC - 1})
    await world.reverse(program, earned[owing])
    await world.set_status(program, suspended, "SUSPENDED")
    await world.set_status(program, gone, "TERMINATED")
    await _change_wallet(world, program, moved, address_of(77), timedelta(hours=1))
    await world.create(program)
    [payout, refund] = await _payouts(world)
    assert payout == ("COMMISSION", paid, 5 * USDC)
    assert (refund[0], refund[2]) == ("REFUND", 50 * USDC)
    assert await world.commissions(program) == {
        "PENDING_APPROVAL": 5 * USDC,
        "PAYABLE": 20 * USDC - 1,
        "REVERSED": 5 * USDC,
    }
    await world.check()


async def test_a_wallet_is_paid_when_its_cool_down_is_over(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})
    await _change_wallet(world, program, ann, address_of(78), timedelta(days=1))
    with refused("NOTHING_PAYABLE", "currency"):
        await world.create(program)
    await world.advance(program, days=1)
    made = await world.create(program)
    await world.execute(program, made.batch_id)
    assert world.chain.balance(address_of(78)) == USDC
    await world.check()


async def test_a_clawback_is_netted_by_the_next_batch(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    earned = await world.payable(program, {ann: 10 * USDC})
    await world.execute(program, (await world.create(program)).batch_id)
    await world.reverse(program, earned[ann], "30")
    await world.payable(program, {ann: 2 * USDC})
    await world.execute(program, (await world.create(program)).batch_id)
    # Three were clawed back of ten that are paid; two more are not enough: only the user's refund was due.
    assert await world.commissions(program) == {"PAID": 10 * USDC, "PAYABLE": -USDC}
    await world.payable(program, {ann: 4 * USDC})
    await world.execute(program, (await world.create(program)).batch_id)
    assert await world.commissions(program) == {"PAID": 13 * USDC}
    assert world.settling.paid(program) == (160 - 30 - 13) * USDC
    await world.check()


async def test_whom_the_token_refuses_is_excluded(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    bad = world.watching.new_wallet().address
    world.chain.send(world.chain.token.functions.blacklist(bad))
    [ann, bob] = await world.affiliates(program, 2)
    cat, itself = (
        await world.affiliate(program, bad),
        await world.affiliate(program, program.treasury),
    )
    await world.payable(program, dict.fromkeys([ann, cat, bob, itself], USDC))
    made = await world.create(program)
    assert [one[1] for one in await _payouts(world)] == [ann, bob]
    excluded = await world.settling.rows(
        "SELECT affiliate_id, amount, destination, reason FROM payout_exclusion ORDER BY place"
    )
    assert [(one["affiliate_id"], one["amount"]) for one in excluded] == [
        (cat, USDC),
        (itself, USDC),
    ]
    assert excluded[0]["destination"] == bad
    assert excluded[1]["reason"] == "The treasury does not pay itself."
    assert await world.commissions(program) == {
        "PENDING_APPROVAL": 2 * USDC,
        "PAYABLE": 2 * USDC,
    }
    await world.execute(program, made.batch_id)
    with refused("NOTHING_PAYABLE", "currency"):
        await world.create(program)
    await world.check()


async def test_a_short_treasury_may_be_planned_for(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})
    token = world.chain.deployment.token
    data = world.chain.token.encode_abi("transfer", args=[address_of(5), 10 * USDC])
    node = world.chain.node
    node.call("anvil_setBalance", program.treasury, hex(10**18))
    node.call("anvil_impersonateAccount", program.treasury)
    node.call("eth_sendTransaction", {"from": program.treasury, "to": token, "data": data})
    node.call("anvil_mine", "0x1")
    assert world.settling.paid(program) == 0
    made = await world.create(program)
    [safe_transaction] = await world.safes.listed(made.batch_id)
    assert safe_transaction["total"] == USDC


async def test_what_changed_is_said(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    ann, bob, cat = await world.affiliates(program, 3)
    await world.payable(program, dict.fromkeys([ann, bob, cat], USDC))
    first = (await world.create(program)).batch_id
    [everybody] = await world.settling.rows(_CHANGES, first)
    assert (everybody["kind"], everybody["affiliate_id"]) == ("NEW_RECIPIENT", None)
    await world.execute(program, first)
    wallet = await world.settling.value("SELECT wallet FROM affiliate WHERE id = $1", ann)
    poisoned = wallet[:6] + "0" * 32 + wallet[-4:]
    new = await world.affiliate(program, poisoned)
    await _change_wallet(world, program, bob, address_of(79), timedelta())
    await world.payable(program, {ann: USDC, bob: USDC, cat: 5 * USDC, new: USDC})
    second = (await world.create(program)).batch_id
    changes = await world.settling.rows(_CHANGES, second)
    assert [(one["kind"], one["affiliate_id"]) for one in changes] == [
        ("LOOK_ALIKE_ADDRESS", ann),
        ("WALLET_CHANGED", bob),
        ("AMOUNT_JUMP", cat),
        ("NEW_RECIPIENT", new),
        ("LOOK_ALIKE_ADDRESS", new),
    ]
    assert changes[2]["message"] == (
        "The last payout was 1.000000 USDC, this one is 5.000000 USDC: at least 5 times as much."
    )
    [safe_transaction] = await world.safes.listed(second)
    assert safe_transaction["safe_nonce"] == 1
    await world.check()


async def test_more_than_a_token_can_hold_is_refused(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    await many_due(world, program, affiliates=1, each=2, amount=2**255, funded=False)
    with refused("AMOUNT_OUT_OF_RANGE", "currency"):
        await world.create(program)
    assert await world.commissions(program) == {"PAYABLE": 2**256}


async def test_ten_thousand_lines_are_one_batch(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    await many_due(world, program, affiliates=1000, each=10, amount=USDC)
    made = await world.create(program)
    listed = await world.safes.listed(made.batch_id)
    assert [one["payout_count"] for one in listed] == [200] * 5
    assert [one["safe_nonce"] for one in listed] == list(range(5))
    assert sum(one["simulated_passed"] for one in listed) == 1000
    [safe_transaction, *_] = listed
    assert await world.safes.execute(safe_transaction["id"], program.owners[:2])
    [counted] = await world.settling.rows(
        "SELECT count(*) AS lines, count(DISTINCT line_id) AS once, sum(amount) AS total FROM payout_line"
    )
    assert counted == {"lines": 10_000, "once": 10_000, "total": 10_000 * USDC}
