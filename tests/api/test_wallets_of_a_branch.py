"""An affiliate sees its branch without wallets: nor can it find out which of the wallets that it knows is which member."""

from typing import Any

from tests.api.caller import REGISTER_AFFILIATE, Caller, OwnProgram, Stage
from tests.api.conftest import deployment, stage
from tests.api.signed_in import sign_in
from tests.processes.signing_in import new_wallet

__all__ = ["deployment", "stage"]

BY_WALLET = """query ($program: ID!, $wallet: Address!) {
  affiliate(by: {wallet: {programId: $program, wallet: $wallet}}) { referralCode } }"""
BY_CODE = """query ($program: ID!, $code: String!) {
  affiliate(by: {referralCode: {programId: $program, referralCode: $code}}) { referralCode wallet } }"""


async def _found(caller: Caller, program: OwnProgram, wallet: str) -> Any:
    return (await caller.ask(BY_WALLET, program=program.id, wallet=wallet))["affiliate"]


async def test_a_wallet_finds_no_member_but_its_own(stage: Stage) -> None:
    program = await stage.program()
    above = new_wallet()
    given = {"programId": program.id, "wallet": above.address, "referralCode": "ABOVE"}
    await program.ask(REGISTER_AFFILIATE, input=given)
    below = await program.affiliate("BELOW", "ABOVE")
    caller = await sign_in(stage, above)
    seen = await caller.ask(BY_CODE, program=program.id, code="BELOW")
    assert seen["affiliate"] == {"referralCode": "BELOW", "wallet": None}
    assert await _found(caller, program, below["wallet"]) is None
    assert await _found(caller, program, above.address) == {"referralCode": "ABOVE"}
    assert await _found(program, program, below["wallet"]) == {"referralCode": "BELOW"}
