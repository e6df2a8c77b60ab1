"""From BROADCAST to the last posting on a real chain."""

from datetime import timedelta

from tests.contracts.items import USDC, ChainKind
from tests.processes.watching_world import WatchingWorld


async def test_a_batch_of_payments_is_posted_with_fee_and_all_levels(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    line = await world.line(program)
    payers = await world.registered(program, line[-1], 2)
    await world.settling.pay(program, payers, amount=100 * USDC)

    await world.settle()
    await world.turn()
    assert (await world.statuses(program))[2:] == [("PROCESSING", "MINED")] * 2
    assert await world.settling.value("SELECT count(*) FROM journal") == 0
    await world.check()

    world.mine()
    await world.turn()
    assert (await world.statuses(program))[2:] == [("CONFIRMED", "FINAL")] * 2
    users = [key for key in await world.balances(program) if key[0] == "USER"]
    assert await world.balances(program) == {
        **dict.fromkeys(users, -100 * USDC),
        ("PROGRAM", 0): 164 * USDC,
        ("PLATFORM", 0): 2 * USDC,
        ("AFFILIATE", line[3]): 20 * USDC,
        ("AFFILIATE", line[2]): 10 * USDC,
        ("AFFILIATE", line[1]): 4 * USDC,
    }
    await world.check()
    rows = await world.settling.rows(
        "SELECT accrued_at, payable_at, level, status FROM commission ORDER BY id"
    )
    assert [row["level"] for row in rows] == [1, 2, 3] * 2
    assert {row["payable_at"] - row["accrued_at"] for row in rows} == {timedelta(days=30)}
    assert {row["status"] for row in rows} == {"ACCRUED"}


async def test_events_and_gas_of_a_batch(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    line = await world.line(program)
    payers = await world.registered(program, line[-1], 3)
    lines = await world.settling.rows(
        "SELECT data -> 'internal' -> 'referrers' AS line FROM event_outbox WHERE name = 'settlement.confirmed'"
    )
    assert [row["line"] for row in lines] == [line[::-1]] * 3
    await world.settling.run("DELETE FROM event_outbox")
    await world.settling.pay(program, payers, amount=100 * USDC)
    await world.settle_and_finish()
    events = await world.settling.rows(
        "SELECT name, count(*) AS n FROM event_outbox GROUP BY 1 ORDER BY min(id)"
    )
    counts = {row["name"]: row["n"] for row in events}
    assert counts["intent.mined"] == counts["intent.confirmed"] == 3
    assert counts["settlement.confirmed"] == 3
    assert counts["commission.accrued"] == 9
    posted = await world.settling.rows("SELECT data FROM event_outbox WHERE name = 'ledger.posted'")
    assert sum(len(row["data"]["journals"]) for row in posted) == 3
    [settled] = await world.settling.rows(
        "SELECT data FROM event_outbox WHERE name = 'settlement.confirmed' ORDER BY id LIMIT 1"
    )
    assert settled["data"]["amount"] == str(100 * USDC)
    assert [one["earned"] for one in settled["data"]["internal"]["upline"]] == [
        str(10 * USDC),
        str(5 * USDC),
        str(2 * USDC),
        "0",
    ]
    [sums] = await world.settling.rows(
        """SELECT t.status, t.cost_wei, (SELECT sum(gas_share_wei) FROM intent_attempt a
                                          WHERE a.chain_transaction_id = t.id) AS attempts,
                  (SELECT sum(gas_share_wei) FROM settlement s WHERE s.chain_transaction_id = t.id) AS settlements
             FROM chain_transaction t ORDER BY nonce DESC LIMIT 1"""
    )
    assert sums["status"] == "CONFIRMED"
    assert sums["cost_wei"] == sums["attempts"] == sums["settlements"] > 0
    [gas] = await world.settling.rows("SELECT items, rejected, spent_wei FROM program_gas")
    assert (gas["items"], gas["rejected"]) == (6, 0)
    assert gas["spent_wei"] == await world.settling.value(
        "SELECT sum(cost_wei) FROM chain_transaction"
    )


async def test_the_wait_for_finality_is_told_apart(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None, 1)
    await world.settling.run("DELETE FROM event_outbox")
    await world.settling.pay(program, payers, amount=100 * USDC)
    await world.settle()
    await world.turn()
    world.settling.clock.ahead += timedelta(minutes=13)
    world.mine()
    await world.turn()
    took = """SELECT data -> 'internal' FROM event_outbox WHERE name = 'settlement.confirmed'"""
    internal = await world.settling.value(took)
    assert internal["milliseconds"] > 780_000
    assert 0 <= internal["ownMilliseconds"] < 60_000


async def test_a_registration_fixes_the_referrer_and_the_identity(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    line = await world.line(program)
    payer = world.new_wallet()
    await world.register(program, payer, line[-1], amount=5 * USDC)
    await world.settle_and_finish()
    [user] = await world.settling.rows(
        "SELECT u.*, s.confirmed_at FROM program_user u JOIN settlement s USING (program_id)"
    )
    assert user["referrer_id"] == line[-1]
    assert user["registered_at"] == user["confirmed_at"]
    identity = world.settling.gateway_chain.identity
    assert identity.functions.ownerOf(user["identity_token_id"]).call() == payer.address
    balances = await world.balances(program)
    assert balances[("USER", user["id"])] == -5 * USDC
    assert not any(kind == "AFFILIATE" for kind, _ in balances)
    assert await world.settling.value("SELECT skipped -> 0 ->> 'reason' FROM settlement") == (
        "the terms pay no commission for a registration"
    )
    await world.check()


async def test_one_bad_item_fails_alone(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None, 3)
    await world.settling.pay(program, payers, amount=10 * USDC)
    await world.settle_while_spending(payers[1], program.treasury)
    world.mine()
    await world.turn()
    states = (await world.settling.states(program))[3:]
    assert sorted(one["status"] for one in states) == ["CONFIRMED", "CONFIRMED", "FAILED"]
    [failed] = [one for one in states if one["status"] == "FAILED"]
    assert (failed["failure_code"], failed["failure_retryable"]) == ("INSUFFICIENT_FUNDS", True)
    [gas] = await world.settling.rows("SELECT items, rejected FROM program_gas")
    assert (gas["items"], gas["rejected"]) == (6, 1)
    # What the wallet sent by itself is money that nothing explains.
    assert (await world.balances(program))[("SUSPENSE", 0)] == 10 * USDC
    await world.check()


async def test_a_failed_registration_frees_its_place(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    payer = world.new_wallet()
    await world.register(program, payer, amount=5 * USDC)
    await world.settle_while_spending(payer, world.new_wallet().address)
    world.mine()
    await world.turn()
    assert await world.statuses(program) == [("FAILED", "MINED")]
    assert await world.settling.value("SELECT registration_intent_id FROM program_user") is None
    await world.check()


async def test_anybodys_transaction_settles_our_intent(watching_world: WatchingWorld) -> None:
    """Also one that failed here: the log is the proof, not our record of sending."""
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None, 2)
    keys = await world.settling.pay(program, payers, amount=10 * USDC)
    chain = world.settling.gateway_chain
    stranger = chain.stranger
    chain.send(chain.gateway.functions.setRelayer(stranger.address, True))
    items = []
    for key, payer in zip(keys, payers, strict=True):
        facts = chain.facts(
            payer.address,
            program=program.public_id.bytes + bytes(16),
            treasury=program.treasury,
            key=key,
            kind=ChainKind.PAYMENT,
        )
        items.append(facts.signed_by(payer))
    await world.settling.run(
        """UPDATE intent_state SET status = 'FAILED', version = 2, failure_code = 'REJECTED', failure_message = '',
                  failure_retryable = false, completed_at = now()
            WHERE intent_id = (SELECT id FROM intent WHERE idempotency_key = $1)""",
        keys[0],
    )
    await world.settling.run(
        """INSERT INTO intent_transition SELECT program_id, id, 2, 'PENDING', 'FAILED', 'QUEUED', now(), 'test'
             FROM intent WHERE idempotency_key = $1""",
        keys[0],
    )
    chain.send(chain.gateway.functions.settle(items), stranger)
    world.mine()
    await world.turn()
    assert (await world.statuses(program))[2:] == [("CONFIRMED", "FINAL")] * 2
    rows = await world.settling.rows("SELECT chain_transaction_id FROM settlement WHERE amount > 0")
    assert [row["chain_transaction_id"] for row in rows] == [None, None]
    await world.check()


async def test_a_program_that_is_paused_gets_its_final_logs_posted(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None)
    await world.settling.pay(program, payers)
    await world.settle()
    await world.settling.run(
        "UPDATE program SET status = 'PAUSED', pause_reason = 'a test', paused_at = now()"
    )
    world.mine()
    await world.turn()
    assert (await world.statuses(program))[1:] == [("CONFIRMED", "FINAL")]
    await world.check()


async def test_a_suspended_affiliates_level_is_skipped(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    line = await world.line(program)
    payers = await world.registered(program, line[-1])
    await world.settling.pay(program, payers, amount=100 * USDC)
    await world.settling.run("UPDATE affiliate SET status = 'SUSPENDED' WHERE id = $1", line[2])
    await world.settle_and_finish()
    balances = await world.balances(program)
    assert ("AFFILIATE", line[2]) not in balances
    assert balances[("PROGRAM", 0)] == 87 * USDC
    skipped = await world.settling.value("SELECT skipped FROM settlement WHERE amount > 0")
    assert skipped == [{"level": 2, "reason": "the affiliate is suspended"}]
    await world.check()


async def test_turns_on_the_same_chain_change_nothing(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    payers = await world.registered(program, None)
    await world.settling.pay(program, payers)
    await world.settle_and_finish()
    before = await world.settling.rows("SELECT * FROM intent_state")
    events = await world.settling.value("SELECT count(*) FROM event_outbox")
    await world.settling.run("UPDATE consumed_through SET block_number = 7")
    for _ in range(3):
        await world.turn()
    assert await world.settling.rows("SELECT * FROM intent_state") == before
    assert await world.settling.value("SELECT count(*) FROM event_outbox") == events
    await world.check()
