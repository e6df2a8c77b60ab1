"""Registering and paying through the API, as a wallet without gas does it."""

import asyncio
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.chain.deploy import mint_test_usd
from tests.api.caller import OwnProgram, Stage
from tests.contracts.gateway_chain import DEPLOYER_KEY

REGISTER = """
mutation ($input: RegisterUserInput!) {
  registerUser(input: $input) {
    intent { id status stage kind version wallet referralCode timeline { to stage actor } user { wallet registeredAt } }
    replayed warnings { code field } userErrors { code message field }
  }
}
"""
PAY = """
mutation ($input: SubmitPaymentInput!) {
  submitPayment(input: $input) {
    intent { id status amount { amount currency minor } } replayed warnings { code }
    userErrors { code message field }
  }
}
"""
AUTHORIZATION = """
query ($program: ID!, $kind: IntentKind!, $wallet: Address!, $amount: MoneyInput!, $key: String!) {
  paymentAuthorization(programId: $program, kind: $kind, wallet: $wallet, amount: $amount, idempotencyKey: $key) {
    typedData validAfter validBefore nonce
  }
}
"""
FEE = {
    "registrationFee": {"amount": "5.00", "currency": "USDC"},
    "commissionLevelsBps": [1000],
}


async def signed(
    program: OwnProgram, wallet: LocalAccount, kind: str, amount: str, key: str
) -> dict[str, Any]:
    """What a wallet gives for a payment: the server's document, signed."""
    asked = await program.ask(
        AUTHORIZATION,
        program=program.id,
        kind=kind,
        wallet=wallet.address,
        amount={"amount": amount, "currency": "USDC"},
        key=key,
    )
    document = asked["paymentAuthorization"]
    signature = wallet.sign_typed_data(full_message=document["typedData"]).signature
    return {
        "validAfter": document["validAfter"],
        "validBefore": document["validBefore"],
        "signature": "0x" + bytes(signature).hex(),
    }


async def test_a_registration_is_accepted_and_repeated_by_its_key(stage: Stage) -> None:
    program = await stage.program()
    await program.affiliate("ROOT")
    wallet = Account.create().address
    given = {
        "programId": program.id,
        "wallet": wallet,
        "referralCode": "root",
        "idempotencyKey": "one",
    }
    first = (await program.ask(REGISTER, input=given))["registerUser"]
    assert first["userErrors"] == []
    assert first["replayed"] is False
    assert first["intent"]["status"] == "PENDING"
    assert first["intent"]["user"] == {"wallet": wallet, "registeredAt": None}
    again = (await program.ask(REGISTER, input=given))["registerUser"]
    assert again["replayed"] is True
    assert again["intent"]["id"] == first["intent"]["id"]
    other = await program.ask(REGISTER, input=given | {"wallet": Account.create().address})
    assert other["registerUser"]["userErrors"][0]["code"] == "IDEMPOTENCY_CONFLICT"


async def test_a_hundred_equal_requests_make_one_intent(stage: Stage) -> None:
    program = await stage.program()
    given = {"programId": program.id, "wallet": Account.create().address, "idempotencyKey": "same"}
    answers = await asyncio.gather(*(program.ask(REGISTER, input=given) for _ in range(100)))
    payloads = [answer["registerUser"] for answer in answers]
    assert len({payload["intent"]["id"] for payload in payloads}) == 1
    assert [payload["replayed"] for payload in payloads].count(False) == 1


async def test_a_registration_with_a_fee_takes_the_signed_document(stage: Stage) -> None:
    # The node of a busy machine takes longer than a payer is kept waiting for it.
    stage.process.intake._signatures._patience_seconds = 10
    program = await stage.program(terms=FEE)
    wallet = Account.create()
    await mint_test_usd(
        stage.rpc, DEPLOYER_KEY, stage.deployment.token, {wallet.address: 100_000_000}
    )
    given = {"programId": program.id, "wallet": wallet.address, "idempotencyKey": "with a fee"}
    missing = (await program.ask(REGISTER, input=given))["registerUser"]
    assert missing["userErrors"][0]["code"] == "PAYMENT_REQUIRED"
    payment = await signed(program, wallet, "REGISTRATION", "5.00", "with a fee")
    accepted = (await program.ask(REGISTER, input=given | {"payment": payment}))["registerUser"]
    assert accepted["userErrors"] == []
    assert accepted["warnings"] == []


async def test_a_payment_needs_a_confirmed_registration(stage: Stage) -> None:
    program = await stage.program()
    wallet = Account.create()
    given = {
        "programId": program.id,
        "wallet": wallet.address,
        "amount": {"amount": "10.00", "currency": "USDC"},
        "idempotencyKey": "pay",
        "authorization": await signed(program, wallet, "PAYMENT", "10.00", "pay"),
    }
    payload = (await program.ask(PAY, input=given))["submitPayment"]
    assert payload["intent"] is None
    assert payload["userErrors"][0]["code"] == "INVALID_STATE"
    assert payload["userErrors"][0]["field"][-1] == "wallet"
