"""What is wrong with a signed payment is said before it is accepted; nothing is stored and no key used up."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.domain.amounts import AmountText
from app.domain.authorization_window import SignedAuthorization
from app.processes.intake.accept_intent import AskPaymentAuthorization
from tests.contracts.items import wallet
from tests.processes.payers import TEN, Payers, sign
from tests.services.refusals import refused

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def _high_s(signed: SignedAuthorization) -> bytes:
    r, s, v = signed.signature[:32], int.from_bytes(signed.signature[32:64]), signed.signature[64]
    assert s <= HALF_ORDER
    return r + (ORDER - s).to_bytes(32) + bytes([55 - v])


SPOILED: dict[str, Callable[[SignedAuthorization], bytes]] = {
    "empty": lambda _one: b"",
    "cut": lambda one: one.signature[:64],
    "long": lambda one: one.signature + b"\x00",
    "huge": lambda one: one.signature * 1000,
    "high s": _high_s,
    "v of 0": lambda one: one.signature[:64] + bytes([one.signature[64] - 27]),
    "zeros": lambda _one: bytes(65),
    "another r": lambda one: bytes([one.signature[0] ^ 1]) + one.signature[1:],
}


@pytest.mark.parametrize("how", SPOILED)
async def test_spoiled_signatures(how: str, payers: Payers, rich: LocalAccount) -> None:
    signed = await payers.signed(rich, "k", "REGISTRATION")
    with refused("INVALID_SIGNATURE", "payment", "signature"):
        spoiled = replace(signed, signature=SPOILED[how](signed))
        await payers.register(rich.address, "k", spoiled)
    assert await payers.stored() == 0
    # The key is not used up.
    assert not (await payers.register(rich.address, "k", signed)).replayed


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("domain", {"chainId": 1}),
        ("domain", {"name": "USDC"}),
        ("domain", {"version": "1"}),
        ("domain", {"verifyingContract": "0x" + "11" * 20}),
        ("message", {"to": "0x" + "22" * 20}),
        ("message", {"value": "9999999"}),
        ("message", {"nonce": "0x" + "33" * 32}),
        ("message", {"validAfter": "1"}),
    ],
)
async def test_other_documents_than_the_asked_one(
    part: str, changed: dict[str, Any], payers: Payers, rich: LocalAccount
) -> None:
    document = (await payers.document(rich.address, "k", "REGISTRATION")).typed_data
    before = dict(document["message"])
    document[part] |= changed
    signed = replace(sign(rich, document), valid_after=int(before["validAfter"]))
    with refused("INVALID_SIGNATURE", "payment", "signature"):
        await payers.register(rich.address, "k", signed)


async def test_another_kind_key_or_wallet_than_signed(payers: Payers, rich: LocalAccount) -> None:
    for signed in (
        await payers.signed(rich, "k", "PAYMENT"),
        await payers.signed(rich, "another key", "REGISTRATION"),
        sign(wallet(99), (await payers.document(rich.address, "k", "REGISTRATION")).typed_data),
    ):
        with refused("INVALID_SIGNATURE", "payment", "signature"):
            await payers.register(rich.address, "k", signed)
    assert await payers.stored() == 0


async def test_windows(payers: Payers, rich: LocalAccount) -> None:
    now = int(payers.world.settling.clock().timestamp())
    for name, value, code in (
        ("validBefore", now - 1, "AUTHORIZATION_EXPIRED"),
        ("validBefore", now + 59, "AUTHORIZATION_EXPIRED"),
        ("validAfter", now + 60, "INVALID_INPUT"),
    ):
        signed = await payers.signed(rich, "k", "REGISTRATION", **{name: value})
        with refused(code, "payment", name):
            await payers.register(rich.address, "k", signed)
    good = await payers.signed(rich, "k", "REGISTRATION")
    for name, value in (("valid_after", -1), ("valid_before", 2**256), ("valid_before", -1)):
        field = "validAfter" if name == "valid_after" else "validBefore"
        with refused("INVALID_INPUT", "payment", field):
            await payers.register(rich.address, "k", replace(good, **{name: value}))
    assert await payers.stored() == 0


async def test_poor_wallets_and_used_authorisations(payers: Payers, rich: LocalAccount) -> None:
    poor = payers.world.new_wallet()
    with refused("INSUFFICIENT_FUNDS", "payment"):
        signed = await payers.signed(poor, "poor", "REGISTRATION")
        await payers.register(poor.address, "poor", signed)
    document = await payers.document(rich.address, "used", "REGISTRATION")
    chain = payers.world.settling.gateway_chain
    chain.node.call("anvil_setBalance", rich.address, hex(10**18))
    cancel = {
        "types": {
            "EIP712Domain": document.typed_data["types"]["EIP712Domain"],
            "CancelAuthorization": [
                {"name": "authorizer", "type": "address"},
                {"name": "nonce", "type": "bytes32"},
            ],
        },
        "primaryType": "CancelAuthorization",
        "domain": document.typed_data["domain"],
        "message": {"authorizer": rich.address, "nonce": "0x" + document.nonce.hex()},
    }
    given = Account.sign_typed_data(rich.key, full_message=cancel)
    word = [value.to_bytes(32) for value in (given.r, given.s)]
    function = chain.token.functions.cancelAuthorization(
        rich.address, document.nonce, given.v, *word
    )
    assert chain.send(function)["status"] == 1
    with refused("AUTHORIZATION_USED", "payment"):
        await payers.register(rich.address, "used", sign(rich, document.typed_data))
    assert await payers.stored() == 0


async def test_documents_that_nobody_could_use(payers: Payers) -> None:
    address = wallet(1).address
    asked = AskPaymentAuthorization(payers.program.id, "REGISTRATION", address, TEN, "k")
    for changed, code, field in (
        ({"kind": "COMMERCE_PAYMENT"}, "INVALID_INPUT", "kind"),
        ({"valid_for_seconds": 0}, "INVALID_INPUT", "validForSeconds"),
        ({"valid_for_seconds": 10**9}, "INVALID_INPUT", "validForSeconds"),
        ({"idempotency_key": ""}, "INVALID_INPUT", "idempotencyKey"),
        ({"amount": AmountText("9", "USDC")}, "AMOUNT_OUT_OF_RANGE", "amount"),
        ({"program_id": 10**6}, "NOT_FOUND", "programId"),
    ):
        with refused(code, field):
            await payers.intake.payment_authorization(replace(asked, **changed))  # type: ignore[arg-type]


async def test_bad_amounts(payers: Payers, rich: LocalAccount) -> None:
    signed = SignedAuthorization(0, 2**40, bytes(65))
    for text, code in (("0", "AMOUNT_OUT_OF_RANGE"), ("1e6", "INVALID_INPUT")):
        with refused(code, "amount", "amount"):
            await payers.pay(rich.address, "k", signed, AmountText(text, "USDC"))
        with refused(code, "amount", "amount"):
            await payers.document(rich.address, "k", amount=AmountText(text, "USDC"))
    with refused("UNSUPPORTED_CURRENCY", "amount", "currency"):
        await payers.pay(rich.address, "k", signed, AmountText("1", "DOGE"))
    assert await payers.stored() == 0
