"""Signed payments are checked before they are accepted, and settle when they are."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from eth_account.signers.local import LocalAccount
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.chain.client import Chain
from app.domain.authorization_window import SignedAuthorization
from app.domain.errors import Unavailable
from app.observability import request_logging
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.contracts.items import USDC, wallet
from tests.contracts.test_contract_wallets import delegate
from tests.processes.payers import Payers, intake_over, sign
from tests.processes.watching_world import WatchingWorld
from tests.services.refusals import refused


async def test_a_document_is_signed_accepted_settled_and_paid_again(
    payers: Payers, rich: LocalAccount
) -> None:
    fee = await payers.signed(rich, "join", "REGISTRATION")
    with capture_logs([merge_contextvars]) as lines, request_logging("of a registration"):
        joined = await payers.register(rich.address, "join", fee)
        await payers.register(rich.address, "join", fee)
    assert lines == [
        {
            "event": "intent accepted",
            "intent": str(joined.intent_id),
            "program": str(payers.program.public_id),
            "request_id": "of a registration",
            "log_level": "info",
        }
    ]
    assert (joined.replayed, joined.warnings) == (False, ())
    too_early = await payers.signed(rich, "pay")
    with refused("INVALID_STATE", "wallet"):
        await payers.pay(rich.address, "pay", too_early)
    await payers.world.settle_and_finish()
    paid = await payers.pay(rich.address, "pay", too_early)
    await payers.world.settle_and_finish()
    assert await payers.world.statuses(payers.program) == [("CONFIRMED", "FINAL")] * 2
    again = await payers.pay(rich.address, "pay", too_early)
    assert (again.intent_id, again.replayed) == (paid.intent_id, True)
    assert payers.world.settling.gateway_chain.balance(rich.address) == 80 * USDC
    await payers.world.check()


async def test_a_contract_wallet_speaks_for_itself(payers: Payers) -> None:
    owner, chain = wallet(7), payers.world.settling.gateway_chain
    address = chain.deploy_testing("OwnedWallet", owner.address)
    chain.fund([address], 10 * USDC)
    document = (await payers.document(address, "k", "REGISTRATION")).typed_data
    with refused("INVALID_SIGNATURE", "payment", "signature"):
        await payers.register(address, "k", sign(wallet(8), document))
    accepted = await payers.register(address, "k", sign(owner, document))
    assert accepted.warnings == ()
    [given] = await payers.world.settling.rows("SELECT * FROM intent_authorization")
    assert given["contract_wallet"]
    await payers.world.settle_and_finish()
    assert await payers.world.statuses(payers.program) == [("CONFIRMED", "FINAL")]


async def test_a_key_with_code_is_a_contract_wallet(payers: Payers, rich: LocalAccount) -> None:
    chain = payers.world.settling.gateway_chain
    signed = await payers.signed(rich, "k", "REGISTRATION")
    delegate(chain, rich, chain.deploy_testing("GasBurnerWallet"))
    with refused("INVALID_SIGNATURE", "payment", "signature"):
        await payers.register(rich.address, "k", signed)
    delegate(chain, rich, chain.deploy_testing("DelegatedWallet"))
    await payers.register(rich.address, "k", signed)
    [state] = await payers.world.settling.states(payers.program)
    assert state["rerouted"]


@pytest.mark.parametrize("plan", ["hang", "500"])
async def test_a_chain_that_does_not_answer_in_time(
    plan: str, payers: Payers, rich: LocalAccount
) -> None:
    signed = await payers.signed(rich, "k", "REGISTRATION")
    async with proxy_before(payers.world.settling.gateway_chain.node.url) as proxy:
        proxy.plan = lambda _body: plan
        async with Chain(CHAIN_ID, [proxy.url]) as away:
            payers.intake = intake_over(payers.world, away, 0.3)
            async with asyncio.timeout(10):  # the node takes 30
                accepted = await payers.register(rich.address, "k", signed)
            assert [one.code for one in accepted.warnings] == ["FUNDS_NOT_CHECKED"]
            contract = wallet(8).address
            with pytest.raises(Unavailable):
                await payers.register(contract, "other", signed)
    assert await payers.stored() == 1


async def test_requests_at_once_share_their_reads_of_the_chain(payers: Payers) -> None:
    world = payers.world
    many = [world.new_wallet() for _ in range(60)]
    world.settling.gateway_chain.fund([one.address for one in many], 10 * USDC)
    signatures = [await payers.signed(one, f"k {n}", "REGISTRATION") for n, one in enumerate(many)]
    async with proxy_before(world.settling.gateway_chain.node.url) as proxy:
        async with Chain(CHAIN_ID, [proxy.url]) as counted:
            payers.intake = intake_over(world, counted)
            accepted = await asyncio.gather(
                *(
                    payers.register(one.address, f"k {n}", signed)
                    for n, (one, signed) in enumerate(zip(many, signatures, strict=True))
                )
            )
        assert len(proxy.seen) < 30
    assert {one.warnings for one in accepted} == {()}
    assert await payers.stored() == 60


async def test_a_new_signature_revives_a_failed_intent(payers: Payers, rich: LocalAccount) -> None:
    first = await payers.signed(rich, "k", "REGISTRATION")
    accepted = await payers.register(rich.address, "k", first)
    chain = payers.world.settling.gateway_chain
    await payers.world.settle_while_spending(rich, wallet(9).address)
    payers.world.mine(3)
    await payers.world.turn()
    [state] = await payers.world.settling.states(payers.program)
    assert (state["status"], state["failure_code"]) == ("FAILED", "INSUFFICIENT_FUNDS")

    same = await payers.register(rich.address, "k", first)
    assert (same.intent_id, same.replayed, same.warnings) == (accepted.intent_id, True, ())
    chain.fund([rich.address], 10 * USDC)
    later = int((payers.world.settling.clock() + timedelta(hours=2)).timestamp())
    second = await payers.signed(rich, "k", "REGISTRATION", validBefore=later)
    with refused("INVALID_SIGNATURE", "payment", "signature"):
        await payers.register(rich.address, "k", replace(second, valid_before=later + 1))
    answers = await asyncio.gather(*(payers.register(rich.address, "k", second) for _ in range(5)))
    assert {one.intent_id for one in answers} == {accepted.intent_id}
    revived = [one for one in answers if "REAUTHORISED" in [w.code for w in one.warnings]]
    assert len(revived) == 1
    assert all(one.replayed for one in answers)
    await payers.world.settle_and_finish()
    assert await payers.world.statuses(payers.program) == [("CONFIRMED", "FINAL")]
    await payers.world.check()


async def test_a_free_registration_takes_no_payment(watching_world: WatchingWorld) -> None:
    program = await watching_world.program()
    free = Payers(
        watching_world, intake_over(watching_world, watching_world.settling.chain), program
    )
    with refused("INVALID_INPUT", "payment"):
        await free.register(wallet(3).address, "k", SignedAuthorization(0, 2**40, bytes(65)))
    await free.register(wallet(3).address, "k")
    await watching_world.settle_and_finish()
    assert await watching_world.statuses(program) == [("CONFIRMED", "FINAL")]
