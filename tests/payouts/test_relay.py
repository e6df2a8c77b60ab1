"""What the pay job does before and after a relay: waits, gives up, tries again, and never pays twice."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import asyncpg

from tests.contracts.items import USDC
from tests.fixtures.databases import Database as OwnDatabase
from tests.payouts.paying import Paying
from tests.payouts.planted import plant

_WAITING = "SELECT waiting_code, waiting FROM safe_transaction WHERE program_id = $1"
_PAUSE = "UPDATE program SET status = 'PAUSED', pause_reason = 'a test' WHERE id = $1"
_RESUME = "UPDATE program SET status = 'ACTIVE', pause_reason = NULL WHERE id = $1"


async def test_two_workers_that_relay_the_same_pay_once(paying: Paying) -> None:
    world = paying.world
    world.settling.signers |= world.settling.second_signer()
    program, _ = await paying.approved()
    signed = await asyncio.gather(paying.relay("one"), paying.relay("two"), paying.relay("three"))
    assert sum(signed) == 1
    assert len(await world.settling.rows("SELECT FROM safe_relay")) == 1
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert world.settling.paid(program) == 18 * USDC
    await world.check()


async def test_safe_transactions_follow_each_other_in_order(paying: Paying) -> None:
    program, batch = await paying.approved(transactions=3)
    assert await paying.relay() == 1
    for done in range(3):
        assert [one[0] for one in await paying.states(program)] == [
            *["EXECUTED"] * done,
            "EXECUTING",
            *["APPROVED"] * (2 - done),
        ]
        assert await paying.relay() == 0
        await paying.finish()  # and the next one is relayed
        await paying.world.check()
    assert await paying.status(batch) == "COMPLETED"
    [completed] = await paying.events("payout_batch.completed")
    assert completed["data"]["status"] == "COMPLETED"
    versions = [
        one["version"] for one in await paying.events() if one["entity_id"] == str(batch.id)
    ]
    assert versions == sorted(set(versions))


async def test_a_paused_program_relays_nothing(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    await world.settling.run(_PAUSE, program.id)
    assert await paying.relay() == 0
    [row] = await world.settling.rows(_WAITING, program.id)
    assert row["waiting_code"] == "PROGRAM_PAUSED"
    assert not await world.settling.rows("SELECT FROM chain_transaction WHERE purpose <> 'SETTLE'")
    await world.settling.run(_RESUME, program.id)
    assert await paying.relay() == 1
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]


async def test_a_pause_while_a_relay_is_judged_stops_it(
    paying: Paying, database: OwnDatabase
) -> None:
    world = paying.world
    program, _ = await paying.approved()

    def pause(point: str) -> None:
        if point == "relay.judged":
            with ThreadPoolExecutor() as elsewhere:
                elsewhere.submit(asyncio.run, _pause(database.superuser_dsn, program.id)).result()

    assert await paying.relay(at_point=pause) == 0
    assert await paying.states(program) == [("APPROVED", None, True)]
    assert not await world.settling.rows("SELECT FROM safe_relay")


async def _pause(dsn: str, program_id: int) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(_PAUSE, program_id)
    await connection.close()


async def test_a_short_treasury_waits_until_it_is_funded(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    token, chain = world.chain.token, world.chain
    await paying.drain(program, leave=USDC // 2)
    assert await paying.relay() == 0
    [row] = await world.settling.rows(_WAITING, program.id)
    assert (row["waiting_code"], row["waiting"]) == (
        "TREASURY_SHORT",
        "The treasury lacks 1.500000 USDC.",
    )
    assert [one["data"]["code"] for one in await paying.events("payout_batch.waiting")] == [
        "TREASURY_SHORT"
    ]
    assert await paying.relay() == 0
    assert len(await paying.events("payout_batch.waiting")) == 1
    chain.send(token.functions.mint(program.treasury, 2 * USDC))
    assert await paying.relay() == 1
    assert (await paying.states(program))[0][0] == "EXECUTING"


async def test_a_recipient_blacklisted_after_the_approval_is_named(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved(transactions=2)
    [destination] = await world.settling.rows(
        "SELECT destination FROM payout WHERE safe_transaction_id = $1 AND place = 1",
        batch.transactions[0],
    )
    refused = destination["destination"]
    world.chain.send(world.chain.token.functions.blacklist(refused))
    assert await paying.relay() == 0
    assert await paying.states(program) == [
        ("APPROVED", "RECIPIENT_REFUSED", True),
        ("APPROVED", None, True),
    ]
    [given_up] = await paying.events("payout_batch.transaction_given_up")
    assert refused in given_up["data"]["reason"]
    assert await paying.relay() == 0  # the second one waits for the first one's nonce
    assert world.settling.paid(program) == 40 * USDC
    await world.check()


async def test_a_relay_that_reverts_is_tried_again_and_given_up_in_the_end(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    recipient = await world.settling.value("SELECT destination FROM payout WHERE place = 0")
    token = world.chain.token.functions

    def refuse(point: str) -> None:
        if point == "relay.signed":
            world.chain.send(token.blacklist(recipient))

    for number in (1, 2, 3):
        assert await paying.relay(at_point=refuse) == 1
        world.chain.send(token.unBlacklist(recipient))
        world.watching.mine(3)
        await world.watching.turn()
        await paying.end()
        death = "EXECUTION_FAILURE" if number == 3 else None
        assert await paying.states(program) == [("APPROVED", death, True)]
        await world.check()
    assert await paying.relay() == 0
    assert await paying.status(batch) == "FAILED"
    rows = await world.settling.rows("SELECT live, failure FROM safe_relay ORDER BY number")
    assert rows == [{"live": False, "failure": "the relay reverted"}] * 3
    assert world.settling.paid(program) == 20 * USDC
    spent = await world.settling.value("SELECT spent_wei FROM program_gas")
    assert spent > 0

    # Owners may still execute what they signed.
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert await paying.status(batch) == "COMPLETED"
    await world.check()


async def test_changed_owners_end_what_they_no_longer_carry(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved(transactions=2)
    await paying.safe_call(program, "changeThreshold", 3, nonce=0)
    await paying.relay()
    assert await paying.states(program) == [("APPROVED", "OWNERS_CHANGED", True)] * 2
    await paying.finish()
    # Nonce 0 went to the owners' own transaction, and that is final now.
    assert await paying.states(program) == [
        ("DEAD", "OWNERS_CHANGED", False),
        ("APPROVED", "OWNERS_CHANGED", True),
    ]
    assert await world.commissions(program) == {"PAYABLE": 2 * USDC, "PENDING_APPROVAL": 2 * USDC}
    await world.check()


async def test_a_lower_threshold_approves_what_has_enough(paying: Paying) -> None:
    program, groups = await paying.earned(transactions=1)
    batch = await plant(paying.world, program, [[], *groups])
    await paying.approve(program, batch, program.owners[0])
    assert await paying.states(program) == [("PROPOSED", None, False)] * 2
    await paying.safe_call(program, "changeThreshold", 1, nonce=0)
    await paying.relay()
    assert await paying.states(program) == [
        ("PROPOSED", None, False),
        ("APPROVED", None, True),
    ]
    await paying.finish()
    await paying.finish()
    assert await paying.states(program) == [
        ("DEAD", "STALE_NONCE", False),
        ("EXECUTED", None, False),
    ]
    await paying.world.check()
