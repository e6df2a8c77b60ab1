"""A supervised Redis pub/sub connection behind broadcaster's backend interface."""

import asyncio
from typing import Any

import structlog
from broadcaster import Event
from broadcaster._backends.base import BroadcastBackend
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.bus.channels import RESYNCHRONISE
from app.bus.ending import end
from app.bus.redis import REDIS_FAILURES, connect_async, listening_connection

_log = structlog.get_logger(__name__)

_QUIET_SECONDS = 5.0
_ANSWER_SECONDS = 2.0
_FIRST_PAUSE_SECONDS = 0.05
_LONGEST_PAUSE_SECONDS = 1.0
_WAITING = 10_000


class RedisBackend(BroadcastBackend):
    """Connects again for ever, subscribes again to all that is wanted, and says so each time.

    Equal messages that wait are one message: bells carry nothing but that they rang.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = connect_async(url)
        self._wanted: set[str] = set()
        self._connection: AbstractConnection | None = None
        self._waiting: dict[tuple[str, str], None] = {}
        self._filled = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        self._supervisor = asyncio.create_task(self._supervise())

    async def disconnect(self) -> None:
        if self._supervisor is not None:
            await end(self._supervisor)
        await self._client.aclose()

    async def subscribe(self, group: str) -> None:
        """Want a channel from now on; while Redis is away this waits for its return."""
        self._wanted.add(group)
        await self._say("SUBSCRIBE", group)

    async def unsubscribe(self, group: str) -> None:
        self._wanted.discard(group)
        await self._say("UNSUBSCRIBE", group)

    async def publish(self, channel: str, message: Any) -> None:
        """Raises one of REDIS_FAILURES within seconds when Redis is away."""
        await self._client.publish(channel, message)

    async def next_published(self) -> Event:
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        first = next(iter(self._waiting))
        del self._waiting[first]
        return Event(*first)

    async def _supervise(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._listen()
            except REDIS_FAILURES as failure:
                was_connected = self._connection is not None
                self._connection = None
                pause = _FIRST_PAUSE_SECONDS if was_connected else _longer(pause)
                _log.warning("broadcast_connection_lost", reason=type(failure).__name__)
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        connection = listening_connection(self._url)
        try:
            await connection.connect()
            self._connection = connection
            # PING beside the channels, so that there is an answer even with none of them.
            await connection.send_command("PING", check_health=False)
            for channel in self._wanted:
                await connection.send_command("SUBSCRIBE", channel, check_health=False)
            while True:
                self._take(await self._read(connection))
        finally:
            await connection.disconnect(nowait=True)

    async def _read(self, connection: AbstractConnection) -> Any:
        """Read what comes; after a silence ask, and take no answer as a dead connection."""
        try:
            return await connection.read_response(timeout=_QUIET_SECONDS, disconnect_on_error=False)
        except (RedisTimeoutError, TimeoutError):
            await connection.send_command("PING", check_health=False)
            return await connection.read_response(timeout=_ANSWER_SECONDS)

    def _take(self, answer: Any) -> None:
        if not isinstance(answer, list):
            return
        match [part.decode() if isinstance(part, bytes) else part for part in answer]:
            case ["message", str(channel), str(message)]:
                self._keep(channel, message)
            case ["subscribe", str(channel), _]:
                self._keep(channel, RESYNCHRONISE)

    def _keep(self, channel: str, message: str) -> None:
        if len(self._waiting) >= _WAITING:
            self._waiting = {(wanted, RESYNCHRONISE): None for wanted in self._wanted}
        self._waiting[channel, message] = None
        self._filled.set()

    async def _say(self, command: str, channel: str) -> None:
        connection = self._connection
        if connection is None:
            return
        try:
            await connection.send_command(command, channel, check_health=False)
        except REDIS_FAILURES:
            _log.debug("broadcast_command_lost", command=command)


def _longer(pause_seconds: float) -> float:
    return min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
