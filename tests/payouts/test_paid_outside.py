"""Money that left the treasury by itself and reached those whom it was owed: they are never paid that again."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from app.domain.errors import Refusal, RefusalCode
from app.domain.explanations import outflow_journal
from app.domain.money import Money
from app.domain.payouts import PayoutPurpose
from app.domain.permissions import Authority
from app.domain.typed_ids import typed_id
from app.services.discrepancies.explain_outflow import read_outflow
from app.store.database import UnitOfWork
from app.store.discrepancies.rows import resolve
from app.store.ledger.posting import post
from app.store.treasury.outflows import PaidLines, pay_outside
from tests.contracts.items import USDC
from tests.payouts.outside import Outside
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram

_PAYERS = "SELECT wallet, public_id FROM program_user WHERE program_id = $1"
_PAYER = """
SELECT u.wallet FROM refund r JOIN program_user u ON u.program_id = r.program_id AND u.id = r.user_id WHERE r.program_id = $1
"""


@pytest.fixture
def outside(paying: Paying) -> Outside:
    return Outside(paying)


async def refused(call: Any) -> RefusalCode:
    with pytest.raises(Refusal) as refusal:
        await call
    return refusal.value.code


async def test_what_paid_a_commission_is_not_paid_again(outside: Outside) -> None:
    world = outside.world
    program = await world.program()
    first, second = await world.affiliates(program, 2)
    await world.payable(program, {first: 3 * USDC, second: 2 * USDC})
    wallets = [await outside.wallet(program, one) for one in (first, second)]
    await outside.send(program, wallets[0], 3 * USDC)

    # Until somebody says what it was, nothing goes on.
    assert await refused(outside.resume(program)) is RefusalCode.INVALID_STATE
    assert await refused(world.create(program)) is RefusalCode.INVALID_STATE
    await outside.explain(program)
    assert await world.commissions(program) == {"PAID": 3 * USDC, "PAYABLE": 2 * USDC}
    await world.check()

    await outside.resume(program)
    await outside.pay_all(program)
    paid = [outside.balance(one) for one in wallets]
    assert paid == [3 * USDC, 2 * USDC]
    assert await refused(world.create(program)) is RefusalCode.NOTHING_PAYABLE
    await world.check()


async def test_a_part_is_netted(outside: Outside) -> None:
    """Two commissions of 3 and 2, of which 4 was sent: the first and half of the second."""
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    for units in (3 * USDC, 2 * USDC):
        await world.payable(program, {affiliate: units})
    wallet = await outside.wallet(program, affiliate)
    await outside.send(program, wallet, 4 * USDC)
    await outside.explain(program)
    assert await world.commissions(program) == {"PAID": 3 * USDC, "PAYABLE": 1 * USDC}
    await world.check()
    await outside.resume(program)
    await outside.pay_all(program)
    assert outside.balance(wallet) == 5 * USDC
    assert await world.commissions(program) == {"PAID": 4 * USDC}
    await world.check()


async def test_parts_one_after_the_other(outside: Outside) -> None:
    """What the first part has charged is paid off by the second, as a line of its own."""
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    await world.payable(program, {affiliate: 10 * USDC})
    wallet = await outside.wallet(program, affiliate)
    for units, left in ((4 * USDC, {"PAYABLE": 6 * USDC}), (6 * USDC, {"PAID": 6 * USDC})):
        await outside.send(program, wallet, units)
        await outside.explain(program)
        assert await world.commissions(program) == left
        await world.check()
    await outside.resume(program)
    assert await refused(world.create(program)) is RefusalCode.NOTHING_PAYABLE


async def test_more_than_was_owed_is_the_programs(outside: Outside) -> None:
    """A commission that is ACCRUED counts too; what was sent above it nobody was owed."""
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    await world.earn(program, {affiliate: 3 * USDC})
    wallet = await outside.wallet(program, affiliate)
    await outside.send(program, wallet, 5 * USDC)
    await outside.explain(program)
    assert await world.commissions(program) == {"PAID": 3 * USDC}
    await outside.resume(program)
    await world.advance(program, days=31)
    assert await refused(world.create(program)) is RefusalCode.NOTHING_PAYABLE
    await world.check()


async def test_a_refund_is_not_paid_again(outside: Outside) -> None:
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    commission = (await world.payable(program, {affiliate: 1 * USDC}))[affiliate]
    await world.reverse(program, commission, "4")
    payer = await world.settling.value(_PAYER, program.id)
    await outside.send(program, payer, 4 * USDC)
    await outside.explain(program)
    assert await world.settling.value("SELECT status FROM refund") == "PAID"
    await world.check()


async def test_money_for_a_payer_is_the_programs_only_when_somebody_says_so(
    outside: Outside,
) -> None:
    """It may be the refund of a reversal that a restored database has forgotten: that is sent again before."""
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    commission = (await world.payable(program, {affiliate: 1 * USDC}))[affiliate]
    [payer] = await world.settling.rows(_PAYERS, program.id)
    await outside.send(program, payer["wallet"], 5 * USDC)
    name = typed_id("usr", payer["public_id"])
    with pytest.raises(Refusal, match=name) as refusal:
        await outside.explain(program)
    assert refusal.value.code is RefusalCode.INVALID_STATE
    assert refusal.value.field == ("note",)
    await world.reverse(program, commission, "4")
    await outside.explain(program, f"{name} was to get 4, and 1 as a present")
    assert await world.settling.value("SELECT status FROM refund") == "PAID"
    assert await outside.open(program) == []
    await world.check()


async def owed_refunds(outside: Outside, *amounts: str) -> tuple[PayoutProgram, str]:
    """A program that owes these to one payer, and the payer's wallet."""
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    commission = (await world.payable(program, {affiliate: 1 * USDC}))[affiliate]
    for amount in amounts:
        await world.reverse(program, commission, amount)
    return program, await world.settling.value(_PAYER, program.id)


async def test_a_refund_that_is_not_the_oldest_is_not_paid_again(outside: Outside) -> None:
    program, payer = await owed_refunds(outside, "4", "5")
    await outside.send(program, payer, 5 * USDC)
    await outside.explain(program)
    refunds = await outside.world.settling.rows("SELECT amount, status FROM refund ORDER BY amount")
    assert [(int(row["amount"]), row["status"]) for row in refunds] == [
        (4 * USDC, "OWED"),
        (5 * USDC, "PAID"),
    ]
    await outside.world.check()


async def test_a_part_of_a_refund_is_the_programs_only_by_the_refunds_name(
    outside: Outside,
) -> None:
    program, payer = await owed_refunds(outside, "4")
    await outside.send(program, payer, 3 * USDC)
    [row] = await outside.world.settling.rows("SELECT id FROM refund")
    [user] = await outside.world.settling.rows("SELECT public_id FROM program_user")
    note = typed_id("usr", user["public_id"])
    with pytest.raises(Refusal, match=f"on top.*{typed_id('rev', row['id'])}"):
        await outside.explain(program, note)
    await outside.explain(program, f"{note} {typed_id('rev', row['id'])}: a gift")
    assert await outside.world.settling.value("SELECT status FROM refund") == "OWED"
    await outside.world.check()


async def test_what_a_batch_pays_is_not_taken_for_paid(outside: Outside) -> None:
    """Owners may still execute it: it is closed first, which is possible meanwhile."""
    paying, world = outside.paying, outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    await world.payable(program, {affiliate: 3 * USDC})
    batch = (await world.create(program)).batch_id
    wallet = await outside.wallet(program, affiliate)
    paying.by_the_way(program, wallet, 3 * USDC)
    await paying.finish()
    assert await refused(outside.explain(program)) is RefusalCode.INVALID_STATE
    await world.reject(program, batch)
    closing = (await world.close(program, batch)).batch_id
    await world.execute(program, closing)
    await outside.explain(program)
    assert await world.commissions(program) == {"PAID": 3 * USDC}
    await world.check()


async def test_the_database_refuses_by_itself(outside: Outside) -> None:
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    await world.payable(program, {affiliate: 3 * USDC})
    await outside.send(program, await outside.wallet(program, affiliate), 3 * USDC)
    with pytest.raises(asyncpg.PostgresError, match="nobody has explained"):
        await world.settling.run("UPDATE program SET status = 'ACTIVE', pause_reason = NULL")
    [id_] = await outside.open(program)
    line = "INSERT INTO outflow_line SELECT program_id, id, $1, amount, false FROM commission"
    with pytest.raises(asyncpg.PostgresError, match="with its explanation"):
        await world.settling.run(line, id_)


async def test_one_affiliates_money_pays_nobody_elses_lines(outside: Outside) -> None:
    """Of two who are owed the same, within one open outflow."""
    world = outside.world
    program = await world.program()
    first, second = await world.affiliates(program, 2)
    earned = await world.payable(program, {first: 3 * USDC, second: 3 * USDC})
    await outside.send(program, await outside.wallet(program, first), 3 * USDC)
    [id_] = await outside.open(program)

    async def swap(unit: UnitOfWork, authority: Authority, now: datetime) -> None:
        found = await read_outflow(unit, id_, Money(3 * USDC, "USDC"), seen=None)
        journal = outflow_journal(id_, found.sources, found.rest, note="", effective_at=now)
        [journal_id] = await post(unit, program.id, [journal], now, role="api")
        paid = PaidLines(id_, authority.actor, "", now, now)
        await pay_outside(unit, PayoutPurpose.COMMISSION, [earned[second]], [], paid)
        await resolve(unit, id_, authority.actor, "swapped", journal_id=journal_id, at=now)

    with pytest.raises(asyncpg.PostgresError, match="is not what is posted"):
        await world.run(program, swap)
    assert await world.commissions(program) == {"PAYABLE": 6 * USDC}
    await outside.explain(program)
    await world.check()


async def test_an_older_posting_pays_no_more(outside: Outside) -> None:
    """It took as much from the same affiliate, for another outflow."""
    world = outside.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    wallet = await outside.wallet(program, affiliate)
    await world.payable(program, {affiliate: 3 * USDC})
    await outside.send(program, wallet, 3 * USDC)
    await outside.explain(program)
    older = await world.settling.value("SELECT posting_journal_id FROM discrepancy")
    await outside.resume(program)
    earned = await world.payable(program, {affiliate: 3 * USDC})
    await outside.send(program, wallet, 3 * USDC)
    [id_] = await outside.open(program)

    async def again(unit: UnitOfWork, authority: Authority, now: datetime) -> None:
        paid = PaidLines(id_, authority.actor, "", now, now)
        await pay_outside(unit, PayoutPurpose.COMMISSION, [earned[affiliate]], [], paid)
        await resolve(unit, id_, authority.actor, "again", journal_id=older, at=now)

    with pytest.raises(asyncpg.PostgresError, match="is not what is posted"):
        await world.run(program, again)
    await outside.explain(program)
    await world.check()
