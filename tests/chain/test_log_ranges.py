"""Logs that money depends on, from nodes that may lag or not do as they are asked."""

import orjson
import pytest
from eth_hash.auto import keccak

from app.chain.client import Chain
from app.chain.log_ranges import WatchedContracts, read_watched_logs
from app.chain.logs import EXECUTION_SUCCESS_TOPIC
from app.chain.node_errors import NoAnswer
from sge.embedded.anvil import CHAIN_ID, Anvil
from tests.chain.proxy import proxy_before

_CONTRACTS = WatchedContracts("0x" + "11" * 20, ("0x" + "22" * 20,), ("0x" + "33" * 20,))


async def test_a_node_without_the_newest_of_the_blocks_is_not_believed(anvil: Anvil) -> None:
    async with Chain(CHAIN_ID, [anvil.url]) as chain:
        head = await chain.get_block("latest")
        assert head is not None
        tip = (head.number, head.hash)
        assert (await read_watched_logs(chain, _CONTRACTS, tip, 0, head.number)).logs == []
        for unknown in ((head.number + 1000, head.hash), (head.number, bytes(32))):
            with pytest.raises(NoAnswer, match="does not have block"):
                await read_watched_logs(chain, _CONTRACTS, unknown, 0, unknown[0])


def _ignoring_addresses(body: bytes) -> bytes:
    asked = orjson.loads(body)
    for one in asked if isinstance(asked, list) else [asked]:
        if one["method"] == "eth_getLogs":
            one["params"][0].pop("address", None)
    return orjson.dumps(asked)


async def test_a_log_of_a_stranger_does_not_count(anvil: Anvil) -> None:
    # PUSH32 topic 2, PUSH32 topic 1, log 64 empty bytes as a Safe does: LOG1 takes one topic and the words as data.
    topic = EXECUTION_SUCCESS_TOPIC.hex()
    log = f"7f{topic}60406000a100"
    stranger = "0x" + keccak(b"stranger")[:20].hex()
    anvil.call("anvil_setCode", stranger, "0x" + log)
    anvil.call(
        "eth_sendTransaction",
        {"from": anvil.call("eth_accounts")[0], "to": stranger, "gas": "0x15f90"},
    )
    anvil.call("anvil_mine", "0x1")
    async with proxy_before(anvil.url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        head = await chain.head_block()
        tip = (head.number, head.hash)
        watched = WatchedContracts("0x" + "11" * 20, ("0x" + "22" * 20,), (stranger,))
        assert len((await read_watched_logs(chain, watched, tip, 0, head.number)).logs) == 1
        proxy.rewrite = _ignoring_addresses
        assert (await read_watched_logs(chain, _CONTRACTS, tip, 0, head.number)).logs == []
