"""Nodes that have thrown logs away: no run believes them, and no person undoes a payment by their word."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from app.chain.client import Chain
from app.domain.actors import RECONCILER
from app.domain.chain_proof.settlements import undone_reference
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.reconciliation import RunStatus
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.services.execute import execute
from app.store.database import UnitOfWork
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.chain_proof.proving import Proving
from tests.chain_proof.test_unable_nodes import emptied, paid
from tests.payouts.world import PayoutProgram
from tests.services.refusals import refused

_ASKED = re.compile(rb'"address":\s*\[[^\]]*\]')
_RECEIPT = re.compile(rb'("eth_getTransactionReceipt",\s*"params":\s*\[")0x[0-9a-f]{64}')
_SETTLEMENT = "SELECT id FROM settlement WHERE amount IS NOT NULL"
_MONEY = "SELECT count(*) FROM settlement WHERE undone_at IS NOT NULL"


@asynccontextmanager
async def pruned(proving: Proving, *, receipts: bool = False) -> AsyncIterator[str]:
    """A node without logs, and without receipts."""
    nobody = b"0x" + b"99" * 20

    def forget(body: bytes) -> bytes:
        body = _ASKED.sub(b'"address":["' + nobody + b'"]', body)
        return _RECEIPT.sub(rb"\g<1>0x" + b"77" * 32, body) if receipts else body

    async with proxy_before(proving.chain.node.url) as proxy:
        proxy.rewrite = forget
        yield proxy.url


async def called_gone(proving: Proving, program: PayoutProgram) -> UUID:
    """A run said that the program's one payment is gone."""
    settlement = await proving.settling.value(_SETTLEMENT)

    async def open_(unit: UnitOfWork) -> UUID | None:
        new = NewDiscrepancy(
            DiscrepancyKind.SETTLEMENT_NOT_ON_CHAIN,
            Severity.CRITICAL,
            undone_reference(settlement),
            "The settlement has no log in the chain any more, or never had one.",
        )
        at = proving.settling.clock()
        return await open_discrepancy(unit, program.id, new, RECONCILER, at)

    opened = await execute(proving.settling.worker, proving.settling.bells, program.id, open_)
    assert opened is not None
    return opened


@pytest.mark.parametrize("receipts", [False, True])
async def test_a_node_without_old_logs_makes_nothing_gone(
    proving: Proving, *, receipts: bool
) -> None:
    program = await paid(proving)
    async with (
        pruned(proving, receipts=receipts) as url,
        Chain(CHAIN_ID, [url]) as chain,
    ):
        run = await proving.run(program, chains={CHAIN_ID: chain})
    assert run == (RunStatus.FAILED, [])
    assert "keeps old logs and receipts first in SGE_CHAINS" in await proving.failure()
    assert await proving.settling.value("SELECT status FROM program") == "ACTIVE"


async def test_every_node_is_asked_before_a_payment_is_undone(proving: Proving) -> None:
    program = await paid(proving)
    gone = await called_gone(proving, program)
    true, away = proving.chain.node.url, "http://127.0.0.1:9"
    async with pruned(proving, receipts=True) as blind, proxy_before(true) as headers:
        headers.answer = emptied()
        for urls, code in (
            ([true], "INVALID_STATE"),
            ([headers.url], "CHAIN_UNAVAILABLE"),
            ([blind], "CHAIN_UNAVAILABLE"),
            ([blind, true], "CHAIN_UNAVAILABLE"),
            ([true, away], "INVALID_STATE"),
            ([away], "CHAIN_UNAVAILABLE"),
        ):
            async with Chain(CHAIN_ID, urls, timeout_seconds=1.0) as chain:
                with refused(code, "explanation"):
                    await proving.resolve(program, gone, "UNDO_SETTLEMENT", chain=chain)
    assert await proving.settling.value(_MONEY) == 0
    assert await proving.settling.value("SELECT count(*) FROM journal WHERE kind = 'REVERSAL'") == 0


async def test_a_payment_that_no_node_has_is_undone_and_the_note_says_who_was_asked(
    proving: Proving,
) -> None:
    program = await paid(proving)
    async with proving.unguarded() as connection:
        # A row without a transaction: as after a reorganisation, at the depth of any block.
        await connection.execute("UPDATE settlement SET tx_hash = sha256(tx_hash), log_index = 77")
    gone = await called_gone(proving, program)
    true = proving.chain.node.url
    async with Chain(CHAIN_ID, [true, true + "/"], timeout_seconds=1.0) as chain:
        await proving.resolve(program, gone, "UNDO_SETTLEMENT", chain=chain)
    assert await proving.settling.value(_MONEY) == 1
    note = await proving.settling.value("SELECT note FROM discrepancy WHERE id = $1", gone)
    assert re.fullmatch(r"the chain took it \(Gone by the word of 2 nodes, at block \d+\.\)", note)
