"""A long range of blocks, read in parts that a node answers and that hold a bounded number of logs."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

from app.chain.logs import WatchedLog
from app.chain.node_errors import RangeTooLarge

_FIRST_BLOCKS, _MOST_BLOCKS = 1_024, 65_536
_FEW_LOGS, _MANY_LOGS = 5_000, 20_000

ReadLogs = Callable[[int, int], Awaitable[list[WatchedLog]]]
Part = tuple[int, int, list[WatchedLog]]


async def walk_logs(read: ReadLogs, first: int, last: int) -> AsyncGenerator[Part]:
    """(first block, last block, logs) of each part, in order; the node looks for the next one while a part is used.

    read: both blocks included. Raises ChainError.
    """
    parts = _parts(read, first, last)
    ahead = asyncio.create_task(_next(parts))
    try:
        while (part := await ahead) is not None:
            ahead = asyncio.create_task(_next(parts))
            yield part
    finally:
        ahead.cancel()
        await asyncio.gather(ahead, return_exceptions=True)


async def _next(parts: AsyncIterator[Part]) -> Part | None:
    return await anext(parts, None)


async def _parts(read: ReadLogs, first: int, last: int) -> AsyncIterator[Part]:
    span, most = _FIRST_BLOCKS, _MOST_BLOCKS
    while first <= last:
        end = min(first + span - 1, last)
        try:
            logs = await read(first, end)
        except RangeTooLarge:
            if first == end:
                raise
            # What a node refuses once it refuses again.
            span = most = max((end - first + 1) // 2, 1)
            continue
        yield first, end, logs
        first = end + 1
        if len(logs) < _FEW_LOGS:
            span = min(span * 2, most)
        elif len(logs) > _MANY_LOGS:
            span = max(span // 2, 1)
