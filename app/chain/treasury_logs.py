"""What blocks say about treasuries before they are final: money that left, what was executed, what was changed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from eth_hash.auto import keccak

from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.log_reader import LogReader, read_each
from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    TRANSFER_TOPIC,
    LogPlace,
    WatchedLog,
    decode_watched,
)
from app.chain.node_errors import RangeTooLarge, TooManyLogs

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
    """moved: transfers out of treasuries and executions, in order. unread: treasuries of which a block was left out, its
    number and why.
    """

    moved: list[WatchedLog]
    events: list[TreasuryEvent]
    unread: Mapping[str, tuple[int, TooManyLogs]]


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
    reading = _Reading(LogReader(chain, tip), treasuries, tokens)
    await reading.read(first, tip[0])
    logs = {(log.block_number, log.log_index): log for log in reading.logs}
    ordered = [logs[place] for place in sorted(logs)]
    of_safes = {one.lower() for one in treasuries}
    events = [
        TreasuryEvent(_place(log), log.address, _EVENTS[log.topics[0]])
        for log in ordered
        if log.address in of_safes and log.topics and log.topics[0] in _EVENTS
    ]
    return TreasuryLogs(decode_watched(ordered), events, reading.unread)


class _Reading:
    def __init__(self, reader: LogReader, treasuries: Sequence[str], tokens: Sequence[str]) -> None:
        self._reader = reader
        self._treasuries = treasuries
        self._tokens = tokens
        self._watched = {one.lower() for one in (*treasuries, *tokens)}
        self.logs: list[ChainLog] = []
        self.unread: dict[str, tuple[int, TooManyLogs]] = {}

    async def read(self, first: int, last: int) -> None:
        try:
            await self._read_at_once(first, last)
        except RangeTooLarge:
            middle = (first + last) // 2
            await self.read(first, middle)
            await self.read(middle + 1, last)

    async def _read_at_once(self, first: int, last: int) -> None:
        starts = range(0, len(self._treasuries), _ADDRESSES_IN_A_FILTER)
        read = partial(self._of_treasuries, first, last)
        found = await asyncio.gather(
            *(
                read_each(read, self._treasuries[start : start + _ADDRESSES_IN_A_FILTER])
                for start in starts
            )
        )
        for logs, unread in found:
            # A node that ignores a filter must not make a stranger's log count.
            self.logs += [log for log in logs if log.address in self._watched]
            for address, problem in unread.items():
                self.unread.setdefault(address, (first, problem))

    async def _of_treasuries(
        self, first: int, last: int, treasuries: Sequence[str]
    ) -> list[ChainLog]:
        topics = [_hex(EXECUTION_SUCCESS_TOPIC), *(_hex(topic) for topic in _EVENTS)]
        words = ["0x" + bytes(12).hex() + address[2:].lower() for address in treasuries]
        left, told = await asyncio.gather(
            self._reader.read(first, last, self._tokens, [_hex(TRANSFER_TOPIC), words]),
            self._reader.read(first, last, treasuries, [topics]),
        )
        return left + told


def _place(log: ChainLog) -> LogPlace:
    return LogPlace(log.block_number, log.block_hash, log.tx_hash, log.tx_index, log.log_index)


def _hex(topic: bytes) -> str:
    return "0x" + topic.hex()
