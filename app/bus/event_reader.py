"""One subscriber's bounded queue of events."""

import asyncio
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from app.domain.events import Event, EventType


class SlowConsumer(Exception):
    """The reader fell too far behind; it is to connect again and resume from its cursor."""


class FeedRestarted(Exception):
    """Positions are issued again after an older state was restored: what the reader has is of another feed."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Everything of the subscription up to this position has been given out."""

    position: int


class EventReader:
    """Filled by the hub, emptied by one subscription; never blocks the hub."""

    def __init__(self, after: int, types: Collection[EventType] | None, size: int) -> None:
        self._after = after
        self._types = None if types is None else frozenset(types)
        self._size = size
        self._queue: deque[Event] = deque()
        self._overrun = False
        self._restarted = False
        self._filled = asyncio.Event()

    @property
    def has_more(self) -> bool:
        return self._overrun or self._restarted or bool(self._queue)

    def restart(self) -> None:
        """Ends it with FeedRestarted, whatever waits."""
        self._restarted = True
        self._filled.set()

    def offer(self, event: Event) -> None:
        if self._overrun or event.position <= self._after:
            return
        if self._types is not None and event.type not in self._types:
            return
        if len(self._queue) >= self._size:
            self._overrun = True
            self._queue.clear()
        else:
            self._queue.append(event)
        self._filled.set()

    async def next(self, patience_seconds: float) -> Event | None:
        """Give the next event, None after waiting this long; raises SlowConsumer and FeedRestarted."""
        if not self.has_more:
            self._filled.clear()
            try:
                async with asyncio.timeout(patience_seconds):
                    await self._filled.wait()
            except TimeoutError:
                return None
        if self._restarted:
            raise FeedRestarted
        if self._overrun:
            raise SlowConsumer("events arrived faster than they were read")
        return self._queue.popleft()
