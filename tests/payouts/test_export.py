"""A batch's export proves itself without us: on paper, and on the chain."""

import json
from typing import Any
from uuid import UUID

from app.chain.client import Chain
from app.chain.payout_checks import Check, check_document
from app.chain.payout_document import read_document
from app.chain.payout_proof import check_on_chain
from app.domain.exports import ExportKind, ExportOrder
from schema.transport.export_batch import document_of
from sge.embedded.anvil import CHAIN_ID
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram


async def exported(paying: Paying, program: PayoutProgram, batch: UUID) -> bytes:
    order = ExportOrder(program.id, ExportKind.PAYOUT_BATCH, {"batchId": str(batch)})
    async with paying.world.settling.worker.read(program.id) as session:
        return b"".join([portion async for portion in document_of(session, order)])


async def checked(paying: Paying, content: bytes) -> list[Check]:
    document = read_document(content)
    async with Chain(CHAIN_ID, [paying.world.chain.node.url]) as chain:
        return [*check_document(document), *await check_on_chain(chain, document)]


async def test_from_the_proposal_to_the_last_transfer(paying: Paying) -> None:
    program, batch = await paying.batch(transactions=2, recipients=3)
    statuses: list[list[str]] = []

    async def prove() -> dict[str, Any]:
        content = await exported(paying, program, batch.id)
        assert [one.words for one in await checked(paying, content) if not one.agrees] == []
        shown: dict[str, Any] = json.loads(content)
        statuses.append([one["status"] for one in shown["safeTransactions"]])
        return shown

    await prove()
    await paying.approve(program, batch, program.owners[0])
    await paying.approve(program, batch, program.owners[1])
    approved = await prove()
    assert [len(one["signatures"]) for one in approved["safeTransactions"]] == [2, 2]
    assert await paying.relay() == 1
    await prove()
    await paying.finish()
    await prove()
    await paying.finish()
    executed = await prove()
    assert statuses == [
        ["PROPOSED", "PROPOSED"],
        ["APPROVED", "APPROVED"],
        ["EXECUTING", "APPROVED"],
        ["EXECUTED", "EXECUTING"],
        ["EXECUTED", "EXECUTED"],
    ]
    assert approved["contentHash"] == executed["contentHash"]


async def test_what_was_closed_and_ended(paying: Paying) -> None:
    program, batch = await paying.batch(recipients=2)
    nonce = 0
    await paying.safe_call(program, "changeThreshold", 1, nonce=nonce)
    await paying.finish()
    content = await exported(paying, program, batch.id)
    assert [one["status"] for one in json.loads(content)["safeTransactions"]] == ["DEAD"]
    assert [one.words for one in await checked(paying, content) if not one.agrees] == []
