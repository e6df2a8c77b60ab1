"""Everything that a range of blocks says about our programs: gateway, tokens and treasuries, read by block range."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.log_reader import LogReader, read_each
from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    REJECTED_TOPIC,
    SETTLED_TOPIC,
    TRANSFER_TOPIC,
    WatchedLog,
    decode_watched,
)
from app.chain.node_errors import RangeTooLarge, TooManyLogs

# Nodes limit how many alternatives one filter may name.
_ADDRESSES_IN_A_FILTER = 500

Unread = Mapping[str, tuple[tuple[int, TooManyLogs], ...]]


@dataclass(frozen=True, slots=True)
class WatchedContracts:
    """What to listen to on one chain; addresses in any case."""

    gateway: str
    tokens: tuple[str, ...]
    treasuries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WatchedLogs:
    """logs: in block and log order, each once. unread: treasuries of which blocks were left out, and those blocks' numbers,
    lowest first, and why; what else is said of them may be there.
    """

    logs: list[WatchedLog]
    unread: Unread


@dataclass(frozen=True, slots=True)
class _Found:
    logs: list[ChainLog]
    unread: Unread


async def read_watched_logs(
    chain: Chain, contracts: WatchedContracts, tip: tuple[int, bytes], first: int, last: int
) -> WatchedLogs:
    """Of the blocks first to last.

    tip: number and hash of a block at or above them, which every node that answers has to have. Raises ChainError.
    """
    found = await _read(LogReader(chain, tip), contracts, first, last)
    # A node that ignores a filter must not make a stranger's log count.
    watched = {one.lower() for one in (contracts.gateway, *contracts.tokens, *contracts.treasuries)}
    # A transfer between two treasuries matches both filters.
    once = {(log.block_number, log.log_index): log for log in found.logs if log.address in watched}
    return WatchedLogs(decode_watched(once[place] for place in sorted(once)), found.unread)


async def _read(reader: LogReader, contracts: WatchedContracts, first: int, last: int) -> _Found:
    try:
        return await _read_at_once(reader, contracts, first, last)
    except RangeTooLarge:
        middle = (first + last) // 2
    lower = await _read(reader, contracts, first, middle)
    upper = await _read(reader, contracts, middle + 1, last)
    unread = {
        address: (*lower.unread.get(address, ()), *upper.unread.get(address, ()))
        for address in {**lower.unread, **upper.unread}
    }
    return _Found(lower.logs + upper.logs, unread)


async def _read_at_once(
    reader: LogReader, contracts: WatchedContracts, first: int, last: int
) -> _Found:
    """Only of a single block is anybody unread."""
    topics = [[_hex(SETTLED_TOPIC), _hex(REJECTED_TOPIC)]]
    of_treasuries = partial(_of_treasuries, reader, contracts.tokens, first, last)
    settled, parts = await asyncio.gather(
        reader.read(first, last, [contracts.gateway], topics),
        asyncio.gather(
            *(read_each(of_treasuries, part) for part in _portions(contracts.treasuries))
        ),
    )
    logs, unread = list(settled), dict[str, tuple[tuple[int, TooManyLogs], ...]]()
    for found, left_out in parts:
        logs += found
        unread |= {address: ((first, problem),) for address, problem in left_out.items()}
    return _Found(logs, unread)


async def _of_treasuries(
    reader: LogReader, tokens: Sequence[str], first: int, last: int, treasuries: Sequence[str]
) -> list[ChainLog]:
    words = ["0x" + bytes(12).hex() + address[2:].lower() for address in treasuries]
    transfer = _hex(TRANSFER_TOPIC)
    parts = await asyncio.gather(
        reader.read(first, last, tokens, [transfer, words]),
        reader.read(first, last, tokens, [transfer, None, words]),
        reader.read(first, last, treasuries, [_hex(EXECUTION_SUCCESS_TOPIC)]),
    )
    return [log for part in parts for log in part]


def _portions(addresses: Sequence[str]) -> list[Sequence[str]]:
    starts = range(0, len(addresses), _ADDRESSES_IN_A_FILTER)
    return [addresses[start : start + _ADDRESSES_IN_A_FILTER] for start in starts]


def _hex(topic: bytes) -> str:
    return "0x" + topic.hex()
