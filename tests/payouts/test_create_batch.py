"""createPayoutBatch: what is due goes into Safe transactions that owners sign."""

import asyncio
from datetime import timedelta

from app.chain.payout_content import Recipient, batch_content_hash, content_hash
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.items import USDC
from tests.payouts.world import PayoutWorld
from tests.services.refusals import refused


async def test_what_is_payable_is_netted_stored_and_simulated(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    await world.payable(program, {ann: 3 * USDC, bob: 5 * USDC})
    await world.payable(program, {ann: 4 * USDC})
    made = await world.create(program)
    assert not made.replayed
    [safe_transaction] = await world.safes.listed(made.batch_id)
    payouts = await world.settling.rows("SELECT * FROM payout ORDER BY place")
    assert [(one["affiliate_id"], one["amount"]) for one in payouts] == [
        (ann, 7 * USDC),
        (bob, 5 * USDC),
    ]
    assert await world.commissions(program) == {"PENDING_APPROVAL": 12 * USDC}
    expected = content_hash(
        CHAIN_ID,
        program.treasury,
        world.chain.deployment.token,
        0,
        [Recipient(one["destination"], one["amount"]) for one in payouts],
    )
    assert safe_transaction["content_hash"] == expected
    assert (safe_transaction["simulated_passed"], safe_transaction["simulated_refused"]) == (2, 0)
    assert safe_transaction["hash"] == world.safes.hash_of(safe_transaction)
    [batch] = await world.settling.rows("SELECT * FROM payout_batch")
    assert batch["content_hash"] == batch_content_hash([expected])
    assert (batch["total"], batch["payout_count"], batch["version"]) == (12 * USDC, 2, 1)
    await world.check()


async def test_the_stored_transaction_pays_exactly_that(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 3 * USDC})
    made = await world.create(program)
    [safe_transaction] = await world.safes.listed(made.batch_id)
    assert await world.safes.execute(safe_transaction["id"], program.owners[:2])
    assert world.settling.paid(program) == 27 * USDC
    [payout] = await world.settling.rows("SELECT destination FROM payout")
    assert world.chain.balance(payout["destination"]) == 3 * USDC


async def test_what_is_due_is_matured_first(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.earn(program, {ann: 3 * USDC})
    with refused("NOTHING_PAYABLE", "currency"):
        await world.create(program)
    world.settling.clock.ahead += timedelta(days=30, seconds=5)
    await world.create(program)
    assert await world.commissions(program) == {"PENDING_APPROVAL": 3 * USDC}
    await world.check()


async def test_the_same_key_is_the_same_batch(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 3 * USDC})
    made = await asyncio.gather(*(world.create(program, idempotency_key="once") for _ in range(5)))
    assert len({one.batch_id for one in made}) == 1
    assert [one.replayed for one in made].count(False) == 1
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await world.create(program, replaces=made[0].batch_id, idempotency_key="once")
    assert await world.settling.value("SELECT count(*) FROM payout_batch") == 1


async def test_one_of_several_at_once_wins(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 3 * USDC})
    made = await asyncio.gather(*(world.create(program) for _ in range(5)), return_exceptions=True)
    codes = sorted(getattr(one, "code", "made") for one in made)
    assert codes == ["EARLIER_BATCH_OPEN"] * 4 + ["made"]
    assert await world.settling.value("SELECT count(*) FROM safe_transaction") == 1
    await world.check()
