"""Concurrent requests share one piece of work: a few milliseconds of waiting buy one call instead of many."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.domain.errors import Unconfirmed

Group = TypeVar("Group", bound=Hashable)
Item = TypeVar("Item")
Result = TypeVar("Result")

_WINDOW_SECONDS = 0.002
_MOST_ITEMS = 200
_CALLS_AT_ONCE = 8


@dataclass
class _Waiting(Generic[Item, Result]):
    """What came since the last call of one group."""

    items: list[tuple[Item, "asyncio.Future[Result]"]] = field(default_factory=list)
    full: asyncio.Event = field(default_factory=asyncio.Event)
    drain: "asyncio.Task[None] | None" = None


class MicroBatches(Generic[Group, Item, Result]):
    """Gathers items of one group for 2 ms, or until there are 200, and works on them together.

    work: takes a group and its items, gives one result for each, in order. When it fails, all of them fail; with
    `apart`, each half is tried again, and so on until what fails is alone; but not when the work was done and only not
    confirmed (Unconfirmed).
    """

    def __init__(
        self,
        work: Callable[[Group, Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        apart: bool = False,
    ) -> None:
        self._work = work
        self._apart = apart
        self._calls = asyncio.Semaphore(_CALLS_AT_ONCE)
        self._waiting: dict[Group, _Waiting[Item, Result]] = {}

    async def submit(self, group: Group, item: Item) -> Result:
        """The item's result, or what its work raised. A cancelled caller leaves the others alone."""
        waiting = self._waiting.setdefault(group, _Waiting())
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        waiting.items.append((item, future))
        if len(waiting.items) >= _MOST_ITEMS:
            waiting.full.set()
        if waiting.drain is None:
            waiting.drain = asyncio.create_task(self._drain(group, waiting))
        return await future

    async def _drain(self, group: Group, waiting: _Waiting[Item, Result]) -> None:
        while waiting.items:
            await self._gather(waiting)
            batch, waiting.items = waiting.items[:_MOST_ITEMS], waiting.items[_MOST_ITEMS:]
            await self._run(group, [one for one in batch if not one[1].done()])
        del self._waiting[group]

    async def _gather(self, waiting: _Waiting[Item, Result]) -> None:
        if len(waiting.items) >= _MOST_ITEMS:
            return
        waiting.full.clear()
        try:
            async with asyncio.timeout(_WINDOW_SECONDS):
                await waiting.full.wait()
        except TimeoutError:
            return

    async def _results(self, group: Group, items: Sequence[Item]) -> Sequence[Result]:
        async with self._calls:
            results = await self._work(group, items)
        if len(results) != len(items):
            raise RuntimeError("a batch's work gave another number of results")
        return results

    async def _run(
        self, group: Group, batch: Sequence[tuple[Item, "asyncio.Future[Result]"]]
    ) -> None:
        if not batch:
            return
        try:
            results = await self._results(group, [item for item, _ in batch])
        except Exception as problem:  # noqa: BLE001  it goes to whoever waits
            apart = self._apart and not isinstance(problem, Unconfirmed)
            if apart and len(batch) > 1:
                middle = len(batch) // 2
                await asyncio.gather(
                    self._run(group, batch[:middle]), self._run(group, batch[middle:])
                )
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(problem)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
