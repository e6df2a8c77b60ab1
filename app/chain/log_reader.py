"""Logs up to one block, also of a block that has more of them than a node gives in answer to a query.

Anybody can fill a block with logs that name somebody else's address (an ERC-20 transfer of zero needs no allowance), so
a limit that one block reaches must stop nobody's books: docs/decisions/0254-more-logs-than-a-node-gives.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from app.chain.block_receipts import read_block_logs
from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.node_errors import ChainError, NodeError, RangeTooLarge, RateLimited, TooManyLogs

Topics = Sequence[str | Sequence[str] | None]
ReadAddresses = Callable[[Sequence[str]], Awaitable[list[ChainLog]]]


class LogReader:
    """tip: number and hash of a block that every node that answers has to have."""

    def __init__(self, chain: Chain, tip: tuple[int, bytes]) -> None:
        self._chain = chain
        self._tip = tip
        self._turn = asyncio.Lock()
        # Of the last block that was read so: several queries are about the same one.
        self._of_block: tuple[int, list[ChainLog] | TooManyLogs] | None = None

    async def read(
        self, first: int, last: int, addresses: Sequence[str], topics: Topics
    ) -> list[ChainLog]:
        """As Chain.get_logs_below; RangeTooLarge is raised for several blocks only, for a single one TooManyLogs."""
        try:
            return await self._chain.get_logs_below(self._tip, first, last, addresses, topics)
        except RangeTooLarge:
            if first != last:
                raise
        asked = frozenset(one.lower() for one in addresses)
        wanted = [None if one is None else _words(one) for one in topics]
        found = await self._all_of_block(first)
        return [log for log in found if log.address in asked and _matches(log, wanted)]

    async def _all_of_block(self, number: int) -> list[ChainLog]:
        async with self._turn:
            if self._of_block is None or self._of_block[0] != number:
                self._of_block = number, await self._by_receipts(number)
            found = self._of_block[1]
        if isinstance(found, TooManyLogs):
            raise found
        return found

    async def _by_receipts(self, number: int) -> list[ChainLog] | TooManyLogs:
        try:
            return await read_block_logs(self._chain, self._tip, number)
        except RateLimited:
            raise
        except ChainError as problem:
            return TooManyLogs(
                f"block {number} has more logs than the node gives, and its receipts do not come: {problem}",
                refused=isinstance(problem, NodeError),
            )


async def read_each(
    read: ReadAddresses, addresses: Sequence[str]
) -> tuple[list[ChainLog], dict[str, TooManyLogs]]:
    """The logs of all of one block that can be read, and why not for each of the others, in halves until they are found."""
    if not addresses:
        return [], {}
    try:
        return await read(addresses), {}
    except TooManyLogs as problem:
        if len(addresses) == 1:
            return [], {addresses[0]: problem}
    middle = len(addresses) // 2
    logs, unread = await read_each(read, addresses[:middle])
    more, others = await read_each(read, addresses[middle:])
    return logs + more, unread | others


def _words(topic: str | Sequence[str]) -> frozenset[bytes]:
    given = [topic] if isinstance(topic, str) else topic
    return frozenset(bytes.fromhex(one[2:]) for one in given)


def _matches(log: ChainLog, wanted: Sequence[frozenset[bytes] | None]) -> bool:
    """As eth_getLogs matches: a topic that is asked for has to be there."""
    return len(log.topics) >= len(wanted) and all(
        words is None or topic in words for topic, words in zip(log.topics, wanted, strict=False)
    )
