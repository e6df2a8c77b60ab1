"""Nodes that cannot tell: the run says what to do, and accuses nobody."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.chain.client import Chain
from app.domain.reconciliation import RunStatus
from sge.embedded.anvil import CHAIN_ID
from tests.chain.limited import MOST_LOGS, limited, spam
from tests.chain.proxy import proxy_before
from tests.chain_proof.proving import Proving
from tests.payouts.world import PayoutProgram

_AT_HASH = re.compile(rb'\{"blockHash":\s*"0x[0-9a-f]{64}",\s*"requireCanonical":\s*true\}')


async def paid(proving: Proving) -> PayoutProgram:
    program = await proving.world.program()
    [payer] = await proving.watching.registered(program, None)
    await proving.settling.pay(program, [payer])
    await proving.watching.settle_and_finish()
    return program


async def run_asking_at(
    proving: Proving, program: PayoutProgram, block: int
) -> tuple[RunStatus, list[tuple[str, str]]]:
    """Of a node that answers what was at a block as of another one, first of all for the pinned one."""
    pinned = await proving.settling.value("SELECT block_hash FROM consumed_through")
    async with proxy_before(proving.chain.node.url) as proxy:

        def as_of(body: bytes) -> bytes:
            if pinned.hex().encode() not in body or b"eth_call" not in body:
                return body
            return _AT_HASH.sub(json.dumps(hex(block)).encode(), body)

        proxy.rewrite = as_of
        async with Chain(CHAIN_ID, [proxy.url]) as chain:
            return await proving.run(program, chains={CHAIN_ID: chain})


def emptied(through: int = 2**63) -> Callable[[bytes, bytes], bytes]:
    """What anvil answers about blocks beyond its --transaction-block-keeper, and an archive of headers. through: the newest
    such block.
    """

    def answer(asked: bytes, given: bytes) -> bytes:
        questions, answers = json.loads(asked), json.loads(given)
        pairs = zip(questions, answers, strict=True) if isinstance(questions, list) else None
        for question, one in pairs or [(questions, answers)]:
            if one.get("result"):
                one["result"] = _forgotten(question["method"], one["result"], through)
        return json.dumps(answers).encode()

    return answer


def _forgotten(method: str, result: Any, through: int) -> Any:
    if method == "eth_getBlockByNumber" and int(result["number"], 16) <= through:
        return result | {"transactions": []}
    if method == "eth_getLogs":
        return [log for log in result if int(log["blockNumber"], 16) > through]
    if method == "eth_getTransactionReceipt" and int(result["blockNumber"], 16) <= through:
        return None
    return result


async def test_a_node_that_has_thrown_old_state_away(proving: Proving) -> None:
    program = await paid(proving)
    assert await run_asking_at(proving, program, 0) == (RunStatus.FAILED, [])
    assert "put an archive node first in SGE_CHAINS" in await proving.failure()
    assert await proving.settling.value("SELECT status FROM program") == "ACTIVE"


async def test_a_node_that_answers_old_state_wrongly(proving: Proving) -> None:
    program = await paid(proving)
    before = await proving.settling.value("SELECT watched_from_block FROM treasury")
    assert await run_asking_at(proving, program, before) == (RunStatus.FAILED, [])
    assert "contradict each other" in await proving.failure()
    assert await proving.found(program) == []


async def test_a_node_that_has_thrown_old_transactions_away(proving: Proving) -> None:
    """It has each block, lists no transaction in it, and no log or receipt: as if nobody had ever paid."""
    program = await paid(proving)
    async with proxy_before(proving.chain.node.url) as proxy:
        proxy.answer = emptied()
        async with Chain(CHAIN_ID, [proxy.url]) as chain:
            assert await proving.run(program, chains={CHAIN_ID: chain}) == (RunStatus.FAILED, [])
    assert "not its transactions" in await proving.failure()
    assert await proving.settling.value("SELECT status FROM program") == "ACTIVE"


@pytest.mark.long
async def test_a_node_that_is_behind(proving: Proving) -> None:
    program = await paid(proving)
    await proving.settling.run("UPDATE consumed_through SET block_number = block_number + 100")
    assert await proving.run(program) == (RunStatus.FAILED, [])
    assert "wait until it is synchronised" in await proving.failure()


@pytest.mark.long
async def test_a_node_that_gives_fewer_logs_than_a_block_has(proving: Proving) -> None:
    program = await paid(proving)
    spam(proving.chain, program.treasury, 2 * MOST_LOGS)
    await proving.final()
    url = proving.chain.node.url
    async with limited(url) as (chain, _):
        assert await proving.run(program, chains={CHAIN_ID: chain}) == (RunStatus.CLEAN, [])
    receipts = ("eth_getBlockReceipts", "eth_getTransactionReceipt")
    async with limited(url, hides=receipts) as (chain, _):
        assert await proving.run(program, chains={CHAIN_ID: chain}) == (RunStatus.FAILED, [])
    assert "has more logs than the node gives" in await proving.failure()
