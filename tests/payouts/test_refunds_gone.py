"""Refunds that a batch lists when the chain takes their payment back: whoever paid nothing in is paid nothing out."""

from datetime import timedelta
from functools import partial

from app.domain.explanations import Explanation
from app.services.corrections.undo_settlement import SeenGone
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.planted import Planted
from tests.payouts.test_reversals import Reversing, reversing
from tests.payouts.world import PayoutWorld

_GONE = """
INSERT INTO discrepancy (program_id, id, kind, severity, reference, expected, actual, message, opened_at)
VALUES ($1, gen_random_uuid(), 'SETTLEMENT_NOT_ON_CHAIN', 'CRITICAL', $2, '', '', 'gone', now()) RETURNING id
"""
_PAID_IN = """
SELECT DISTINCT p.purpose FROM payout_batch_transaction t
  JOIN payout p ON p.program_id = t.program_id AND p.safe_transaction_id = t.safe_transaction_id WHERE t.batch_id = $1
"""
_DESTINATION = "SELECT destination FROM payout WHERE purpose = 'REFUND'"


async def approved(world: PayoutWorld) -> tuple[Reversing, Paying, Planted]:
    """A payment of which a part is to be refunded, in a batch that its owners have signed."""
    one = await reversing(world)
    [bob] = await world.affiliates(one.program)
    await world.payable(one.program, {bob: 5 * USDC})
    await one.reverse(30 * USDC, "part")
    paying = Paying(world)
    batch = await paying.of((await world.create(one.program)).batch_id)
    for owner in one.program.owners[:2]:
        await paying.approve(one.program, batch, owner)
    await world.settling.lanes()
    return one, paying, batch


async def undo(one: Reversing) -> None:
    """A person says that the chain took the payment back."""
    world = one.world
    discrepancy = await world.settling.value(_GONE, one.program.id, str(one.settlement))
    said = ResolveDiscrepancy(discrepancy, Explanation.UNDO_SETTLEMENT, None, "gone")
    seen = SeenGone(one.settlement, 1, 1)
    await world.run(one.program, partial(resolve_discrepancy, seen=seen), said)


async def test_a_refund_in_a_batch_is_not_paid_once_its_payment_is_gone(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    one, paying, batch = await approved(world)
    await undo(one)
    # What was signed is not sent any more.
    assert [death for _, death, _ in await paying.states(one.program)] == ["REJECTED"]
    assert await paying.relay() == 0
    world.settling.clock.ahead += timedelta(seconds=1)
    instead = await world.create(
        one.program, replaces=batch.id, idempotency_key="instead of what is gone"
    )
    paid = await world.settling.rows(_PAID_IN, instead.batch_id)
    assert [row["purpose"] for row in paid] == ["COMMISSION"]
    await world.execute(one.program, instead.batch_id)
    assert await world.settling.value("SELECT status FROM refund") == "OWED"


async def test_a_relay_that_fails_afterwards_is_not_tried_again(payout_world: PayoutWorld) -> None:
    """What was sent may have paid it; what was not executed is not sent anew."""
    world = payout_world
    one, paying, _ = await approved(world)
    recipient = await world.settling.value(_DESTINATION)
    token = world.chain.token.functions

    def refuse(point: str) -> None:
        if point == "relay.signed":
            world.chain.send(token.blacklist(recipient))

    assert await paying.relay(at_point=refuse) == 1
    world.chain.send(token.unBlacklist(recipient))
    await undo(one)
    assert await paying.states(one.program) == [("EXECUTING", "REJECTED", True)]
    world.watching.mine(3)
    await world.watching.turn()
    await paying.end()
    assert await paying.states(one.program) == [("APPROVED", "REJECTED", True)]
    assert await paying.relay() == 0
