"""Conflated wake-ups: however many changes, a reader that is busy wakes once."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Hashable


class Watchers:
    """Topics, and who waits for each."""

    def __init__(self) -> None:
        self._by_topic: dict[Hashable, set[asyncio.Event]] = {}

    def wake(self, topic: Hashable) -> None:
        for changed in self._by_topic.get(topic, ()):
            changed.set()

    def wake_all(self) -> None:
        for waiting in self._by_topic.values():
            for changed in waiting:
                changed.set()

    async def watch(
        self,
        topics: Collection[Hashable],
        minimum_interval_seconds: float,
        refresh_seconds: float | None,
    ) -> AsyncGenerator[None, None]:
        changed = asyncio.Event()
        for topic in topics:
            self._by_topic.setdefault(topic, set()).add(changed)
        try:
            while True:
                # Cleared before the reader looks: a change during its look wakes it again.
                changed.clear()
                yield None
                await asyncio.sleep(minimum_interval_seconds)
                await _wait(changed, refresh_seconds)
        finally:
            for topic in topics:
                self._forget(topic, changed)

    def _forget(self, topic: Hashable, changed: asyncio.Event) -> None:
        watching = self._by_topic[topic]
        watching.discard(changed)
        if not watching:
            del self._by_topic[topic]


async def _wait(changed: asyncio.Event, longest_seconds: float | None) -> None:
    try:
        async with asyncio.timeout(longest_seconds):
            await changed.wait()
    except TimeoutError:
        return
