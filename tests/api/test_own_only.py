"""Operations with a condition: what is one's own is let through, what is a neighbour's is not there."""

from typing import Any

from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.live import on_a_socket
from tests.api.signed_in import later, sign_in
from tests.processes.signing_in import new_wallet
from tests.transport.ws_client import initialised

REGISTER = """mutation ($program: ID!, $wallet: Address!, $code: String!, $parent: String) {
  registerAffiliate(input: {programId: $program, wallet: $wallet, referralCode: $code, parentReferralCode: $parent}) {
    affiliate { id } userErrors { code } } }"""
JOIN = """mutation ($program: ID!, $wallet: Address!) {
  registerUser(input: {programId: $program, wallet: $wallet, idempotencyKey: "join"}) {
    intent { id } userErrors { code } } }"""
AFFILIATE = {
    "affiliate": "{ affiliate(by: {id: %(id)s}) { id } }",
    "by wallet": "{ affiliate(by: {wallet: {programId: %(program)s, wallet: %(wallet)s}}) { id } }",
    "by code": "{ affiliate(by: {referralCode: {programId: %(program)s, referralCode: %(code)s}}) { id } }",
    "document": "{ affiliateWalletChange(id: %(id)s, newWallet: %(new)s) { expiresAt } }",
}
CHANGE = """mutation { changeAffiliateWallet(id: %(id)s, newWallet: %(wallet)s, oldSignature: "0x", newSignature: "0x") {
  affiliate { id } userErrors { code } } }"""
CLIENT = {
    "user": "{ user(by: {programId: %(program)s, wallet: %(wallet)s}) { id } }",
    "intent": "{ intent(by: {id: %(intent)s}) { id } }",
    "node": "{ node(id: %(intent)s) { id } }",
}
EARNINGS = "subscription { affiliateEarnings(affiliateId: %(id)s) { id } }"
STATUS = "subscription { intentStatus(id: %(intent)s) { id } }"


def filled(document: str, **names: str) -> str:
    return document % {name: f'"{value}"' for name, value in names.items()}


async def sees(caller: Caller, document: str) -> bool:
    [value] = (await caller.ask(document)).values()
    return value is not None


async def listens(url: str, caller: Caller, document: str) -> bool:
    """Whether a subscription begins, or is told that there is nothing."""
    async with initialised(url, caller.token) as socket:
        await socket.subscribe("one", document)
        message = await socket.receive()
        if message["type"] == "error":
            assert message["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        return message["type"] == "next"


async def registered(caller: Caller, program: OwnProgram, code: str, **given: Any) -> str:
    asked = await caller.ask(REGISTER, program=program.id, code=code, **given)
    assert asked["registerAffiliate"]["userErrors"] == []
    id_: str = asked["registerAffiliate"]["affiliate"]["id"]
    return id_


async def test_an_affiliate_acts_on_itself_and_sees_its_branch(stage: Stage) -> None:
    program, caller = await stage.program(), await sign_in(stage)
    wallets = {name: new_wallet().address for name in ("PARENT", "BESIDE", "BELOW")}
    wallets["OWN"] = caller.wallet.address
    ids = {"PARENT": await registered(program, program, "PARENT", wallet=wallets["PARENT"])}
    ids["OWN"] = await registered(caller, program, "OWN", wallet=wallets["OWN"], parent="PARENT")
    for code, parent in (("BESIDE", "PARENT"), ("BELOW", "OWN")):
        ids[code] = await registered(program, program, code, wallet=wallets[code], parent=parent)
    later(stage, 3)
    async with on_a_socket(stage.process) as url:
        for code, id_ in ids.items():
            names = {"program": program.id, "id": id_, "code": code, "wallet": wallets[code]}
            names["new"] = new_wallet().address
            own, branch = code == "OWN", code in ("OWN", "BELOW")
            told = {
                what: await sees(caller, filled(one, **names)) for what, one in AFFILIATE.items()
            }
            assert told == {
                "affiliate": branch,
                "by wallet": own,
                "by code": branch,
                "document": own,
            }, code
            assert await listens(url, caller, filled(EARNINGS, **names)) is own, code
            changed = (await caller.ask(filled(CHANGE, **names)))["changeAffiliateWallet"]
            assert [one["code"] for one in changed["userErrors"]] == ([] if own else ["NOT_FOUND"])


async def test_a_client_sees_itself_and_its_intents(stage: Stage) -> None:
    program, caller = await stage.program(), await sign_in(stage)
    async with on_a_socket(stage.process) as url:
        for by, wallet in ((caller, caller.wallet.address), (program, new_wallet().address)):
            asked = await by.ask(JOIN, program=program.id, wallet=wallet)
            later(stage, 3)
            intent = asked["registerUser"]["intent"]["id"]
            names = {"program": program.id, "wallet": wallet, "intent": intent}
            own = by is caller
            for what, document in CLIENT.items():
                assert await sees(caller, filled(document, **names)) is own, what
            assert await listens(url, caller, filled(STATUS, **names)) is own
