"""Conflated wake-ups: however many changes, a reader that is busy wakes once."""

import asyncio
from collections.abc import AsyncGenerator, Hashable


class Watchers:
    """Topics, and who waits for each."""

    def __init__(self) -> None:
        self._by_topic: dict[Hashable, set[asyncio.Event]] = {}

    def wake(self, topic: Hashable) -> None:
        for changed in self._by_topic.get(topic, ()):
            changed.set()

    async def watch(
        self,
        topic: Hashable,
        minimum_interval_seconds: float,
        refresh_seconds: float | None,
    ) -> AsyncGenerator[None, None]:
        changed = asyncio.Event()
        watching = self._by_topic.setdefault(topic, set())
        watching.add(changed)
        try:
            while True:
                # Cleared before the reader looks: a change during its look wakes it again.
                changed.clear()
                yield None
                await asyncio.sleep(minimum_interval_seconds)
                await _wait(changed, refresh_seconds)
        finally:
            watching.discard(changed)
            if not watching and self._by_topic.get(topic) is watching:
                del self._by_topic[topic]


async def _wait(changed: asyncio.Event, longest_seconds: float | None) -> None:
    try:
        async with asyncio.timeout(longest_seconds):
            await changed.wait()
    except TimeoutError:
        return
