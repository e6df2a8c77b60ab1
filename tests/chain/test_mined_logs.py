"""What a transaction logged, asked of a node that may answer anything at all."""

import copy
import json
from random import Random
from typing import Any

import pytest

from app.chain.client import Chain
from app.chain.mined_logs import MinedIn, mined_logs
from app.chain.node_errors import ChainError, UnreadableAnswer
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.chain.proxy import proxy_before

pytestmark = pytest.mark.long

_TX, _HASH = bytes(31) + b"\1", bytes(31) + b"\2"
_PLACE = MinedIn(7, _HASH, _TX)
_LOG = {
    "address": "0x" + 40 * "a",
    "topics": ["0x" + 64 * "b"],
    "data": "0x",
    "blockNumber": "0x7",
    "blockHash": "0x" + _HASH.hex(),
    "transactionHash": "0x" + _TX.hex(),
    "transactionIndex": "0x0",
    "logIndex": "0x3",
}
_BLOCK = {
    "number": "0x7",
    "hash": "0x" + _HASH.hex(),
    "parentHash": "0x" + 64 * "0",
    "timestamp": "0x1",
    "gasLimit": "0x1",
    "gasUsed": "0x1",
    "transactions": ["0x" + _TX.hex()],
}
_RECEIPT = {"blockHash": "0x" + _HASH.hex(), "logs": [_LOG]}
_ODD = (None, True, 7, -1.5, "", "0x", "none", "0xé", "0x" + 99 * "f", [], [7], [[]], {}, {"a": 1})
_TRIES = 300


def bent(random: Random, value: Any) -> Any:
    """The same with one thing in it that is something else, or missing."""
    if not value or not isinstance(value, dict | list) or random.random() < 0.1:
        return random.choice(_ODD)
    changed = copy.copy(value)
    keys: Any = range(len(changed)) if isinstance(changed, list) else list(changed)
    key = random.choice(keys)
    if random.random() < 0.3:
        del changed[key]
    else:
        changed[key] = bent(random, changed[key])
    return changed


async def test_nonsense_is_an_error_of_the_chain(anvil: Anvil) -> None:
    told: list[Any] = [_BLOCK, _RECEIPT]

    def answer(asked: bytes, given: bytes) -> bytes:
        questions = json.loads(asked)
        if not isinstance(questions, list):
            return given
        pairs = zip(questions, told, strict=True)
        return json.dumps([{"id": one["id"], "result": result} for one, result in pairs]).encode()

    async def ask() -> list[Any]:
        return [logs async for _, logs in mined_logs(chain, [_PLACE])]

    random, unreadable = Random(1), list[str]()
    async with proxy_before(anvil.url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        proxy.answer = answer
        [[log]] = await ask()
        assert log.log_index == 3
        for _ in range(_TRIES):
            told = [_BLOCK, _RECEIPT]
            place = random.randrange(2)
            told[place] = bent(random, told[place])
            try:
                await ask()
            except UnreadableAnswer as problem:
                unreadable.append(str(problem))
            except ChainError:
                continue
    assert len(unreadable) > _TRIES / 4
    assert all("block 7 cannot be read" in problem for problem in unreadable)


async def test_a_head_that_is_no_number(anvil: Anvil) -> None:
    """Another node is asked; without one the error is one of the chain's."""
    async with (
        proxy_before(anvil.url) as proxy,
        Chain(CHAIN_ID, [proxy.url]) as alone,
        Chain(CHAIN_ID, [proxy.url, anvil.url]) as both,
    ):
        proxy.answer = lambda asked, given: (
            b'{"result": {}}' if b"eth_blockNumber" in asked else given
        )
        with pytest.raises(UnreadableAnswer, match="its head"):
            await alone.block_number()
        assert await both.block_number() >= 0
