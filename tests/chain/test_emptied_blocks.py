"""Blocks whose transactions a node has thrown away, and blocks that never had any: what a header says of it."""

import json

import pytest

from app.chain.block_receipts import read_block_logs
from app.chain.client import Chain
from app.chain.node_errors import NoAnswer
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.chain.proxy import proxy_before


@pytest.mark.parametrize(
    ("root", "reads"),
    [
        ("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421", True),
        ("0x" + 64 * "0", True),  # of every block, on some second layers
        (None, True),
        ("0x" + 64 * "1", False),
    ],
)
async def test_a_block_without_transactions_is_read_unless_its_header_knows_of_some(
    anvil: Anvil, root: str | None, reads: bool
) -> None:
    """Whatever a node writes that does not tell: every empty block of such a chain would be one that nobody can read."""

    def answer(_: bytes, given: bytes) -> bytes:
        answers = json.loads(given)
        for one in answers if isinstance(answers, list) else [answers]:
            if isinstance(one["result"], dict):
                one["result"]["transactionsRoot"] = root
                if root is None:
                    del one["result"]["transactionsRoot"]
        return json.dumps(answers).encode()

    anvil.call("evm_mine")
    async with proxy_before(anvil.url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        tip = await chain.head_block()
        assert tip.transaction_hashes == ()
        proxy.answer = answer
        look = read_block_logs(chain, (tip.number, tip.hash), tip.number)
        if reads:
            assert await look == []
            return
        with pytest.raises(NoAnswer, match="thrown those"):
            await look
