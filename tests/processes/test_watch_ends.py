"""How a transaction can end without settling its items: reverted, cancelled, displaced."""

import pytest

from app.chain.fees import estimate_fees
from app.domain.transactions import CopyKind
from app.processes.settlement.copies import signed_copy
from app.services.execute import execute
from app.store.chain import sending, signing
from app.store.database import UnitOfWork
from tests.processes.ended import Ended, ending_at
from tests.processes.watching_world import WatchingWorld


async def test_a_reverted_transaction_frees_its_items_at_finality(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None, 2)
    await world.settling.pay(program, payers)
    chain = world.settling.gateway_chain

    def close_gateway(point: str) -> None:
        if point == "signed":
            chain.send(chain.gateway.functions.pause())

    await world.settle(at_point=close_gateway)
    await world.turn()
    # It settles nothing, so its items are not MINED.
    assert set((await world.statuses(program))[2:]) == {("PROCESSING", "BROADCAST")}
    world.mine()
    await world.turn()
    assert set((await world.statuses(program))[2:]) == {("PENDING", "QUEUED")}
    [transaction] = await world.settling.rows(
        "SELECT status, succeeded, cost_wei FROM chain_transaction ORDER BY created_at DESC LIMIT 1"
    )
    assert (transaction["status"], transaction["succeeded"]) == ("REVERTED", False)
    shares = await world.settling.value(
        "SELECT sum(gas_share_wei) FROM intent_attempt WHERE NOT live AND item_index IS NOT NULL"
        " AND number = 1 AND intent_id IN (SELECT id FROM intent WHERE kind = 'PAYMENT')"
    )
    assert shares == transaction["cost_wei"]
    await world.check()

    chain.send(chain.gateway.functions.unpause())
    await world.settle_and_finish()
    assert set((await world.statuses(program))[2:]) == {("CONFIRMED", "FINAL")}
    await world.check()


async def test_a_cancelled_transaction_frees_its_items(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.pay(program, [payer])
    with pytest.raises(Ended):
        await world.settle(at_point=ending_at("signed"))
    await cancel_newest(world)
    world.mine()
    await world.turn()
    assert (await world.statuses(program))[1] == ("PENDING", "QUEUED")
    reason = await world.settling.value(
        "SELECT reason FROM intent_transition ORDER BY intent_id DESC, seq DESC LIMIT 1"
    )
    assert reason == "its transaction was cancelled"
    await world.check()


async def test_a_displaced_transaction_frees_its_items_and_halts_its_lane(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.pay(program, [payer])
    with pytest.raises(Ended):
        await world.settle(at_point=ending_at("signed"))
    chain = world.settling.gateway_chain
    chain.fund([chain.relayer.address], 1)
    chain.send(chain.token.functions.transfer(payer.address, 1), chain.relayer, gas=100_000)
    await world.turn()
    assert (await world.statuses(program))[1] == ("PROCESSING", "SIGNED")
    world.mine()
    await world.turn()
    # One look is not enough: a node that lags would answer the same.
    assert (await world.statuses(program))[1] == ("PROCESSING", "SIGNED")
    await world.turn()
    assert (await world.statuses(program))[1] == ("PENDING", "QUEUED")
    [lane] = await world.settling.rows("SELECT status, halt_reason FROM lane")
    assert lane["status"] == "HALTED"
    assert "nonce 1" in lane["halt_reason"]
    assert await world.settling.value(
        "SELECT status FROM chain_transaction ORDER BY created_at DESC LIMIT 1"
    ) == ("DISPLACED")
    await world.check()


async def cancel_newest(world: WatchingWorld) -> None:
    """Signs, stores and sends a CANCEL copy of the only open transaction."""
    settling = world.settling
    async with settling.worker.read(None) as session:
        lane_id = await session.connection.fetchval("SELECT id FROM lane")
        [one] = await sending.open_transactions(session, settling.chain.chain_id, lane_id, 0)
    estimate = await estimate_fees(settling.chain, 200 * 10**9)
    signer = next(iter(settling.signers.values()))
    copy = signed_copy(signer, one, CopyKind.CANCEL, estimate, n=one.copy.n + 1)

    async def store(unit: UnitOfWork) -> None:
        await signing.insert_copy(unit, copy, settling.clock())

    await execute(settling.worker, settling.bells, None, store)
    [answer] = await settling.chain.send_raw_batch([copy.signed.raw])
    assert isinstance(answer, bytes)
