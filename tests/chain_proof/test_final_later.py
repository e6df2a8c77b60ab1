"""Blocks that were final, which another node or a new setting calls final later: nobody is accused for what is posted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from app.chain.client import Chain
from app.processes.watching.watch import Watcher
from app.processes.watching.watch_head import read_head
from app.processes.watching.watch_treasuries import TreasuryWatch
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC
from tests.payouts.outside import Outside

_DISCREPANCIES = "SELECT kind, severity, message FROM discrepancy WHERE resolved_at IS NULL"
_BEHIND = 12


@pytest.fixture
async def paid(proving: Proving) -> Proving:
    """A program with a payout as it was proposed and an outflow that a person explained, both final and posted."""
    outside = Outside(proving.paying)
    program = await proving.world.program()
    affiliate = await proving.world.affiliate(program)
    await proving.world.payable(program, {affiliate: 3 * USDC})
    await proving.world.payable(program, {affiliate: 2 * USDC})
    await outside.send(program, await outside.wallet(program, affiliate), 3 * USDC)
    await outside.explain(program)
    await outside.resume(program)
    await outside.pay_all(program)
    assert await proving.world.commissions(program) == {"PAID": 5 * USDC}
    await nobody_is_accused(proving)
    return proving


async def nobody_is_accused(proving: Proving) -> None:
    assert await proving.settling.rows(_DISCREPANCIES) == []
    assert await proving.settling.value("SELECT status FROM program") == "ACTIVE"


@asynccontextmanager
async def node_behind(proving: Proving, blocks: int) -> AsyncIterator[Chain]:
    """A node of the same head whose tag is so many blocks below it."""
    node = proving.chain.node

    def older(body: bytes) -> bytes:
        final = int(node.call("eth_blockNumber"), 16) - blocks
        return body.replace(b'"finalized"', f'"{final:#x}"'.encode())

    async with proxy_before(node.url) as proxy:
        proxy.rewrite = older
        chain = Chain(CHAIN_ID, [proxy.url])
        try:
            yield chain
        finally:
            await chain.close()


async def test_a_restart_with_more_confirmations(paid: Proving) -> None:
    before = await paid.watching.watcher()
    final = (await read_head(before.watch)).final_number
    after = Watcher(replace(before.watch, confirmations=_BEHIND))
    for blocks, passed in ((1, 0), (_BEHIND + 1, 4)):
        paid.watching.mine(blocks)
        await after.turn()
        await nobody_is_accused(paid)
        assert (await read_head(after.watch)).final_number == final + passed


async def test_a_second_node_that_is_behind(paid: Proving) -> None:
    watcher = await paid.watching.watcher()
    finals: list[int] = []
    async with node_behind(paid, 2) as first, node_behind(paid, _BEHIND) as second:
        for chain in (first, second, first):
            watcher.watch = replace(watcher.watch, chain=chain, confirmations=None)
            paid.watching.mine(1)
            await watcher.turn()
            await nobody_is_accused(paid)
            reading = await read_head(watcher.watch)
            finals.append(reading.head.number - reading.final_number)
    # Under the second node a block came and none became final.
    assert finals == [2, 3, 2]


async def test_what_is_posted_is_not_judged_again_where_finality_was_broken(paid: Proving) -> None:
    """The number of the newest final block goes back then, and what is posted may stand all the same."""
    watch = (await paid.watching.watcher()).watch
    reading = await read_head(watch)
    broken = replace(reading, final_number=reading.final_number - _BEHIND)
    await TreasuryWatch().look(watch, broken)
    await nobody_is_accused(paid)
