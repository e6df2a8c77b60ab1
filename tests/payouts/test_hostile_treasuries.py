"""Owners decide what code their treasury runs: it may lie, burn gas and answer nonsense, at nobody else's cost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.chain.payout_content import Recipient
from app.chain.safe import NotASafe, read_safe
from app.chain.safe_simulation import PayoutsNotSimulated, simulate_payouts
from app.processes.payouts.judge_relay import FRUITLESS_COUNT_FOR, Waits, judge_relay
from app.store.payouts.owner_signatures import StoredSignature, signatures_of
from app.store.payouts.payouts_to_post import payouts_of
from app.store.payouts.relays import due_relays, is_relay_due
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.items import USDC
from tests.payouts.hostile import BURN, STOP, change_function, forger
from tests.payouts.paying import Paying

_EXECUTE = (
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
)


async def _is_relay_due(paying: Paying) -> bool:
    """Whether whoever settles for all programs gives way."""
    async with paying.world.settling.worker.read(None) as session:
        return await is_relay_due(session, CHAIN_ID)


async def test_what_an_executed_hash_pays_again_is_unexplained(paying: Paying) -> None:
    world, chain = paying.world, paying.world.chain
    program, batch = await paying.approved()
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    transfer = chain.token.encode_abi("transfer", args=[chain.stranger.address, 3 * USDC])
    data = bytes.fromhex(transfer.removeprefix("0x")) + batch.hashes[0]
    row = {"to_address": forger(world), "data": data, "operation": 1}
    world.safes.send(program.treasury, row, 1, program.owners[:2])
    assert chain.balance(program.treasury) == 15 * USDC
    await paying.finish()
    found = await world.settling.rows("SELECT kind, actual FROM discrepancy")
    assert found == [{"kind": "UNEXPLAINED_OUTFLOW", "actual": str(3 * USDC)}]
    await world.check()


async def test_a_treasury_that_executes_nothing_is_relayed_three_times(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    change_function(world, program, _EXECUTE, STOP)
    assert await _relays(paying, 5) == [1, 1, 1, 0, 0]
    assert await paying.states(program) == [("APPROVED", "EXECUTION_FAILURE", True)]
    await world.check()

    # Equal content proposed again keeps its signatures; each time it is tried once more, and six times a day at most.
    last, again = batch.id, []
    for _ in range(5):
        last = (await world.create(program, replaces=last)).batch_id
        again += await _relays(paying, 2)
    assert again == [1, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    [waiting] = await world.settling.rows("SELECT waiting FROM safe_transaction")
    assert "executed nothing" in waiting["waiting"]
    world.settling.clock.ahead += timedelta(hours=25)
    assert await paying.relay() == 1


async def _relays(paying: Paying, rounds: int) -> list[int]:
    """How many were signed in each round, all of which are final then."""
    relays = []
    for _ in range(rounds):
        relays.append(await paying.relay())
        paying.world.watching.mine(3)
        await paying.world.watching.turn()
        await paying.end()
    return relays


async def test_who_settles_gives_way_to_nothing_that_waits_for_a_final_block(
    paying: Paying,
) -> None:
    world = paying.world
    program, batch = await paying.approved()
    assert await _is_relay_due(paying)
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    assert await paying.relay() == 0
    assert not await _is_relay_due(paying)
    [waiting] = await paying.events("payout_batch.waiting")
    assert "The Safe has used nonce 0" in waiting["data"]["reason"]


async def test_nor_to_signatures_that_no_transaction_carries(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    settling = world.settling.settling("payer")
    async with settling.database.read(None) as session:
        [due] = await due_relays(session, CHAIN_ID, settling.clock() - FRUITLESS_COUNT_FOR)
        payouts = await payouts_of(session, program.id, batch.transactions)
        given = await signatures_of(session, program.id, batch.transactions)
    long = [
        StoredSignature(one.owner, bytes(70_000), contract=True)
        for one in given[batch.transactions[0]]
    ]
    verdict = await judge_relay(settling, due, payouts[due.id], long)
    assert isinstance(verdict, Waits)
    assert "too large" in str(verdict.reason)
    assert "bytes" in str(verdict.reason)
    # More gas than a transaction has: as many payouts as that are not planned, but rows may say so.
    short = [replace(one, signature=bytes(65)) for one in long]
    verdict = await judge_relay(settling, replace(due, payout_count=412), payouts[due.id], short)
    assert isinstance(verdict, Waits)
    assert "too large" in str(verdict.reason)
    assert "gas" in str(verdict.reason)


@pytest.mark.long
async def test_a_treasury_that_burns_gas_keeps_no_node_busy(paying: Paying) -> None:
    world = paying.world
    program = await world.program()
    chain, deployed = world.settling.chain, world.chain.deployment
    change_function(world, program, "simulateAndRevert(address,bytes)", BURN)
    recipients = [Recipient(f"0x{1000 + n:040x}", 1) for n in range(200)]
    # With a transaction's gas for each call the node takes too long to answer, which is another error.
    with pytest.raises(PayoutsNotSimulated):
        await simulate_payouts(
            chain, program.treasury, deployed.token, deployed.multisend, recipients
        )
    change_function(world, program, "getOwners()", BURN)
    with pytest.raises(NotASafe):
        await read_safe(chain, program.treasury)
