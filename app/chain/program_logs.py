"""What a range of blocks says about one program: settlements for it, its treasury's tokens and executions.

Asked for apart from what the watcher reads, and by the program's own name: one's mistake is not the other's.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.log_reader import LogReader
from app.chain.logs import (
    EXECUTION_SUCCESS_TOPIC,
    SETTLED_TOPIC,
    TRANSFER_TOPIC,
    WatchedLog,
    decode_watched,
)


@dataclass(frozen=True, slots=True)
class ProgramLogs:
    """Reads up to one block. tip: its number and hash, which every node that answers has to have. Raises ChainError."""

    chain: Chain
    tip: tuple[int, bytes]

    async def settled(
        self, gateway: str, program: bytes, first: int, last: int
    ) -> list[WatchedLog]:
        """What the gateway settled for the program of this on-chain name."""
        topics = [_hex(SETTLED_TOPIC), None, _hex(program)]
        reader = LogReader(self.chain, self.tip)
        logs = await reader.read(first, last, [gateway], topics)
        return _decoded(logs, [gateway])

    async def transfers(
        self, treasury: str, tokens: Sequence[str], first: int, last: int
    ) -> list[WatchedLog]:
        """What came into the treasury and what left it, of these tokens; treasury in lower case."""
        word, reader = _word(treasury), LogReader(self.chain, self.tip)
        came, left = await asyncio.gather(
            reader.read(first, last, tokens, [_TRANSFER, None, word]),
            reader.read(first, last, tokens, [_TRANSFER, word]),
        )
        return _decoded((*came, *left), tokens)

    async def executions(
        self, treasury: str, tokens: Sequence[str], first: int, last: int
    ) -> list[WatchedLog]:
        """What the Safe executed, and what left it; treasury in lower case."""
        reader = LogReader(self.chain, self.tip)
        success = [_hex(EXECUTION_SUCCESS_TOPIC)]
        left_it = [_TRANSFER, _word(treasury)]
        executed, left = await asyncio.gather(
            reader.read(first, last, [treasury], success),
            reader.read(first, last, tokens, left_it),
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
