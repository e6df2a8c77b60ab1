"""How a worker ends: told once, it finishes or hands back what it holds; told twice, or too slow, it ends anyway."""

import asyncio
import os
import signal
import threading
from dataclasses import dataclass, field

import structlog

_LOG = structlog.get_logger()
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
# Together below the 30 s that containers are given. A webhook's try takes 15 s at most.
GRACE_SECONDS = 20.0
_CANCELLED_WITHIN_SECONDS = 3.0
_LEFT_WITHIN_SECONDS = 6.0
_ENDED_ANYWAY = 70


@dataclass
class Ending:
    """stopping: nothing new is begun. at_once: what still runs is cut off; its leases are given back on the way out."""

    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: asyncio.Event = field(default_factory=asyncio.Event)
    grace_seconds: float = GRACE_SECONDS

    def listen(self) -> None:
        """SIGTERM and SIGINT from now on."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.tell)

    def tell(self) -> None:
        """The first time: end; the second time: at once. However it goes, the process is gone some seconds later."""
        again = self.stopping.is_set()
        (self.at_once if again else self.stopping).set()
        rest = _CANCELLED_WITHIN_SECONDS + _LEFT_WITHIN_SECONDS
        self._end_within(rest if again else self.grace_seconds + rest)

    async def finish(self, running: dict[str, asyncio.Task[None]]) -> None:
        """Waits for what runs, for the grace or until told again; then cuts it off."""
        cut = asyncio.create_task(self.at_once.wait())
        ends = asyncio.get_running_loop().time() + self.grace_seconds
        while running and not cut.done():
            left = ends - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await asyncio.wait(
                [cut, *running.values()], timeout=left, return_when=asyncio.FIRST_COMPLETED
            )
        cut.cancel()
        rest = list(running.values())
        if not rest:
            return
        _LOG.warning("jobs cut off", jobs=sorted(running))
        for task in rest:
            task.cancel()
        await asyncio.wait(rest, timeout=_CANCELLED_WITHIN_SECONDS)

    def _end_within(self, seconds: float) -> None:
        """A thread of its own: whatever the loop waits for, its leases end by themselves and others go on."""
        timer = threading.Timer(seconds, os._exit, (_ENDED_ANYWAY,))
        timer.daemon = True
        timer.start()
