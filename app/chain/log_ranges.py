"""Everything that a range of blocks says about our programs: gateway, tokens and treasuries, read by block range."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    REJECTED_TOPIC,
    SETTLED_TOPIC,
    TRANSFER_TOPIC,
    WatchedLog,
    decode_watched,
)
from app.chain.node_errors import RangeTooLarge

# Nodes limit how many alternatives one filter may name.
_ADDRESSES_IN_A_FILTER = 500


@dataclass(frozen=True, slots=True)
class WatchedContracts:
    """What to listen to on one chain; addresses in any case."""

    gateway: str
    tokens: tuple[str, ...]
    treasuries: tuple[str, ...]


async def read_watched_logs(
    chain: Chain, contracts: WatchedContracts, tip: tuple[int, bytes], first: int, last: int
) -> list[WatchedLog]:
    """The decoded logs of the blocks first to last, in block and log order, each once.

    tip: number and hash of a block at or above them, which every node that answers has to have. Raises ChainError.
    """
    try:
        return await _read(chain, contracts, tip, first, last)
    except RangeTooLarge:
        if first == last:
            raise
    middle = (first + last) // 2
    lower = await read_watched_logs(chain, contracts, tip, first, middle)
    return lower + await read_watched_logs(chain, contracts, tip, middle + 1, last)


async def _read(
    chain: Chain, contracts: WatchedContracts, tip: tuple[int, bytes], first: int, last: int
) -> list[WatchedLog]:
    get_logs = partial(chain.get_logs_below, tip, first, last)
    gateway_topics = [[_hex(SETTLED_TOPIC), _hex(REJECTED_TOPIC)]]
    reads = [get_logs([contracts.gateway], gateway_topics)]
    for treasuries in _portions(contracts.treasuries):
        words = ["0x" + bytes(12).hex() + address[2:].lower() for address in treasuries]
        transfer = _hex(TRANSFER_TOPIC)
        reads += [
            get_logs(contracts.tokens, [transfer, words]),
            get_logs(contracts.tokens, [transfer, None, words]),
            get_logs(treasuries, [_hex(EXECUTION_SUCCESS_TOPIC)]),
        ]
    # A node that ignores a filter must not make a stranger's log count.
    watched = {one.lower() for one in (contracts.gateway, *contracts.tokens, *contracts.treasuries)}
    once: dict[tuple[int, int], ChainLog] = {}
    for logs in await asyncio.gather(*reads):
        # A transfer between two treasuries matches both filters.
        once.update(
            {(log.block_number, log.log_index): log for log in logs if log.address in watched}
        )
    return decode_watched(once[place] for place in sorted(once))


def _portions(addresses: Sequence[str]) -> list[Sequence[str]]:
    starts = range(0, len(addresses), _ADDRESSES_IN_A_FILTER)
    return [addresses[start : start + _ADDRESSES_IN_A_FILTER] for start in starts]


def _hex(topic: bytes) -> str:
    return "0x" + topic.hex()
