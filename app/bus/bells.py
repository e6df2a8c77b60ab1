"""Both bells of a process, as use cases ring them after their commit."""

from app.bus.bell import EventBell
from app.bus.broadcast import SupervisedBroadcast
from app.bus.queue import JobBell
from app.bus.redis import connect_async, connect_blocking


class RedisBells:
    """`app.services.execute.Bells` on Redis. Opens with the event loop, closes before it."""

    def __init__(self, url: str) -> None:
        self.broadcast = SupervisedBroadcast(url)
        self._client = connect_async(url)
        self._blocking = connect_blocking(url)
        self._event_bell = EventBell(self.broadcast)
        self._job_bell = JobBell(self._client, self._blocking)

    async def open(self) -> None:
        """Needs no Redis: it connects in the background, as often as it takes."""
        await self.broadcast.connect()
        self._event_bell.start()
        self._job_bell.start()

    async def close(self) -> None:
        await self._event_bell.stop()
        await self._job_bell.stop()
        await self.broadcast.disconnect()
        await self._client.aclose()
        self._blocking.close()

    async def events(self) -> None:
        self._event_bell.ring()

    async def jobs(self, names: frozenset[str]) -> None:
        self._job_bell.ring(names)

    async def ping(self) -> None:
        """Raise one of app.bus.redis.REDIS_FAILURES when Redis does not answer."""
        await self._client.ping()
