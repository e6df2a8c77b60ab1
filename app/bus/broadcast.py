"""`broadcaster.Broadcast` that survives Redis: bounded queues, and a word after every gap.

broadcaster's own Redis backend with redis-py 8 leaves a process's first subscriber deaf, breaks
under concurrent first subscribers, dies in silence with its connection and grows without bound
(docs/decisions/0030). Its interface stays; backend and bookkeeping are ours.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from broadcaster import Broadcast, Event
from broadcaster._base import Subscriber

from app.bus.channels import RESYNCHRONISE
from app.bus.redis_backend import RedisBackend

_QUEUE = 100


class SupervisedBroadcast(Broadcast):
    """Listeners get `RESYNCHRONISE` whenever messages may have been missed.

    That is: when their channel's subscription comes to life, for the first time or again, and when
    their own queue ran over.
    """

    def __init__(self, url: str, queue_size: int = _QUEUE) -> None:
        super().__init__(backend=RedisBackend(url))
        self._queue_size = queue_size
        self._locks: dict[str, asyncio.Lock] = {}

    async def disconnect(self) -> None:
        self._listener_task.cancel()
        await asyncio.gather(self._listener_task, return_exceptions=True)
        await self._backend.disconnect()

    @asynccontextmanager
    async def subscribe(self, channel: str) -> AsyncIterator[Subscriber]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue(self._queue_size)
        await self._join(channel, queue)
        try:
            yield Subscriber(queue)
        finally:
            await self._leave(channel, queue)

    async def _join(self, channel: str, queue: asyncio.Queue[Event | None]) -> None:
        async with self._locks.setdefault(channel, asyncio.Lock()):
            queues = self._subscribers.get(channel)
            if queues is None:
                self._subscribers[channel] = {queue}
                await self._backend.subscribe(channel)
            else:
                queues.add(queue)
                # The channel's own word may have come before this listener.
                _offer(queue, Event(channel, RESYNCHRONISE))

    async def _leave(self, channel: str, queue: asyncio.Queue[Event | None]) -> None:
        async with self._locks.setdefault(channel, asyncio.Lock()):
            queues = self._subscribers[channel]
            queues.discard(queue)
            if not queues:
                del self._subscribers[channel]
                await self._backend.unsubscribe(channel)

    async def _listener(self) -> None:
        while True:
            event = await self._backend.next_published()
            for queue in self._subscribers.get(event.channel, ()):
                _offer(queue, event)


def _offer(queue: asyncio.Queue[Any], event: Event) -> None:
    """Never wait for a slow listener: it is told that it missed something instead."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        event = Event(event.channel, RESYNCHRONISE)
    queue.put_nowait(event)
