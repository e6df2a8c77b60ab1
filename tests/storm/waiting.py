"""Waiting for what must come, however slow the machine is, but not for ever; the terminal (-s) shows where we are."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_POLL_SECONDS = 0.25
_SAY_EACH_SECONDS = 10.0
_SHOWN = 300
_BEGUN = time.monotonic()


def say(line: str) -> None:
    """Progress, with the seconds since the beginning."""
    print(f"{time.monotonic() - _BEGUN:7.1f} s  {line}", flush=True)  # noqa: T201


async def until(
    still: Callable[[], Awaitable[object]], seconds: float, poll: float = _POLL_SECONDS
) -> None:
    """Returns when nothing is still missing; fails with what is, once the time is over."""
    begun = said = time.monotonic()
    while missing := await still():
        now = time.monotonic()
        assert now < begun + seconds, f"after {seconds:.0f} s: {missing}"
        if now > said + _SAY_EACH_SECONDS:
            say(f"  waits: {str(missing)[:_SHOWN]}")
            said = now
        await asyncio.sleep(poll)
