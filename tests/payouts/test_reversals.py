"""What is reversed when it was paid already, is in a batch, or is being put into one."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from asyncpg.exceptions import LockNotAvailableError

from app.domain.amounts import AmountText
from app.domain.errors import Refusal
from app.domain.ids import new_id
from app.domain.money import format_units
from app.services.corrections.approve_adjustment import approve_adjustment
from app.services.corrections.propose_adjustment import (
    AdjustmentResult,
    ProposeAdjustment,
    propose_adjustment,
)
from app.services.corrections.reverse_settlement import (
    ReversalResult,
    ReverseSettlement,
    reverse_settlement,
)
from app.store.payouts.due_lines import due_lines
from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.refusals import refused

_SETTLEMENT = "SELECT settlement_id FROM commission WHERE id = $1"
_SETTLEMENTS = "SELECT settlement_id FROM commission WHERE program_id = $1"
_BALANCES = """
SELECT kind, sum(credits - debits) AS balance FROM account WHERE program_id = $1 GROUP BY 1
"""
_REFUND_MOVES = "SELECT * FROM refund_transition WHERE program_id = $1 ORDER BY refund_id, seq"
_UNDO = "UPDATE settlement SET undone_at = $2 WHERE id = $1"
_SETTLE_AGAIN = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, tx_hash, block_number, block_hash, log_index, amount,
                        currency, journal_id, confirmed_at)
SELECT program_id, $2, intent_id, chain_id, tx_hash, block_number, block_hash, log_index + 1000, amount, currency,
       journal_id, confirmed_at FROM settlement WHERE id = $1
"""
_REVERSE = """
INSERT INTO reversal (program_id, id, settlement_id, amount, taken_before, currency, reason, actor, journal_id, at)
SELECT program_id, $2, id, $3::numeric, $4::numeric, currency, 'a test', 'a test', journal_id, confirmed_at FROM settlement
 WHERE id = $1
"""
_PUBLIC_ID = "SELECT public_id FROM affiliate WHERE program_id = $1 AND id = $2"


@dataclass
class Reversing:
    """One program, one affiliate who earned 10 USDC from one payment of 100."""

    world: PayoutWorld
    program: PayoutProgram
    affiliate: int
    settlement: UUID

    async def reverse(self, units: int | None, key: str) -> ReversalResult:
        amount = None if units is None else AmountText(format_units(units, 6), "USDC")
        command = ReverseSettlement(self.settlement, amount, "a test", key)
        while True:
            try:
                done: ReversalResult = await self.world.run(
                    self.program, reverse_settlement, command
                )
            except LockNotAvailableError:
                continue  # as whoever is told SERVICE_UNAVAILABLE: the same again, with the same key
            return done

    async def balances(self) -> dict[str, int]:
        rows = await self.world.settling.rows(_BALANCES, self.program.id)
        return {row["kind"]: int(row["balance"]) for row in rows if row["balance"]}

    async def pay(self) -> None:
        """A batch, executed by its owners and posted."""
        made = await self.world.create(self.program)
        for one in await self.world.safes.listed(made.batch_id):
            assert await self.world.safes.execute(one["id"], self.program.owners[:2])
        self.world.watching.mine(3)
        await self.world.watching.turn()
        await self.world.check()


async def reversing(world: PayoutWorld) -> Reversing:
    program = await world.program()
    [ann] = await world.affiliates(program)
    earned = await world.payable(program, {ann: 10 * USDC})
    settlement = await world.settling.value(_SETTLEMENT, earned[ann])
    return Reversing(world, program, ann, settlement)


async def test_the_worked_example(payout_world: PayoutWorld) -> None:
    one = await reversing(payout_world)
    await one.pay()
    assert await payout_world.commissions(one.program) == {"PAID": 10 * USDC}
    await one.reverse(30 * USDC, "part")
    assert await payout_world.commissions(one.program) == {
        "PAID": 10 * USDC,
        "PAYABLE": -3 * USDC,
    }
    assert await one.balances() == {
        "USER": -100 * USDC,
        "PROGRAM": 63 * USDC,
        "AFFILIATE": -3 * USDC,
        "REFUND": 30 * USDC,
        "PAID_OUT": 10 * USDC,
    }
    await payout_world.check()
    # The next batch pays the refund; the affiliate owes until it earns again, and then it is netted.
    await one.pay()
    assert (await one.balances()).get("REFUND") is None
    assert payout_world.settling.paid(one.program) == 60 * USDC
    moves = await payout_world.settling.rows(_REFUND_MOVES, one.program.id)
    assert [(row["seq"], row["from_status"], row["to_status"]) for row in moves] == [
        (1, None, "OWED"),
        (2, "OWED", "PENDING_APPROVAL"),
        (3, "PENDING_APPROVAL", "PAID"),
    ]
    assert [row["actor"] for row in moves][:2] == ["api_key:sge_test"] * 2
    assert moves[0]["reason"] == "a test"
    await payout_world.payable(one.program, {one.affiliate: 5 * USDC})
    await one.pay()
    [row] = await payout_world.settling.rows(
        "SELECT amount FROM payout WHERE affiliate_id = $1 ORDER BY id DESC LIMIT 1", one.affiliate
    )
    assert row["amount"] == 2 * USDC
    assert await payout_world.commissions(one.program) == {"PAID": 12 * USDC}


async def test_what_is_in_a_batch_is_paid_and_then_owed_back(payout_world: PayoutWorld) -> None:
    one = await reversing(payout_world)
    made = await payout_world.create(one.program)
    await one.reverse(None, "all")
    assert await payout_world.commissions(one.program) == {
        "PENDING_APPROVAL": 10 * USDC,
        "PAYABLE": -10 * USDC,
    }
    await payout_world.check()
    [listed] = await payout_world.safes.listed(made.batch_id)
    assert await payout_world.safes.execute(listed["id"], one.program.owners[:2])
    payout_world.watching.mine(3)
    await payout_world.watching.turn()
    await payout_world.check()
    assert (await one.balances())["AFFILIATE"] == -10 * USDC
    assert payout_world.settling.paid(one.program) == 90 * USDC


async def test_many_reversals_at_once_never_exceed_the_settlement(
    payout_world: PayoutWorld,
) -> None:
    one = await reversing(payout_world)
    outcomes = await asyncio.gather(
        *(one.reverse(30 * USDC, f"part {number}") for number in range(6)), return_exceptions=True
    )
    done = [outcome for outcome in outcomes if isinstance(outcome, ReversalResult)]
    codes = [outcome.code for outcome in outcomes if isinstance(outcome, Refusal)]
    assert len(done) == 3
    assert codes == ["AMOUNT_ALREADY_REVERSED"] * 3
    assert (await one.balances())["REFUND"] == 90 * USDC
    await payout_world.check()
    same = await asyncio.gather(*(one.reverse(None, "the rest") for _ in range(5)))
    assert len({result.reversal_id for result in same}) == 1
    assert [result.replayed for result in same].count(False) == 1
    assert (await one.balances())["REFUND"] == 100 * USDC
    await payout_world.check()


async def test_a_reversal_and_a_batch_at_once(payout_world: PayoutWorld) -> None:
    for number in range(4):
        one = await reversing(payout_world)
        await asyncio.gather(
            payout_world.create(one.program), one.reverse(40 * USDC, f"part {number}")
        )
        commissions = await payout_world.commissions(one.program)
        # Whoever came first: all that was earned less what was clawed back is somewhere, once.
        assert sum(commissions.values()) == 6 * USDC
        await payout_world.check()


async def test_a_reversal_while_owners_approve(payout_world: PayoutWorld) -> None:
    paying = Paying(payout_world)
    program, batch = await paying.batch(recipients=2)
    settlements = await payout_world.settling.rows(_SETTLEMENTS, program.id)
    ones = [Reversing(payout_world, program, 0, row["settlement_id"]) for row in settlements]
    await asyncio.gather(
        *(paying.approve(program, batch, owner) for owner in program.owners[:2]),
        *(one.reverse(4 * USDC, f"{number}") for number, one in enumerate(ones)),
    )
    await payout_world.check()
    # What is held is held whole; what was clawed back is owed on its own.
    assert await payout_world.commissions(program) == {
        "PENDING_APPROVAL": 2 * USDC,
        "PAYABLE": -2 * USDC * 4 // 10,
    }
    balances = await ones[0].balances()
    assert (balances["PAYOUT_IN_FLIGHT"], balances["AFFILIATE"]) == (2 * USDC, -2 * USDC * 4 // 10)
    assert balances["REFUND"] == 8 * USDC


async def test_an_adjustment_and_a_batch_at_once(payout_world: PayoutWorld) -> None:
    world = payout_world
    for number in range(4):
        one = await reversing(world)
        await world.set_status(one.program, one.affiliate, "TERMINATED")
        public_id = await world.settling.value(_PUBLIC_ID, one.program.id, one.affiliate)
        propose = ProposeAdjustment(public_id, "USDC", "a test", f"adjust {number}")
        proposed = await world.run(one.program, propose_adjustment, propose)
        with refused("SELF_APPROVAL", "id"):
            await world.run(one.program, approve_adjustment, proposed.adjustment_id)
        second = world.run(
            one.program, approve_adjustment, proposed.adjustment_id, actor="api_key:second"
        )
        outcomes = await asyncio.gather(world.create(one.program), second, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Refusal, AdjustmentResult]
        # A terminated affiliate is in no batch: the adjustment never finds one.
        assert await world.commissions(one.program) == {"REVERSED": 10 * USDC}
        assert "AFFILIATE" not in await one.balances()
        await world.check()


async def test_a_replaced_batch_nets_what_was_reversed_meanwhile(payout_world: PayoutWorld) -> None:
    one = await reversing(payout_world)
    first = await payout_world.create(one.program)
    await one.reverse(40 * USDC, "part")
    payout_world.settling.clock.ahead += timedelta(seconds=1)
    await payout_world.create(one.program, replaces=first.batch_id, idempotency_key="again")
    await payout_world.check()
    listed = await payout_world.settling.rows(
        "SELECT * FROM safe_transaction WHERE program_id = $1 AND death IS NULL", one.program.id
    )
    for row in listed:
        assert await payout_world.safes.execute(row["id"], one.program.owners[:2])
    payout_world.watching.mine(3)
    await payout_world.watching.turn()
    await payout_world.check()
    assert payout_world.settling.paid(one.program) == (100 - 6 - 40) * USDC
    assert await payout_world.commissions(one.program) == {"PAID": 6 * USDC}


async def test_no_refund_of_a_payment_that_the_chain_took_back(payout_world: PayoutWorld) -> None:
    one = await reversing(payout_world)
    await one.reverse(30 * USDC, "part")
    await payout_world.settling.run(_UNDO, one.settlement, payout_world.settling.clock())

    async def purposes() -> list[str]:
        async with payout_world.settling.api.read(one.program.id) as session:
            found = await due_lines(session, one.program.id, "USDC")
        return sorted(due.payee.purpose for due in found)

    assert await purposes() == ["COMMISSION"]
    await payout_world.settling.run(_UNDO, one.settlement, None)
    assert await purposes() == ["COMMISSION", "REFUND"]


async def test_no_more_is_refunded_of_a_payment_than_was_paid_however_often_it_is_settled(
    payout_world: PayoutWorld,
) -> None:
    one = await reversing(payout_world)
    settling = payout_world.settling
    await one.reverse(40 * USDC, "before")
    first, one.settlement = one.settlement, new_id()
    await settling.run(_UNDO, first, settling.clock())
    await settling.run(_SETTLE_AGAIN, first, one.settlement)
    with refused("AMOUNT_ALREADY_REVERSED", "amount"):
        await one.reverse(61 * USDC, "too much")
    # Nor past the service: neither of what is settled now, nor of what was undone.
    for settlement, units, before in ((one.settlement, 61, 0), (first, 1, 40)):
        with pytest.raises(Exception, match="exceeds it, or leaves a gap"):
            await settling.run(_REVERSE, settlement, new_id(), units * USDC, before * USDC)
    await one.reverse(10 * USDC, "part")
    await one.reverse(None, "the rest")
    assert (await one.balances())["REFUND"] == 100 * USDC
    with refused("AMOUNT_ALREADY_REVERSED", "amount"):
        await one.reverse(None, "nothing")
