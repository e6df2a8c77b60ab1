"""How fast a socket's messages are taken: a client that floods waits, and nobody else does."""

import asyncio


class Pace:
    """A bucket of `at_once` messages that fills again at a rate.

    Who sends more is read more slowly, down to TCP, instead of being closed: a client that comes
    back after a restart sends all of its subscriptions in one go, and is no attacker.
    """

    def __init__(self, per_second: float, at_once: int) -> None:
        self._per_second = per_second
        self._at_once = float(at_once)
        self._left = float(at_once)
        self._at = asyncio.get_running_loop().time()

    def spend(self, messages: int = 1) -> float:
        """Seconds to wait before the next message is read."""
        now = asyncio.get_running_loop().time()
        filled = self._left + (now - self._at) * self._per_second
        self._left = min(self._at_once, filled) - messages
        self._at = now
        return max(0.0, -self._left / self._per_second)
