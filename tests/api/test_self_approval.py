"""Who made something does not approve it: not in another session, not with a key, not with a key of a key."""

from itertools import count
from typing import Any

from tests.api.caller import CREATE_KEY, Caller, Stage
from tests.api.paying import APPROVE, CREATE, Paying
from tests.api.signed_in import later, sign_in
from tests.api.test_adjustments import APPROVE as APPROVE_ADJUSTMENT
from tests.api.test_adjustments import PROPOSE, Adjusting, adjusting
from tests.api.test_roles import change
from tests.processes.signing_in import new_wallet

__all__ = ["adjusting"]

_NUMBERS = count(1)
ROTATE = """mutation ($id: ID!, $key: String!) {
  rotateApiKey(id: $id, idempotencyKey: $key) { secret apiKey { id } userErrors { code } } }"""
VIEWER = "{ viewer { apiKey { id } } }"
ALLOW = """mutation ($id: ID!) {
  updateProgram(input: {programId: $id, allowSelfApproval: true}) { userErrors { code } } }"""


async def key_made_by(maker: Caller, program: str, *scopes: str) -> Caller:
    made = await maker.ask(
        CREATE_KEY, program=program, scopes=list(scopes), key=f"k{next(_NUMBERS)}"
    )
    return Caller(maker.client, made["createApiKey"]["secret"])


async def in_its_place(key: Caller, rotator: Caller) -> Caller:
    """A key made by rotating another."""
    id_ = (await key.ask(VIEWER))["viewer"]["apiKey"]["id"]
    made = (await rotator.ask(ROTATE, id=id_, key=f"r{next(_NUMBERS)}"))["rotateApiKey"]
    assert made["userErrors"] == []
    return Caller(key.client, made["secret"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def test_an_owner_does_not_approve_the_batch_that_it_made(
    stage: Stage, paying: Paying
) -> None:
    program, owner = paying.program, paying.owners[0]
    await change(program, "grantRole", program.id, owner.address)
    wallet = await sign_in(stage, owner)
    backend = await key_made_by(wallet, program.id, "MANAGE_PAYOUTS", "READ")
    earlier = None
    for maker in (wallet, backend):
        asked = await maker.ask(CREATE, program=program.id, key="batch", replaces=earlier)
        batch = asked["createPayoutBatch"]["payoutBatch"]
        for sender in (wallet, backend, program, await sign_in(stage, owner)):
            refused = await sender.ask(APPROVE, **paying.signed(batch, 0))
            assert codes(refused["approvePayoutBatch"]) == ["SELF_APPROVAL"]
        earlier = batch["id"]
    other = await wallet.ask(APPROVE, **paying.signed(batch, 1))
    assert codes(other["approvePayoutBatch"]) == []
    await program.ask(ALLOW, id=program.id)
    allowed = await wallet.ask(APPROVE, **paying.signed(batch, 0))
    assert codes(allowed["approvePayoutBatch"]) == []


async def test_adjustments_take_two_persons(stage: Stage, adjusting: Adjusting) -> None:
    await adjusting.terminate()
    program, first, second = adjusting.first, new_wallet(), new_wallet()
    await change(program, "grantRole", program.id, first.address)
    proposer = await sign_in(stage, first)
    await change(proposer, "grantRole", program.id, second.address)
    affiliate = (await adjusting.affiliate())["id"]
    asked = await proposer.ask(PROPOSE, id=affiliate, currency="USDC", key="wallet")
    adjustment = asked["proposeBalanceAdjustment"]["adjustment"]
    assert adjustment["proposedBy"] == f"wallet:{first.address}"
    manager = await key_made_by(proposer, program.id, "MANAGE_PROGRAM", "MANAGE_PAYOUTS")
    of_key = await key_made_by(manager, program.id, "MANAGE_PAYOUTS", "READ")
    for same in (
        proposer,
        await sign_in(stage, first),
        manager,
        of_key,
        await in_its_place(of_key, program),
    ):
        refused = await same.ask(APPROVE_ADJUSTMENT, id=adjustment["id"])
        assert codes(refused["approveBalanceAdjustment"]) == ["SELF_APPROVAL"]
    other = await sign_in(stage, second)
    approved = (await other.ask(APPROVE_ADJUSTMENT, id=adjustment["id"]))[
        "approveBalanceAdjustment"
    ]
    assert approved["adjustment"]["approvedBy"] == f"wallet:{second.address}"


async def test_what_a_key_proposed_its_makers_and_its_successors_do_not_approve(
    stage: Stage, adjusting: Adjusting
) -> None:
    await adjusting.terminate()
    program, admin = adjusting.first, new_wallet()
    await change(program, "grantRole", program.id, admin.address)
    wallet = await sign_in(stage, admin)
    proposer = await key_made_by(wallet, program.id, "MANAGE_PAYOUTS", "READ")
    sibling = await key_made_by(wallet, program.id, "MANAGE_PAYOUTS")
    affiliate = (await adjusting.affiliate())["id"]
    asked = await proposer.ask(PROPOSE, id=affiliate, currency="USDC", key="key")
    id_ = asked["proposeBalanceAdjustment"]["adjustment"]["id"]
    successor = await in_its_place(proposer, program)
    for same in (proposer, wallet, sibling, successor):
        refused = await same.ask(APPROVE_ADJUSTMENT, id=id_)
        assert codes(refused["approveBalanceAdjustment"]) == ["SELF_APPROVAL"]
    later(stage, 3)
    assert codes(await adjusting.approve(id_)) == []
