"""An affiliate takes another wallet: with both wallets' consent, once, in time, and nobody else's."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.domain.ids import new_id
from schema.ids import IdPrefix, encode_id
from tests.api.caller import REGISTER_AFFILIATE, OwnProgram, Stage
from tests.api.filled import FilledProgram
from tests.contracts.conftest import chain
from tests.contracts.gateway_chain import GatewayChain
from tests.services.world import wallet
from tests.storage.seeds import wallet as seeded_wallet

__all__ = ["chain"]

DOCUMENT = """query ($id: ID!, $wallet: Address!) {
  affiliateWalletChange(id: $id, newWallet: $wallet) { typedData expiresAt } }"""
CHANGE = """mutation ($id: ID!, $wallet: Address!, $old: Hex!, $new: Hex!) {
  changeAffiliateWallet(id: $id, newWallet: $wallet, oldSignature: $old, newSignature: $new) {
    affiliate { id wallet } userErrors { code field } } }"""


@dataclass
class Changing:
    """An affiliate whose wallet a test has the key of."""

    program: OwnProgram
    id: str
    owner: LocalAccount

    async def document(self, new_wallet: str) -> dict[str, Any]:
        asked = await self.program.ask(DOCUMENT, id=self.id, wallet=new_wallet)
        found: dict[str, Any] = asked["affiliateWalletChange"]
        return found

    async def change(self, new_wallet: str, old: str, new: str) -> dict[str, Any]:
        asked = await self.program.ask(CHANGE, id=self.id, wallet=new_wallet, old=old, new=new)
        payload: dict[str, Any] = asked["changeAffiliateWallet"]
        return payload

    async def change_to(self, other: LocalAccount) -> dict[str, Any]:
        document = (await self.document(other.address))["typedData"]
        return await self.change(
            other.address, signed(self.owner, document), signed(other, document)
        )


def signed(account: LocalAccount, document: dict[str, Any]) -> str:
    return "0x" + bytes(account.sign_typed_data(full_message=document).signature).hex()


async def changing(program: OwnProgram, address: str | None = None) -> Changing:
    owner = Account.create()
    given = {"programId": program.id, "wallet": address or owner.address}
    payload = (await program.ask(REGISTER_AFFILIATE, input=given))["registerAffiliate"]
    assert payload["userErrors"] == []
    return Changing(program, payload["affiliate"]["id"], owner)


def refusal(payload: dict[str, Any]) -> tuple[str, str]:
    [error] = payload["userErrors"]
    assert payload["affiliate"] is None
    return error["code"], error["field"][0]


async def test_both_wallets_sign(filled: FilledProgram) -> None:
    affiliate, other = await changing(filled.program), Account.create()
    payload = await affiliate.change_to(other)
    assert payload == {
        "affiliate": {"id": affiliate.id, "wallet": other.address},
        "userErrors": [],
    }
    [row] = await filled.owner.fetch("SELECT * FROM affiliate_wallet_change")
    assert (row["n"], row["old_wallet"], row["new_wallet"]) == (
        1,
        affiliate.owner.address,
        other.address,
    )
    assert row["pays_from"] - row["changed_at"] == timedelta(hours=72)
    [audit] = await filled.owner.fetch(
        "SELECT before->>'wallet' AS was, after->>'wallet' AS became FROM audit"
        " WHERE action = 'affiliate.wallet_changed'"
    )
    assert (audit["was"], audit["became"]) == (affiliate.owner.address, other.address)
    # The same wallet again needs no signature; the old signatures do not work backwards or twice.
    assert (await affiliate.change(other.address, "0x", "0x"))["userErrors"] == []
    assert len(await filled.owner.fetch("SELECT FROM affiliate_wallet_change")) == 1


async def test_a_signature_works_once(stage: Stage) -> None:
    affiliate, other = await changing(await stage.program()), Account.create()
    document = (await affiliate.document(other.address))["typedData"]
    old, new = signed(affiliate.owner, document), signed(other, document)
    assert (await affiliate.change(other.address, old, new))["userErrors"] == []
    back = Changing(affiliate.program, affiliate.id, other)
    assert (await back.change_to(affiliate.owner))["userErrors"] == []
    again = await affiliate.change(other.address, old, new)
    assert refusal(again) == ("INVALID_SIGNATURE", "oldSignature")


async def test_wrong_signatures_are_named(stage: Stage) -> None:
    program = await stage.program()
    affiliate, other, stranger = await changing(program), Account.create(), Account.create()
    document = (await affiliate.document(other.address))["typedData"]
    old, new = signed(affiliate.owner, document), signed(other, document)
    another = await changing(program)
    elsewhere = (await another.document(other.address))["typedData"]
    for wrong in (
        signed(stranger, document),
        signed(affiliate.owner, elsewhere),
        "0x",
        "0x" + "11" * 65,
    ):
        assert refusal(await affiliate.change(other.address, wrong, new)) == (
            "INVALID_SIGNATURE",
            "oldSignature",
        )
    for wrong in (old, signed(other, elsewhere), "0x", "0x" + "11" * 5000):
        assert refusal(await affiliate.change(other.address, old, wrong)) == (
            "INVALID_SIGNATURE",
            "newSignature",
        )


async def test_a_document_expires(stage: Stage) -> None:
    affiliate, other = await changing(await stage.program()), Account.create()
    document = await affiliate.document(other.address)
    typed = document["typedData"]
    old, new = signed(affiliate.owner, typed), signed(other, typed)
    now = stage.process.runtime.clock()
    ends = int(typed["message"]["deadline"])
    assert 86_400 < ends - now.timestamp() <= 2 * 86_400
    clocks = {"at": now + timedelta(seconds=ends - now.timestamp())}
    changes = stage.process.wallet_changes
    stage.process.wallet_changes = type(changes)(
        changes.database, changes.bells, changes.chains, changes.facts, lambda: clocks["at"]
    )
    assert refusal(await affiliate.change(other.address, old, new))[0] == "INVALID_SIGNATURE"
    clocks["at"] -= timedelta(seconds=1)
    assert (await affiliate.change(other.address, old, new))["userErrors"] == []


async def test_contract_wallets_speak_for_themselves(stage: Stage, chain: GatewayChain) -> None:
    program, keys = await stage.program(), [Account.create() for _ in range(2)]
    old_wallet, new_wallet = (chain.deploy_testing("OwnedWallet", key.address) for key in keys)
    affiliate = await changing(program, old_wallet)
    document = (await affiliate.document(new_wallet))["typedData"]
    old, new = (signed(key, document) for key in keys)
    assert refusal(await affiliate.change(new_wallet, new, new))[1] == "oldSignature"
    assert refusal(await affiliate.change(new_wallet, old, old))[1] == "newSignature"
    assert (await affiliate.change(new_wallet, old, new))["affiliate"]["wallet"] == new_wallet


async def test_whose_wallet_it_may_not_be(stage: Stage, filled: FilledProgram) -> None:
    program = filled.program
    affiliate = await changing(program)
    taken = await changing(program)
    assert refusal(await affiliate.change_to(taken.owner)) == ("ALREADY_EXISTS", "newWallet")
    stranger = await stage.program()
    asked = await stranger.ask(CHANGE, id=affiliate.id, wallet=seeded_wallet(5), old="0x", new="0x")
    assert refusal(asked["changeAffiliateWallet"]) == ("NOT_FOUND", "id")
    seen = await stranger.ask(DOCUMENT, id=affiliate.id, wallet=seeded_wallet(5))
    assert seen == {"affiliateWalletChange": None}
    for unknown in ("nothing", encode_id(IdPrefix.AFFILIATE, new_id())):
        assert (await program.ask(DOCUMENT, id=unknown, wallet=wallet()))[
            "affiliateWalletChange"
        ] is None


@pytest.mark.parametrize("registered", [True, False])
async def test_nobody_becomes_their_own_referrer(registered: bool, filled: FilledProgram) -> None:
    affiliate, user = await changing(filled.program), Account.create()
    code = await filled.owner.fetchval(
        "SELECT referral_code FROM affiliate WHERE wallet = $1", affiliate.owner.address
    )
    below = await filled.program.affiliate("BELOW", code)
    key = await filled.owner.fetchval("SELECT id FROM affiliate WHERE wallet = $1", below["wallet"])
    if registered:
        await filled.owner.execute(
            "INSERT INTO program_user (program_id, public_id, wallet, created_at, registered_at, referrer_id)"
            " VALUES ($1, $2, $3, now(), now(), $4)",
            filled.key,
            new_id(),
            user.address,
            key,
        )
    else:
        await filled.program.ask(
            """mutation ($input: RegisterUserInput!) { registerUser(input: $input) { userErrors { code } } }""",
            input={
                "programId": filled.program.id,
                "wallet": user.address,
                "referralCode": "BELOW",
                "idempotencyKey": "joins",
            },
        )
    assert refusal(await affiliate.change_to(user)) == ("SELF_REFERRAL", "newWallet")


async def test_two_changes_at_once_make_one(stage: Stage) -> None:
    affiliate = await changing(await stage.program())
    others = [Account.create() for _ in range(4)]
    outcomes = await asyncio.gather(*(affiliate.change_to(other) for other in others))
    done = [one for one in outcomes if not one["userErrors"]]
    assert len(done) == 1
    codes = {refusal(one) for one in outcomes if one["userErrors"]}
    assert codes == {("INVALID_SIGNATURE", "oldSignature")}
