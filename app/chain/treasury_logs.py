"""What blocks say about treasuries before they are final: money that left, what was executed, what was changed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak

from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    TRANSFER_TOPIC,
    LogPlace,
    WatchedLog,
    decode_watched,
)
from app.chain.node_errors import RangeTooLarge

# Nodes limit how many alternatives one filter may name.
_ADDRESSES_IN_A_FILTER = 500
# Safe 1.3.0 and 1.4.1 alike; 1.4.1 indexes some arguments, which changes no first topic.
_EVENTS = {
    keccak(text.encode()): text.partition("(")[0]
    for text in (
        "AddedOwner(address)",
        "RemovedOwner(address)",
        "ChangedThreshold(uint256)",
        "EnabledModule(address)",
        "DisabledModule(address)",
        "ChangedGuard(address)",
        "ChangedFallbackHandler(address)",
        "ExecutionFromModuleSuccess(address)",
    )
}
MODULE_EXECUTED = "ExecutionFromModuleSuccess"


@dataclass(frozen=True, slots=True)
class TreasuryEvent:
    """A Safe says that it was changed, or that a module acted. safe in lower case."""

    place: LogPlace
    safe: str
    name: str


@dataclass(frozen=True, slots=True)
class TreasuryLogs:
    """moved: transfers out of treasuries and executions, in order."""

    moved: list[WatchedLog]
    events: list[TreasuryEvent]


async def read_treasury_logs(
    chain: Chain,
    treasuries: Sequence[str],
    tokens: Sequence[str],
    tip: tuple[int, bytes],
    first: int,
) -> TreasuryLogs:
    """Of the blocks from `first` up to the tip (number, hash), which every node that answers has to have. Raises
    ChainError.
    """
    logs: dict[tuple[int, int], ChainLog] = {}
    for log in await _read(chain, treasuries, tokens, tip, (first, tip[0])):
        logs[log.block_number, log.log_index] = log
    ordered = [logs[place] for place in sorted(logs)]
    of_safes = {one.lower() for one in treasuries}
    events = [
        TreasuryEvent(_place(log), log.address, _EVENTS[log.topics[0]])
        for log in ordered
        if log.address in of_safes and log.topics and log.topics[0] in _EVENTS
    ]
    return TreasuryLogs(decode_watched(ordered), events)


async def _read(
    chain: Chain,
    treasuries: Sequence[str],
    tokens: Sequence[str],
    tip: tuple[int, bytes],
    blocks: tuple[int, int],
) -> list[ChainLog]:
    try:
        return await _read_at_once(chain, treasuries, tokens, tip, blocks)
    except RangeTooLarge:
        if blocks[0] == blocks[1]:
            raise
    middle = sum(blocks) // 2
    lower = await _read(chain, treasuries, tokens, tip, (blocks[0], middle))
    return lower + await _read(chain, treasuries, tokens, tip, (middle + 1, blocks[1]))


async def _read_at_once(
    chain: Chain,
    treasuries: Sequence[str],
    tokens: Sequence[str],
    tip: tuple[int, bytes],
    blocks: tuple[int, int],
) -> list[ChainLog]:
    topics = [_hex(EXECUTION_SUCCESS_TOPIC), *(_hex(topic) for topic in _EVENTS)]
    reads = []
    for start in range(0, len(treasuries), _ADDRESSES_IN_A_FILTER):
        part = treasuries[start : start + _ADDRESSES_IN_A_FILTER]
        words = ["0x" + bytes(12).hex() + address[2:].lower() for address in part]
        reads.append(chain.get_logs_below(tip, *blocks, tokens, [_hex(TRANSFER_TOPIC), words]))
        reads.append(chain.get_logs_below(tip, *blocks, part, [topics]))
    watched = {one.lower() for one in (*treasuries, *tokens)}
    # A node that ignores a filter must not make a stranger's log count.
    return [log for logs in await asyncio.gather(*reads) for log in logs if log.address in watched]


def _place(log: ChainLog) -> LogPlace:
    return LogPlace(log.block_number, log.block_hash, log.tx_hash, log.tx_index, log.log_index)


def _hex(topic: bytes) -> str:
    return "0x" + topic.hex()
