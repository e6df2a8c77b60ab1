"""What Redis remembers of the database server: how far it was. It is of no use when both are taken back together."""

import structlog
from redis.asyncio import Redis

from app.bus.channels import SERVER_SEEN
from app.bus.redis import REDIS_FAILURES, connect_async

_log = structlog.get_logger(__name__)


class RedisWitness:
    """`app.processes.recovery.notice.Witness` on Redis. Without Redis nothing is known, and nothing fails."""

    def __init__(self, url: str) -> None:
        self._client: Redis = connect_async(url)

    async def recall(self) -> str | None:
        """What was noted last."""
        try:
            noted = await self._client.get(SERVER_SEEN)
        except REDIS_FAILURES as failure:
            _log.debug("witness_away", reason=type(failure).__name__)
            return None
        return noted.decode(errors="replace") if isinstance(noted, bytes) else noted

    async def note(self, place: str) -> None:
        try:
            await self._client.set(SERVER_SEEN, place)
        except REDIS_FAILURES as failure:
            _log.debug("witness_away", reason=type(failure).__name__)

    async def close(self) -> None:
        await self._client.aclose()
