"""What owners of a treasury's Safe see of whom they pay, and may export: the batches that they sign, and nothing else."""

from typing import Any

import pytest

from app.domain.exports import ExportKind
from schema.ids import IdPrefix, encode_id
from tests.api.batched import Batches
from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.exporting import CREATE_EXPORT, fetched
from tests.api.filled import FilledProgram
from tests.api.signed_in import later, sign_in
from tests.processes.signing_in import new_wallet

_OWNERS = (
    "UPDATE treasury SET owners = $2 WHERE program_id = (SELECT id FROM program WHERE slug = $1)"
)
_PAYEES = """
query ($id: ID!) { payoutBatch(id: $id) { payouts { nodes { affiliate {
  referralCode wallet parent { id } upline { id } children { nodes { id } } downline { nodes { id } } earnings { currency }
  commissions { nodes { id } } payouts { nodes { id } } referredUsers { nodes { id } }
  downlineSummary(currency: "USDC") { members }
  pendingAdjustments { id }
  statement(currency: "USDC", from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z") { opening { amount } }
} } } } }
"""
_NOT_SHOWN = {
    **dict.fromkeys(
        ("wallet", "parent", "children", "downline", "downlineSummary", "referredUsers")
    ),
    **dict.fromkeys(("earnings", "commissions", "payouts", "pendingAdjustments", "statement")),
    "upline": [],
}
_APPOINT = """
INSERT INTO program_member (program_id, wallet, role, granted_by, granted_at)
SELECT id, $2, 'ADMIN', 'test', now() FROM program WHERE slug = $1
"""
_DISMISS = "DELETE FROM program_member WHERE wallet = $1"
_CLOSE = "UPDATE program SET open_registration = false"


async def owner_of(stage: Stage, filled: FilledProgram, program: OwnProgram) -> Caller:
    wallet = new_wallet()
    await filled.owner.execute(_OWNERS, program.slug, [wallet.address])
    return await sign_in(stage, wallet)


async def export(caller: Caller, program: OwnProgram, kind: str, **filter_: str) -> dict[str, Any]:
    return await caller.answer(CREATE_EXPORT, program=program.id, kind=kind, filter=filter_ or None)


@pytest.fixture
async def batch(filled: FilledProgram) -> str:
    await filled.grow(2)
    await filled.owner.execute(_CLOSE)
    return encode_id(IdPrefix.PAYOUT_BATCH, await Batches(filled).propose(filled.payments))


async def test_of_whom_a_batch_pays_an_owner_sees_the_name(
    stage: Stage, filled: FilledProgram, batch: str
) -> None:
    owner = await owner_of(stage, filled, filled.program)
    shown = await owner.ask(_PAYEES, id=batch)
    payees = [payout["affiliate"] for payout in shown["payoutBatch"]["payouts"]["nodes"]]
    payees = [payee for payee in payees if payee is not None]
    assert {payee.pop("referralCode") for payee in payees} >= {"MIDDLE", "LOW"}
    assert all(payee == _NOT_SHOWN for payee in payees), payees


async def test_an_owner_exports_a_batch(stage: Stage, filled: FilledProgram, batch: str) -> None:
    program = filled.program
    owner = await owner_of(stage, filled, program)
    payload = (await export(owner, program, "PAYOUT_BATCH", batchId=batch))["data"]["createExport"]
    assert payload["userErrors"] == []
    path = "/exports/" + payload["url"].rpartition("/")[2]
    own = await program.client.get(path)
    assert own.json() == (await fetched(program, "PAYOUT_BATCH", batchId=batch)).json()


@pytest.mark.usefixtures("batch")
async def test_and_no_list(stage: Stage, filled: FilledProgram) -> None:
    owner = await owner_of(stage, filled, filled.program)
    for kind in set(ExportKind) - {ExportKind.PAYOUT_BATCH}:
        answer = await export(owner, filled.program, kind)
        assert answer["data"]["createExport"] is None, kind
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["FORBIDDEN"], kind


async def test_owners_of_other_treasuries_and_former_ones_export_nothing(
    stage: Stage, filled: FilledProgram, batch: str
) -> None:
    former = await owner_of(stage, filled, filled.program)
    made = await export(former, filled.program, "PAYOUT_BATCH", batchId=batch)
    await owner_of(stage, filled, filled.program)
    path = "/exports/" + made["data"]["createExport"]["url"].rpartition("/")[2]
    assert (await filled.program.client.get(path)).status_code == 404
    later(stage, 3)
    answer = await export(former, filled.program, "PAYOUT_BATCH", batchId=batch)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    other = await stage.program()
    elsewhere = await owner_of(stage, filled, other)
    await filled.owner.execute(_CLOSE)
    for program in (filled.program, other):
        answer = await export(elsewhere, program, "PAYOUT_BATCH", batchId=batch)
        [error] = answer["data"]["createExport"]["userErrors"]
        assert error["code"] == "NOT_FOUND"


async def test_an_admins_link_ends_with_the_role_also_when_it_owns_the_safe(
    stage: Stage, filled: FilledProgram, batch: str
) -> None:
    wallet = new_wallet()
    await filled.owner.execute(_OWNERS, filled.program.slug, [wallet.address])
    await filled.owner.execute(_APPOINT, filled.program.slug, wallet.address)
    admin = await sign_in(stage, wallet)
    made = [
        await export(admin, filled.program, "LEDGER"),
        await export(admin, filled.program, "PAYOUT_BATCH", batchId=batch),
    ]
    paths = [one["data"]["createExport"]["url"].rpartition("/")[2] for one in made]
    await filled.owner.execute(_DISMISS, wallet.address)
    client = filled.program.client
    codes = [(await client.get(f"/exports/{path}")).status_code for path in paths]
    assert codes == [404, 200]
