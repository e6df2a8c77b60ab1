"""Owners execute by themselves, at any time, whatever we think of it: recorded, and never paid twice."""

from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.planted import Planted, plant
from tests.payouts.world import PayoutProgram
from tests.processes.test_watch_forks import mined_block, reorganise_from

_REJECT = """
UPDATE payout_batch SET rejected_by = 'me', rejected_at = now(), reject_reason = 'no', version = version + 1
 WHERE id = $1
"""


async def reject(paying: Paying, program: PayoutProgram, batch: Planted) -> None:
    """What rejectPayoutBatch leaves."""
    await paying.world.settling.run(_REJECT, batch.id)
    await paying.give_up(program, batch)


async def test_before_anybody_signed_here(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.batch()
    assert await world.safes.execute(batch.transactions[0], program.owners[1:])
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert await world.commissions(program) == {"PAID": 2 * USDC}
    kinds = await world.settling.rows("SELECT kind FROM journal WHERE kind LIKE 'PAYOUT%'")
    assert kinds == [{"kind": "PAYOUT"}]
    await world.check()


async def test_before_the_relay(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    assert await world.safes.execute(batch.transactions[0], program.owners[1:])
    assert await paying.relay() == 0
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert world.settling.paid(program) == 18 * USDC
    await world.check()


async def test_while_the_relay_is_on_its_way(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved(transactions=2)
    rows = await world.safes.listed(batch.id)

    def hurry(point: str) -> None:
        if point == "relay.signed":
            assert world.safes.send(program.treasury, rows[0], 0, program.owners[1:])

    assert await paying.relay(at_point=hurry) == 1
    assert world.settling.paid(program) == 38 * USDC
    await paying.finish()
    states = [one[0] for one in await paying.states(program)]
    assert states == ["EXECUTED", "EXECUTING"]
    [relay, _] = await world.settling.rows(
        "SELECT live, failure FROM safe_relay ORDER BY started_at"
    )
    assert relay == {"live": False, "failure": None}
    assert (
        await world.settling.value(
            "SELECT count(*) FROM chain_transaction WHERE status = 'REVERTED'"
        )
        == 1
    )
    await paying.finish()
    assert await paying.status(batch) == "COMPLETED"
    assert world.settling.paid(program) == 36 * USDC
    await world.check()


async def test_two_in_somebody_elses_transaction(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved(transactions=2)
    await world.safes.execute_together(batch.transactions, program.owners[1:])
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)] * 2
    rows = await world.settling.rows(
        "SELECT count(DISTINCT executed_tx_hash) AS hashes, count(DISTINCT executed_log_index) AS logs"
        " FROM safe_transaction"
    )
    assert rows == [{"hashes": 1, "logs": 2}]
    assert world.settling.paid(program) == 36 * USDC
    await world.check()


async def test_in_a_paused_program(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    await world.settling.run("UPDATE program SET status = 'PAUSED', pause_reason = 'a test'")
    assert await world.safes.execute(batch.transactions[0], program.owners[1:])
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    await world.check()


async def test_what_a_person_rejected(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    await reject(paying, program, batch)
    assert await paying.status(batch) == "REJECTED"
    assert await paying.relay() == 0
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert await paying.status(batch) == "COMPLETED"
    assert await world.commissions(program) == {"PAID": 2 * USDC}
    await world.check()


async def test_one_executed_and_one_dead_is_partially_completed(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved(transactions=2)
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    await paying.safe_call(program, "changeThreshold", 2, nonce=1)
    await paying.finish()
    assert await paying.states(program) == [
        ("EXECUTED", None, False),
        ("DEAD", "STALE_NONCE", False),
    ]
    assert await paying.status(batch) == "PARTIALLY_COMPLETED"
    assert await world.commissions(program) == {"PAID": 2 * USDC, "PAYABLE": 2 * USDC}
    kinds = await world.settling.rows(
        "SELECT kind, count(*) AS n FROM journal WHERE kind LIKE 'PAYOUT%' GROUP BY 1 ORDER BY 1"
    )
    assert [(one["kind"], one["n"]) for one in kinds] == [
        ("PAYOUT", 1),
        ("PAYOUT_HOLD", 2),
        ("PAYOUT_RELEASE", 1),
    ]
    await world.check()


async def test_the_replaced_one_of_a_nonce_instead_of_the_new_one(paying: Paying) -> None:
    world = paying.world
    program, groups = await paying.earned(transactions=1, recipients=3)
    [ids] = groups
    old = await plant(world, program, [ids[:2]])
    for owner in program.owners[:2]:
        await paying.approve(program, old, owner)
    await paying.give_up(program, old)
    new = await plant(world, program, [ids], replaces=old.id)
    for owner in program.owners[:2]:
        await paying.approve(program, new, owner)
    # Held once: the hold of the old one was released in the same posting.
    assert await paying.states(program) == [
        ("APPROVED", "REJECTED", False),
        ("APPROVED", None, True),
    ]
    await world.check()
    assert await world.safes.execute(old.transactions[0], program.owners[:2])
    await paying.finish()
    assert await paying.states(program) == [
        ("EXECUTED", None, False),
        ("DEAD", "STALE_NONCE", False),
    ]
    assert await world.commissions(program) == {"PAID": 2 * USDC, "PAYABLE": USDC}
    assert await paying.status(new) == "FAILED"
    await world.check()


async def test_a_call_of_nothing_closes_a_nonce(paying: Paying) -> None:
    world = paying.world
    program, groups = await paying.earned()
    old = await plant(world, program, groups)
    for owner in program.owners[:2]:
        await paying.approve(program, old, owner)
    await reject(paying, program, old)
    closing = await plant(world, program, [[]], replaces=old.id)
    for owner in program.owners[:2]:
        await paying.approve(program, closing, owner)
    assert await paying.states(program) == [
        ("APPROVED", "REJECTED", False),
        ("APPROVED", None, False),
    ]
    assert await paying.relay() == 1
    await paying.finish()
    assert await paying.states(program) == [
        ("DEAD", "REJECTED", False),
        ("EXECUTED", None, False),
    ]
    assert await world.commissions(program) == {"PAYABLE": 2 * USDC}
    assert world.settling.paid(program) == 20 * USDC
    await world.check()


async def test_other_transfers_than_were_planned_stop_the_program(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    await world.settling.run("ALTER TABLE payout DISABLE TRIGGER payout_frozen")
    await world.settling.run(
        "UPDATE payout SET destination = $1 WHERE place = 1", world.watching.new_wallet().address
    )
    await world.settling.run("ALTER TABLE payout ENABLE ALWAYS TRIGGER payout_frozen")
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    await paying.finish()
    assert await paying.states(program) == [("APPROVED", None, True)]
    found = await world.settling.rows("SELECT kind, severity FROM discrepancy")
    assert found == [{"kind": "PAYOUT_MISMATCH", "severity": "CRITICAL"}]
    assert await world.settling.value("SELECT stopped IS NOT NULL FROM consumed_through")
    assert await world.settling.value("SELECT status FROM program") == "PAUSED"
    await paying.finish()
    assert await paying.states(program) == [("APPROVED", None, True)]


async def test_a_reorganisation_takes_an_execution_back(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    assert await paying.relay() == 1
    await world.watching.turn()
    await reorganise_from(world.watching, await mined_block(world.watching))
    assert world.settling.paid(program) == 20 * USDC
    await world.watching.turn()
    assert await paying.states(program) == [("EXECUTING", None, True)]
    await world.settling.lanes()
    # The stored bytes go out again with the lane's upkeep.
    await world.watching.settle()
    assert world.settling.paid(program) == 18 * USDC
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert await paying.status(batch) == "COMPLETED"
    await world.check()
