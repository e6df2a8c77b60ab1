"""Ends background tasks that talk to Redis."""

import asyncio


async def end(task: asyncio.Task[None]) -> None:
    """Cancel until it takes: redis-py 8 swallows a cancellation that meets its handshake."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=0.1)
