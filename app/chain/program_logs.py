"""What a range of blocks says about one program: settlements for it, its treasury's tokens and executions.

Asked for apart from what the watcher reads, and by the program's own name: one's mistake is not the other's. Each reader
takes `tip`: number and hash of a block at or above the range, which every node that answers has to have. They raise
ChainError.
"""

import asyncio
from collections.abc import Iterable, Sequence

from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    SETTLED_TOPIC,
    TRANSFER_TOPIC,
    WatchedLog,
    decode_watched,
)

Tip = tuple[int, bytes]


async def read_settled(
    chain: Chain, gateway: str, program: bytes, tip: Tip, first: int, last: int
) -> list[WatchedLog]:
    """What the gateway settled for the program of this on-chain name."""
    topics = [_hex(SETTLED_TOPIC), None, _hex(program)]
    logs = await chain.get_logs_below(tip, first, last, [gateway], topics)
    return _decoded(logs, [gateway])


async def read_transfers(
    chain: Chain, treasury: str, tokens: Sequence[str], tip: Tip, first: int, last: int
) -> list[WatchedLog]:
    """What came into the treasury and what left it, of these tokens; treasury in lower case."""
    came, left = await asyncio.gather(
        chain.get_logs_below(tip, first, last, tokens, [_TRANSFER, None, _word(treasury)]),
        chain.get_logs_below(tip, first, last, tokens, [_TRANSFER, _word(treasury)]),
    )
    return _decoded((*came, *left), tokens)


async def read_executions(
    chain: Chain, treasury: str, tokens: Sequence[str], tip: Tip, first: int, last: int
) -> list[WatchedLog]:
    """What the Safe executed, and what left it; treasury in lower case."""
    executed, left = await asyncio.gather(
        chain.get_logs_below(tip, first, last, [treasury], [_hex(EXECUTION_SUCCESS_TOPIC)]),
        chain.get_logs_below(tip, first, last, tokens, [_TRANSFER, _word(treasury)]),
    )
    return _decoded((*executed, *left), [treasury, *tokens])


def _decoded(logs: Iterable[ChainLog], asked: Sequence[str]) -> list[WatchedLog]:
    """In order, each once. A node that ignores a filter must not make a stranger's log count."""
    addresses = {address.lower() for address in asked}
    once = {(log.block_number, log.log_index): log for log in logs if log.address in addresses}
    return decode_watched(once[place] for place in sorted(once))


def _hex(word: bytes) -> str:
    return "0x" + word.hex()


def _word(address: str) -> str:
    return "0x" + bytes(12).hex() + address[2:]


_TRANSFER = _hex(TRANSFER_TOPIC)
