"""What goes out on one socket, bounded: a client that does not read holds only so much memory."""

import asyncio
from dataclasses import dataclass

from starlette.types import Send

from schema.transport.settings import TransportSettings
from schema.transport.ws_messages import CloseCode

TOO_SLOW = "Reader too slow: connect again and resume from your last cursor"
_LONGEST_REASON_BYTES = 123


class UnreadOutput(Exception):
    """The client leaves too much unread; its socket is to be closed."""


class SocketGone(Exception):
    """The client is gone. No OSError: those of a database are something else."""


@dataclass(slots=True)
class Unread:
    """Characters that all sockets of a process have waiting, beyond what the system buffers."""

    characters: int = 0


class SocketOutput:
    """One frame at a time waits for the full socket; the others wait for it, up to a bound."""

    def __init__(self, send: Send, unread: Unread, settings: TransportSettings) -> None:
        self.closed = False
        self._send = send
        self._all_unread = unread
        self._settings = settings
        self._waiting = 0
        self._turn = asyncio.Lock()
        self._writing_since: float | None = None

    async def send_text(self, text: str) -> None:
        """Send one frame, waiting while the socket is full; silently nothing once closed.

        Raises UnreadOutput and SocketGone.
        """
        if self.closed:
            return
        self._check_unread()
        self._count(len(text))
        try:
            async with self._turn:
                await self._write(text)
        finally:
            self._count(-len(text))

    async def close(self, code: CloseCode, reason: str) -> None:
        """Send the close frame past whatever waits; once, and silently when the client is gone."""
        if self.closed:
            return
        self.closed = True
        short = reason.encode()[:_LONGEST_REASON_BYTES].decode(errors="ignore")
        try:
            async with asyncio.timeout(self._settings.close_seconds):
                await self._send({"type": "websocket.close", "code": int(code), "reason": short})
        except (OSError, RuntimeError):  # gone, closed by the other side, or too full to be told
            return

    def stalled(self, now: float) -> bool:
        """Whether the client has not made room for one frame for too long."""
        since = self._writing_since
        return since is not None and now - since > self._settings.write_seconds

    async def _write(self, text: str) -> None:
        if self.closed:
            return
        self._writing_since = asyncio.get_running_loop().time()
        try:
            await self._send({"type": "websocket.send", "text": text})
        except OSError:
            raise SocketGone from None
        except RuntimeError:  # the close frame has gone past this one
            if not self.closed:
                raise
        finally:
            self._writing_since = None

    def _check_unread(self) -> None:
        mine, everybody = self._waiting, self._all_unread.characters
        if mine > self._settings.maximum_unread_characters or (
            mine and everybody > self._settings.maximum_unread_characters_together
        ):
            raise UnreadOutput

    def _count(self, characters: int) -> None:
        self._waiting += characters
        self._all_unread.characters += characters
