"""What owners of a treasury's Safe may export: the batches that they sign, and nothing else."""

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
    await owner_of(stage, filled, filled.program)
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
