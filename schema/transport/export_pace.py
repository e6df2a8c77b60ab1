"""How slowly a client may read a download: whoever reads more slowly only keeps others from theirs."""

import asyncio

from starlette.types import Message, Send


class TooSlow(Exception):
    """The client reads more slowly than it may."""


class Paced:
    """Sends on. Raises TooSlow once the client had been waited for longer than its bytes may take.

    grace_seconds: what it may be late at any time, whatever it has read.
    """

    def __init__(self, send: Send, *, least_bytes_a_second: float, grace_seconds: float) -> None:
        self._send = send
        self._least = least_bytes_a_second
        self._left = grace_seconds

    async def __call__(self, message: Message) -> None:
        """One message. The time that the rows took to read is not the client's."""
        loop = asyncio.get_running_loop()
        self._left += len(message.get("body", b"")) / self._least
        begun = loop.time()
        try:
            async with asyncio.timeout(self._left):
                await self._send(message)
        except TimeoutError:
            raise TooSlow from None
        self._left -= loop.time() - begun
