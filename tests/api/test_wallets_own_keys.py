"""Idempotency keys of wallets: each wallet has its own, nobody sends another's, and all are shown as they were sent."""

from typing import Any

import asyncpg

from app.chain.deploy import mint_test_usd
from app.domain.ids import new_id
from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.exporting import table
from tests.api.live import cursor_of
from tests.api.signed_in import SignedIn, later, sign_in
from tests.contracts.gateway_chain import DEPLOYER_KEY
from tests.fixtures.databases import Database
from tests.processes.signing_in import new_wallet

JOIN = """mutation ($program: ID!, $wallet: Address!, $key: String!) {
  registerUser(input: {programId: $program, wallet: $wallet, idempotencyKey: $key}) {
    intent { id idempotencyKey wallet } replayed userErrors { code field } } }"""
FIND = """query ($program: ID!, $key: String!) {
  intent(by: {idempotencyKey: {programId: $program, idempotencyKey: $key}}) { id } }"""
DOCUMENT = """query ($program: ID!, $wallet: Address!) {
  paymentAuthorization(programId: $program, kind: PAYMENT, wallet: $wallet,
    amount: {amount: "10", currency: "USDC"}, idempotencyKey: "one") { typedData validAfter validBefore nonce } }"""
PAY = """mutation ($program: ID!, $wallet: Address!, $signed: SignedAuthorizationInput!) {
  submitPayment(input: {programId: $program, wallet: $wallet, idempotencyKey: "one", authorization: $signed,
    amount: {amount: "10", currency: "USDC"}}) { intent { id idempotencyKey } replayed userErrors { code } } }"""
USER = """INSERT INTO program_user (program_id, public_id, wallet, created_at, registered_at)
          SELECT id, $2, $3, now(), now() FROM program WHERE slug = $1"""
STORED = "SELECT idempotency_key FROM intent ORDER BY id"
TOLD = "SELECT data::text FROM event_outbox UNION ALL SELECT data::text FROM event"
AUDITED = "SELECT concat(before, after, reason, target_id) FROM audit"


async def joined(caller: Caller, program: OwnProgram, wallet: str, key: str) -> dict[str, Any]:
    asked = await caller.ask(JOIN, program=program.id, wallet=wallet, key=key)
    payload: dict[str, Any] = asked["registerUser"]
    return payload


async def test_one_key_text_is_three_intents_of_three_callers(
    stage: Stage, database: Database
) -> None:
    program = await stage.program()
    first, second = await sign_in(stage), await sign_in(stage)
    callers: list[tuple[Caller, str]] = [
        (first, first.wallet.address),
        (second, second.wallet.address),
        (program, new_wallet().address),
    ]
    intents = []
    for caller, wallet in callers:
        payload = await joined(caller, program, wallet, "same")
        assert (payload["userErrors"], payload["replayed"]) == ([], False)
        again = await joined(caller, program, wallet, "same")
        assert again == payload | {"replayed": True}
        intents.append(payload["intent"])
    assert len({one["id"] for one in intents}) == 3
    assert {one["idempotencyKey"] for one in intents} == {"same"}
    later(stage, 3)
    for (caller, _), intent in zip(callers, intents, strict=True):
        found = await caller.ask(FIND, program=program.id, key="same")
        assert found == {"intent": {"id": intent["id"]}}
    assert await cursor_of(program)
    rows = await table(program, "INTENTS")
    assert [row["idempotency_key"] for row in rows] == ["same"] * 3
    owner = await asyncpg.connect(database.dsn())
    stored = [row[0] for row in await owner.fetch(STORED)]
    told = [row[0] for query in (TOLD, AUDITED) for row in await owner.fetch(query)]
    await owner.close()
    assert stored == [
        f"{first.wallet.address}\x1fsame",
        f"{second.wallet.address}\x1fsame",
        "same",
    ]
    assert "\\u001f" not in "".join(told)


async def test_what_a_wallet_is_asked_to_sign_is_what_it_pays_with(
    stage: Stage, database: Database
) -> None:
    program, caller = await stage.program(), await sign_in(stage)
    owner = await asyncpg.connect(database.dsn())
    await owner.execute(USER, program.slug, new_id(), caller.wallet.address)
    await owner.close()
    funds = {caller.wallet.address: 10**9}
    await mint_test_usd(stage.rpc, DEPLOYER_KEY, stage.deployment.token, funds)
    mine = await document_for(caller, program, caller)
    theirs = await document_for(program, program, caller)
    assert mine["nonce"] != theirs["nonce"]
    for payer, document, codes in (
        (caller, theirs, ["INVALID_SIGNATURE"]),
        (program, mine, ["INVALID_SIGNATURE"]),
        (caller, mine, []),
        (program, theirs, []),
    ):
        payload = await paid(payer, program, caller, document)
        assert [error["code"] for error in payload["userErrors"]] == codes
        if not codes:
            assert payload["intent"]["idempotencyKey"] == "one"


async def document_for(caller: Caller, program: OwnProgram, payer: SignedIn) -> dict[str, Any]:
    asked = await caller.ask(DOCUMENT, program=program.id, wallet=payer.wallet.address)
    document: dict[str, Any] = asked["paymentAuthorization"]
    return document


async def paid(
    caller: Caller, program: OwnProgram, payer: SignedIn, document: dict[str, Any]
) -> dict[str, Any]:
    signature = payer.wallet.sign_typed_data(full_message=document["typedData"]).signature
    signed = {name: document[name] for name in ("validAfter", "validBefore")}
    asked = await caller.ask(
        PAY,
        program=program.id,
        wallet=payer.wallet.address,
        signed=signed | {"signature": f"0x{bytes(signature).hex()}"},
    )
    payload: dict[str, Any] = asked["submitPayment"]
    return payload
