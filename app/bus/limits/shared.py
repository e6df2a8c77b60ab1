"""Limits that all processes share, in Redis: one call for all hits that came up while the last one was under way."""

import asyncio
from collections.abc import Sequence
from hashlib import sha1

import structlog
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError

from app.bus.limits.script import SCRIPT, script_arguments
from app.bus.redis import REDIS_FAILURES, quick_connection
from app.domain.rate_limits import Hit

_log = structlog.get_logger(__name__)
_SHA = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
# Redis is one thread: a call of any length holds up everybody else's.
_MOST_IN_A_CALL = 64
_RETRY_SECONDS = 1.0


class LimitsAway(Exception):
    """Redis does not answer in time; nothing is known of the hits."""


class SharedLimits:
    """A connection of its own, used by one call at a time. Nobody waits for Redis while it is away.

    A failed call opens the circuit: hits fail at once until a connection made in the background has answered.
    """

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._connection: AbstractConnection | None = None
        self._pending: list[tuple[Sequence[Hit], asyncio.Future[Sequence[int]]]] = []
        self._sending: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connects in the background, as often as it takes."""
        self._connecting = asyncio.create_task(self._connect())

    async def stop(self) -> None:
        tasks = [task for task in (self._connecting, self._sending) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._leave()

    async def try_hits(self, hits: Sequence[Hit]) -> Sequence[int]:
        """The room that each hit leaves; raises LimitsAway."""
        if self._connection is None:
            raise LimitsAway
        answered: asyncio.Future[Sequence[int]] = asyncio.get_running_loop().create_future()
        self._pending.append((hits, answered))
        if self._sending is None:
            # A task begins in the next turn of the event loop: what else comes up in this one goes along.
            self._sending = asyncio.create_task(self._send())
        return await answered

    async def _send(self) -> None:
        batch: list[tuple[Sequence[Hit], asyncio.Future[Sequence[int]]]] = []
        try:
            while self._pending and self._connection is not None:
                batch, self._pending = (
                    self._pending[:_MOST_IN_A_CALL],
                    self._pending[_MOST_IN_A_CALL:],
                )
                rooms = await self._call(self._connection, [hits for hits, _ in batch])
                _tell(batch, rooms)
                batch = []
        except REDIS_FAILURES as failure:
            _log.warning("rate_limits_are_local", reason=type(failure).__name__)
            await self._leave()
            self._connecting = asyncio.create_task(self._connect())
        finally:
            self._sending = None
            forsaken, self._pending = [*batch, *self._pending], []
            for _, answered in forsaken:
                if not answered.done():
                    answered.set_exception(LimitsAway())

    async def _call(
        self, connection: AbstractConnection, requests: Sequence[Sequence[Hit]]
    ) -> list[int]:
        arguments = script_arguments(requests)
        try:
            return await _command(connection, "EVALSHA", _SHA, *arguments)
        except NoScriptError:  # a server that was restarted, or told to forget
            return await _command(connection, "EVAL", SCRIPT, *arguments)

    async def _connect(self) -> None:
        while self._connection is None:
            connection = quick_connection(self._url, self._timeout_seconds)
            try:
                await connection.connect()
                await _command(connection, "SCRIPT", "LOAD", SCRIPT)
            except REDIS_FAILURES:
                await connection.disconnect(nowait=True)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                self._connection = connection

    async def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


async def _command(connection: AbstractConnection, *words: str | int) -> list[int]:
    packed = connection.pack_command(*words)
    await connection.send_packed_command(packed, check_health=False)
    answer: list[int] = await connection.read_response()
    return answer


def _tell(
    batch: Sequence[tuple[Sequence[Hit], asyncio.Future[Sequence[int]]]], rooms: Sequence[int]
) -> None:
    at = 0
    for hits, answered in batch:
        if not answered.done():  # its request may have gone away meanwhile
            answered.set_result(rooms[at : at + len(hits)])
        at += len(hits)
