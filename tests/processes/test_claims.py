"""Who gets into a batch: fair shares, leases, pauses, budgets, expiries."""

from datetime import timedelta
from functools import partial
from typing import Any

from app.domain.claims import ClaimedIntent
from app.processes.settlement.release_stuck import release_stuck
from app.processes.settlement.settle import settle
from app.services.execute import execute
from app.services.intents.change_intents import retry_intent
from app.store.intents.claims import Claim, claim
from tests.contracts.items import ChainKind, wallet
from tests.processes.settling_world import SettledProgram, SettlingWorld
from tests.services.world import key_of

_PAUSE = """
UPDATE program SET status = 'PAUSED', pause_reason = 'a person said so', paused_at = now() WHERE id = $1
"""
_SPENT = "INSERT INTO program_gas (program_id, day, spent_wei, items, rejected) VALUES ($1, $2, $3, $4, $5)"


async def _claim(world: SettlingWorld, limit: int, **changed: Any) -> list[ClaimedIntent]:
    now = world.clock()
    facts: dict[str, Any] = {
        "chain_id": world.chain.chain_id,
        "rerouted": False,
        "limit": limit,
        "holder": "somebody",
        "actor": "test",
        "now": now,
        "until": now + timedelta(seconds=60),
        "settles_after": now + timedelta(seconds=60),
    }
    asked = Claim(**(facts | changed))
    return await execute(world.worker, world.bells, None, partial(claim, asked=asked))


def _counts(claimed: list[ClaimedIntent], *programs: SettledProgram) -> list[int]:
    return [sum(one.program_id == program.id for one in claimed) for program in programs]


async def test_programs_share_a_claim_evenly_and_leave_what_they_do_not_need(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    big, small, other = [await world.program() for _ in range(3)]
    await world.pay(big, 100, funded=False)
    await world.pay(small, 3, funded=False)
    await world.pay(other, 100, funded=False)
    assert _counts(await _claim(world, 90), big, small, other) in ([43, 3, 44], [44, 3, 43])
    assert _counts(await _claim(world, 500), big, small, other) in ([57, 0, 56], [56, 0, 57])
    assert await _claim(world, 10) == []


async def test_a_claim_takes_only_what_nobody_holds_and_what_is_due(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.program()
    await world.pay(program, 4, funded=False)
    await world.run(
        "UPDATE intent_todo SET due_at = now() + interval '1 hour' WHERE ctid IN (SELECT ctid FROM intent_todo LIMIT 1)"
    )
    async with world.admin.pool.acquire() as connection, connection.transaction():
        # Whoever changes an intent right now keeps it; the claim neither waits nor takes it.
        await connection.execute(
            "SELECT FROM intent_state s JOIN intent_todo t USING (program_id, intent_id)"
            " WHERE t.due_at <= now() ORDER BY intent_id LIMIT 1 FOR UPDATE OF s"
        )
        assert len(await _claim(world, 10)) == 2


async def test_a_paused_program_waits_and_goes_on(settling_world: SettlingWorld) -> None:
    world = settling_world
    paused, running = await world.program(), await world.program()
    await world.lanes()
    await world.pay(paused, 2)
    await world.pay(running, 2)
    await world.run(_PAUSE, paused.id)
    await settle(world.settling())
    assert {one["status"] for one in await world.states(paused)} == {"PENDING"}
    assert {one["stage"] for one in await world.states(running)} == {"BROADCAST"}
    await world.run(
        "UPDATE program SET status = 'ACTIVE', pause_reason = NULL WHERE id = $1", paused.id
    )
    await settle(world.settling())
    assert {one["stage"] for one in await world.states(paused)} == {"BROADCAST"}


async def test_a_program_over_its_gas_budget_or_mostly_refused_waits_alone(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    spent, refused, fine = [await world.program() for _ in range(3)]
    await world.lanes()
    for program in (spent, refused, fine):
        await world.pay(program, 1)
    today = world.clock().date()
    days = (today, today + timedelta(days=1))  # it may be midnight before they are claimed
    await world.run(
        "UPDATE program SET daily_gas_budget_wei = 1000 WHERE id = ANY($1)", [spent.id, fine.id]
    )
    for day in days:
        await world.run(_SPENT, spent.id, day, 1000, 1, 0)
        await world.run(_SPENT, refused.id, day, 10, 60, 31)
        await world.run(_SPENT, fine.id, day, 999, 60, 30)
    await settle(world.settling())
    states = [(await world.states(program))[0]["status"] for program in (spent, refused, fine)]
    assert states == ["PENDING", "PENDING", "PROCESSING"]


async def test_nothing_is_signed_for_a_program_whose_posting_is_stopped(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    stopped, fine = await world.program(), await world.program()
    await world.lanes()
    for program in (stopped, fine):
        await world.pay(program, 1)
    await world.run(
        "UPDATE consumed_through SET stopped = 'refused' WHERE program_id = $1", stopped.id
    )
    await settle(world.settling())
    states = [(await world.states(program))[0]["status"] for program in (stopped, fine)]
    assert states == ["PENDING", "PROCESSING"]


async def test_what_is_about_to_expire_is_left_out_and_fails_in_paused_programs_too(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program, paused = await world.program(), await world.program()
    await world.lanes()
    soon = int(world.clock().timestamp()) + 30
    await world.pay(program, 1, valid_before=soon)
    await world.pay(paused, 1, valid_before=soon, kind=ChainKind.REGISTRATION)
    await world.pay(program, 1)
    await world.run(_PAUSE, paused.id)
    await settle(world.settling())
    assert [one["status"] for one in await world.states(program)] == ["PENDING", "PROCESSING"]
    assert await release_stuck(world.worker, world.bells, world.clock) == (0, 2)
    for state in ((await world.states(program))[0], (await world.states(paused))[0]):
        assert (state["status"], state["stage"]) == ("FAILED", "QUEUED")
        assert (state["failure_code"], state["failure_retryable"]) == (
            "AUTHORIZATION_EXPIRED",
            True,
        )
        assert not state["queued"]
    places = await world.rows(
        "SELECT registration_intent_id FROM program_user WHERE program_id = $1", paused.id
    )
    assert {place["registration_intent_id"] for place in places} == {None}


async def test_leases_that_ran_out_go_back(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    await world.pay(program, 3)
    assert len(await _claim(world, 10)) == 3
    assert await release_stuck(world.worker, world.bells, world.clock) == (0, 0)
    world.clock.ahead = timedelta(seconds=61)
    assert await release_stuck(world.worker, world.bells, world.clock) == (3, 0)
    assert "settle_intents" in world.bells.jobs_rung
    assert {one["status"] for one in await world.states()} == {"PENDING"}
    assert await settle(world.settling()) == 1


async def test_refused_items_fail_with_their_reason_and_the_others_settle(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    later = int(world.clock().timestamp()) + 3600
    poor = await world.pay(program, 1, funded=False)
    early = await world.pay(program, 1, valid_after=later)
    twice = [wallet(77)]
    await world.pay(program, twice, kind=ChainKind.REGISTRATION)
    good = await world.pay(program, 3)
    assert await settle(world.settling()) == 1
    states = {one["key"]: one for one in await world.states(program)}
    assert {states[key]["stage"] for key in good} == {"BROADCAST"}
    [failed] = [states[key] for key in poor]
    assert (failed["status"], failed["failure_code"], failed["attempts"]) == (
        "FAILED",
        "INSUFFICIENT_FUNDS",
        1,
    )
    [waiting] = [states[key] for key in early]
    assert (waiting["status"], waiting["queued"]) == ("PENDING", True)
    [due] = await world.rows("SELECT due_at FROM intent_todo")
    assert due["due_at"].timestamp() > later
    [attempt] = await world.rows("SELECT * FROM intent_attempt WHERE NOT live")
    assert attempt["chain_transaction_id"] is None
    assert attempt["failure_code"] == "INSUFFICIENT_FUNDS"


async def test_wallets_with_code_are_rerouted(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    gateway = world.gateway_chain
    payer = wallet(78)
    accepting = gateway.deploy_testing("OwnedWallet", payer.address)
    code = gateway.web3.eth.get_code(accepting).hex()
    gateway.node.call("anvil_setCode", payer.address, "0x" + code.removeprefix("0x"))
    gateway.node.call(
        "anvil_setStorageAt",
        payer.address,
        "0x0",
        gateway.web3.eth.get_storage_at(accepting, 0).to_0x_hex(),
    )
    [rerouted] = await world.pay(program, [payer])
    await world.pay(program, 2)
    assert await settle(world.settling()) == 2
    states = {one["key"]: one for one in await world.states(program)}
    assert states[rerouted]["rerouted"]
    assert {one["stage"] for one in states.values()} == {"BROADCAST"}
    purposes = await world.rows("SELECT purpose FROM chain_transaction ORDER BY nonce")
    assert [row["purpose"] for row in purposes] == ["SETTLE", "SETTLE_REROUTED"]
    assert gateway.balance(program.treasury) == 30_000_000


async def test_an_intent_that_keeps_coming_back_waits_for_a_person(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    await world.pay(program, 1)
    await world.run("UPDATE intent_state SET attempts = 10")
    assert await settle(world.settling()) == 0
    [state] = await world.states()
    assert (state["status"], state["failure_code"]) == ("FAILED", "TRIES_EXHAUSTED")
    [intent] = await world.rows("SELECT id FROM intent")
    retry = partial(
        retry_intent,
        authority=key_of(program.id),
        intent_id=intent["id"],
        reason="the node was at fault",
        now=world.clock(),
    )
    await execute(world.api, world.bells, program.id, retry)
    assert await settle(world.settling()) == 1


async def test_a_closed_gateway_sends_everything_back(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    await world.pay(program, 2)
    world.gateway_chain.send(world.gateway_chain.gateway.functions.pause())
    assert await settle(world.settling()) == 0
    assert {one["status"] for one in await world.states()} == {"PENDING"}
    assert not await world.rows("SELECT FROM intent_todo WHERE due_at <= now()")
