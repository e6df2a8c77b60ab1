"""Requests and workers at the same moment: one wallet, one key, one payment, whoever wins."""

import asyncio
from datetime import timedelta

from eth_account.signers.local import LocalAccount

from app.domain.amounts import AmountText
from app.domain.errors import Refusal, Unavailable
from app.services.execute import execute
from app.services.intents.change_intents import cancel_intent
from app.store.database import UnitOfWork
from tests.contracts.conftest import chain, deployment
from tests.contracts.items import USDC
from tests.processes.conftest import payers, rich, settling_world, watching_world
from tests.processes.payers import Payers
from tests.services.conftest import api, world
from tests.services.refusals import refused
from tests.services.registering import intake_of, register
from tests.services.world import World, key_of, wallet

__all__ = [
    "api",
    "chain",
    "deployment",
    "payers",
    "rich",
    "settling_world",
    "watching_world",
    "world",
]


async def test_one_wallet_under_many_keys_at_once_registers_once(world: World) -> None:
    program_id, address = (await world.program()).program_id, wallet()
    intakes = [intake_of(world) for _ in range(3)]
    answers = await asyncio.gather(
        *(
            register(world, program_id, f"key {n}", intakes[n % 3], wallet=address)
            for n in range(30)
        ),
        return_exceptions=True,
    )
    refusals = [one for one in answers if isinstance(one, BaseException)]
    assert {type(one) for one in refusals} <= {Refusal, Unavailable}
    assert len(answers) - len(refusals) == 1
    assert len(await world.fetch(program_id, "SELECT FROM intent")) == 1


async def test_one_key_with_many_meanings_at_once_is_one_intent(world: World) -> None:
    program_id = (await world.program()).program_id
    intakes = [intake_of(world) for _ in range(3)]
    answers = await asyncio.gather(
        *(register(world, program_id, "k", intakes[n % 3]) for n in range(30)),
        return_exceptions=True,
    )
    accepted = [one for one in answers if not isinstance(one, BaseException)]
    assert [one.replayed for one in accepted] == [False]
    assert len(await world.fetch(program_id, "SELECT FROM intent")) == 1


async def test_keys_that_look_alike_are_different_keys(world: World) -> None:
    program_id = (await world.program()).program_id
    keys = ["key", "KEY", "Key", " key", "key ", "k ey", "k%65y", "key\\0"]
    for key in keys:
        await register(world, program_id, key)
    rows = await world.fetch(program_id, "SELECT DISTINCT on_chain_id FROM intent")
    assert len(rows) == len(keys)
    for key in ("k\u0435y", "\uff4bey", "ke\u0301y", "key\u200b", "key\n", "\tkey", "key\x7f"):
        with refused("INVALID_INPUT", "idempotencyKey"):
            await register(world, program_id, key)


async def test_a_payment_repeated_in_other_words(payers: Payers, rich: LocalAccount) -> None:
    fee = await payers.signed(rich, "join", "REGISTRATION")
    await payers.register(rich.address, "join", fee)
    await payers.world.settle_and_finish()
    signed = await payers.signed(rich, "pay")
    first = await payers.pay(rich.address, "pay", signed)
    for same in ("10.0", "10.000000", "010"):
        try:
            again = await payers.pay(rich.address, "pay", signed, AmountText(same, "USDC"))
        except Refusal as refusal:
            assert refusal.code == "INVALID_INPUT"  # noqa: PT017  either is right, a second intent is not
        else:
            assert (again.intent_id, again.replayed) == (first.intent_id, True)
    with refused("IDEMPOTENCY_CONFLICT", "idempotencyKey"):
        await payers.pay(rich.address, "pay", signed, AmountText("10.000001", "USDC"))
    for currency in ("usdc", "USDC ", "\uff35SDC", "EURC"):
        with refused("UNSUPPORTED_CURRENCY", "amount", "currency"):
            await payers.pay(rich.address, "pay", signed, AmountText("10", currency))
    # The money of one signature under a second key: the nonce says which key it is for.
    with refused("INVALID_SIGNATURE", "authorization", "signature"):
        await payers.pay(rich.address, "pay again", signed)
    assert await payers.stored() == 2


async def test_cancelling_while_workers_sign(payers: Payers, rich: LocalAccount) -> None:
    fee = await payers.signed(rich, "join", "REGISTRATION")
    joined = await payers.register(rich.address, "join", fee)
    settling = payers.world.settling

    async def cancel(delay: float) -> bool:
        await asyncio.sleep(delay)
        authority = key_of(payers.program.id)

        async def use_case(unit: UnitOfWork) -> None:
            await cancel_intent(unit, authority, joined.intent_id, "too late", settling.clock())

        try:
            await execute(settling.api, settling.bells, payers.program.id, use_case)
        except Refusal as refusal:
            assert refusal.code == "INVALID_STATE"  # noqa: PT017  the worker was first
            return False
        return True

    outcomes = await asyncio.gather(
        payers.world.settle_and_finish(), *(cancel(n / 200) for n in range(12))
    )
    paid = settling.gateway_chain.balance(rich.address) == 90 * USDC
    [state] = await settling.states(payers.program)
    assert paid is (state["status"] == "CONFIRMED")
    assert any(outcomes[1:]) is (state["failure_code"] == "CANCELLED")
    assert paid is not any(outcomes[1:])
    await payers.world.check()
    if not paid:
        later = payers.world.settling.clock() + timedelta(hours=1)
        again = await payers.signed(
            rich, "join", "REGISTRATION", validBefore=int(later.timestamp())
        )
        repeated = await payers.register(rich.address, "join", again)
        assert (repeated.intent_id, repeated.warnings) == (joined.intent_id, ())
        await payers.world.settle_and_finish()
        assert settling.gateway_chain.balance(rich.address) == 100 * USDC
