"""What wallets may do for themselves: strangers where registration is open, and members where they have the role."""

from typing import Any

import pytest

from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.signed_in import SignedIn, later, sign_in
from tests.api.test_roles import change
from tests.processes.signing_in import new_wallet

OPEN = """mutation ($program: ID!, $open: Boolean!) {
  updateProgram(input: {programId: $program, openRegistration: $open}) { userErrors { code } } }"""
DOCUMENTS = {
    "registerAffiliate": """mutation ($program: ID!, $wallet: Address!) {
      registerAffiliate(input: {programId: $program, wallet: $wallet}) { userErrors { code } } }""",
    "registerUser": """mutation ($program: ID!, $wallet: Address!) {
      registerUser(input: {programId: $program, wallet: $wallet, idempotencyKey: "join"}) { userErrors { code } } }""",
    "submitPayment": """mutation ($program: ID!, $wallet: Address!) {
      submitPayment(input: {programId: $program, wallet: $wallet, amount: {amount: "10", currency: "USDC"},
        idempotencyKey: "pay", authorization: {validAfter: "0", validBefore: "9", signature: "0x"}}) {
        userErrors { code } } }""",
    "paymentAuthorization": """query ($program: ID!, $wallet: Address!) {
      paymentAuthorization(programId: $program, kind: PAYMENT, wallet: $wallet,
        amount: {amount: "10", currency: "USDC"}, idempotencyKey: "pay") { nonce } }""",
}
SEEN = "query ($slug: String!, $id: ID!) { program(slug: $slug) { slug } node(id: $id) { id } }"
# Who is let in is told what is wrong with a payment: this wallet has not registered (yet).
ADMITTED = {
    "registerAffiliate": None,
    "registerUser": None,
    "submitPayment": "INVALID_STATE",
    "paymentAuthorization": None,
}
FORBIDDEN = dict.fromkeys(DOCUMENTS, "FORBIDDEN")
ABSENT = dict.fromkeys(DOCUMENTS, "NOT_FOUND") | {"paymentAuthorization": "NULL"}


async def codes(caller: Caller, program: OwnProgram, wallet: str) -> dict[str, str | None]:
    """What each operation says, for this wallet: a code, NULL, or nothing when it is done."""
    found: dict[str, str | None] = {}
    for name, document in DOCUMENTS.items():
        answer = await caller.answer(document, program=program.id, wallet=wallet)
        value: Any = (answer.get("data") or {}).get(name)
        errors = (
            [error["extensions"] for error in answer.get("errors", [])]
            + ((value or {}).get("userErrors") or [])
            + ([] if value else [{"code": "NULL"}])
        )
        found[name] = errors[0]["code"] if errors else None
    return found


async def sees(caller: Caller, program: OwnProgram) -> bool:
    asked = await caller.ask(SEEN, slug=program.slug, id=program.id)
    assert (asked["program"] is None) is (asked["node"] is None)
    return asked["program"] is not None


async def member(stage: Stage, program: OwnProgram, role: str) -> SignedIn:
    wallet = new_wallet()
    assert await change(program, "grantRole", program.id, wallet.address, role) == []
    return await sign_in(stage, wallet)


async def test_a_stranger_registers_itself_where_registration_is_open(stage: Stage) -> None:
    program, stranger = await stage.program(), await sign_in(stage)
    own, other = stranger.wallet.address, new_wallet().address
    assert await sees(stranger, program)
    assert await codes(stranger, program, other) == FORBIDDEN
    assert await codes(stranger, program, own) == ADMITTED
    later(stage, 3)
    # What it is now does not let it speak for others either.
    assert await codes(stranger, program, other) == FORBIDDEN


async def test_where_it_is_closed_there_is_no_program_for_strangers(stage: Stage) -> None:
    program = await stage.program(openRegistration=False)
    stranger, elsewhere = await sign_in(stage), await stage.program()
    await change(elsewhere, "grantRole", elsewhere.id, stranger.wallet.address)
    for _ in range(2):  # an ADMIN of another program is a stranger too
        assert not await sees(stranger, program)
        for wallet in (stranger.wallet.address, new_wallet().address):
            assert await codes(stranger, program, wallet) == ABSENT
        later(stage, 3)


@pytest.mark.parametrize(
    ("role", "admitted"),
    [
        ("CLIENT", {"registerUser", "submitPayment", "paymentAuthorization"}),
        ("AFFILIATE", {"registerAffiliate"}),
        ("ADMIN", {"registerAffiliate"}),
    ],
)
async def test_where_it_is_closed_members_do_what_their_role_lets_them(
    stage: Stage, role: str, admitted: set[str]
) -> None:
    program = await stage.program(openRegistration=False)
    caller = await member(stage, program, role)
    assert await sees(caller, program)
    expected = FORBIDDEN | {name: ADMITTED[name] for name in admitted}
    assert await codes(caller, program, caller.wallet.address) == expected
    vouches = {"registerAffiliate": None} if role == "ADMIN" else {}
    assert await codes(caller, program, new_wallet().address) == FORBIDDEN | vouches


async def test_closing_registration_ends_what_strangers_could_do(stage: Stage) -> None:
    program, stranger = await stage.program(), await sign_in(stage)
    assert await sees(stranger, program)
    await program.ask(OPEN, program=program.id, open=False)
    assert not await sees(stranger, program)
    assert await codes(stranger, program, stranger.wallet.address) == ABSENT
    await program.ask(OPEN, program=program.id, open=True)
    assert await codes(stranger, program, stranger.wallet.address) == ADMITTED


JOIN = """mutation ($program: ID!, $wallet: Address!) {
  registerAffiliate(input: {programId: $program, wallet: $wallet}) { affiliate { id wallet } } }"""
PAYER = """mutation ($program: ID!, $wallet: Address!) {
  registerUser(input: {programId: $program, wallet: $wallet, idempotencyKey: "join"}) { replayed } }"""
MEMBERSHIPS = "{ viewer { memberships { nodes { roles affiliate { id } } } } }"


async def test_who_registered_sees_it_in_the_answer_and_right_after(stage: Stage) -> None:
    program, stranger = await stage.program(), await sign_in(stage)
    own = stranger.wallet.address
    assert (await stranger.ask(MEMBERSHIPS))["viewer"]["memberships"]["nodes"] == []
    joined = (await stranger.ask(JOIN, program=program.id, wallet=own))["registerAffiliate"]
    assert joined["affiliate"]["wallet"] == own
    [member] = (await stranger.ask(MEMBERSHIPS))["viewer"]["memberships"]["nodes"]
    assert member == {"roles": ["AFFILIATE"], "affiliate": {"id": joined["affiliate"]["id"]}}
    await stranger.ask(PAYER, program=program.id, wallet=own)
    [member] = (await stranger.ask(MEMBERSHIPS))["viewer"]["memberships"]["nodes"]
    assert sorted(member["roles"]) == ["AFFILIATE", "CLIENT"]
