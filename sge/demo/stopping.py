"""Ctrl-C, SIGTERM and a closed terminal mean the same: stop everything, once, in order."""

import asyncio
import signal
from collections.abc import Coroutine
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """Somebody asked the demo to stop."""


class StopSignals:
    """Turns the first signal into Stopped; further ones must not interrupt the stopping itself."""

    def __init__(self) -> None:
        self._before: dict[signal.Signals, Any] = {}
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            self._before[number] = signal.signal(number, self._stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs asynchronous work; a signal cancels it, and Stopped is raised when it has ended."""
        try:
            asyncio.run(self._cancellable(work))
        except asyncio.CancelledError:
            raise Stopped from None

    async def _cancellable(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._running = asyncio.get_running_loop(), task
        try:
            await task
        finally:
            self._running = None

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if self._running is None:
            raise Stopped
        loop, task = self._running
        loop.call_soon_threadsafe(task.cancel)
