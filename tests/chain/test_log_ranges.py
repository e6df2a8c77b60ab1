"""Logs that money depends on, from nodes that may lag."""

import pytest

from app.chain.client import Chain
from app.chain.log_ranges import WatchedContracts, read_watched_logs
from app.chain.node_errors import NoAnswer
from sge.embedded.anvil import CHAIN_ID, Anvil

_CONTRACTS = WatchedContracts("0x" + "11" * 20, ("0x" + "22" * 20,), ("0x" + "33" * 20,))


async def test_a_node_without_the_newest_of_the_blocks_is_not_believed(anvil: Anvil) -> None:
    async with Chain(CHAIN_ID, [anvil.url]) as chain:
        head = await chain.get_block("latest")
        assert head is not None
        tip = (head.number, head.hash)
        assert await read_watched_logs(chain, _CONTRACTS, tip, 0, head.number) == []
        for unknown in ((head.number + 1000, head.hash), (head.number, bytes(32))):
            with pytest.raises(NoAnswer, match="does not have block"):
                await read_watched_logs(chain, _CONTRACTS, unknown, 0, unknown[0])
