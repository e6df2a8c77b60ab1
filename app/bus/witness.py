"""What Redis remembers of the database server: how far it was. It is of no use when both are taken back together."""

import hmac
from hashlib import sha256

import structlog
from pydantic import SecretStr
from redis.asyncio import Redis

from app.bus.channels import SERVER_SEEN
from app.bus.redis import REDIS_FAILURES, connect_async

_log = structlog.get_logger(__name__)
_PURPOSE = b"sge: where the database server was seen, version 1"


class ForeignNote(Exception):
    """Redis holds what no process with our key has written."""


class RedisWitness:
    """`app.processes.recovery.notice.Witness` on Redis. Without Redis nothing is known, and nothing fails.

    secret: SGE_ENCRYPTION_KEY, which all that look have; a note without its MAC (HMAC-SHA256 under a key made of it) says
    nothing of the server.
    """

    def __init__(self, url: str, secret: SecretStr) -> None:
        self._client: Redis = connect_async(url)
        self._key = hmac.digest(secret.get_secret_value().encode(), _PURPOSE, "sha256")

    async def recall(self) -> str | None:
        """What was noted last. Raises ForeignNote."""
        try:
            noted = await self._client.get(SERVER_SEEN)
        except REDIS_FAILURES as failure:
            _log.debug("witness_away", reason=type(failure).__name__)
            return None
        return None if noted is None else self.read(noted)

    def read(self, noted: bytes | str) -> str:
        """The place that one of ours noted. Raises ForeignNote."""
        text = noted.decode(errors="replace") if isinstance(noted, bytes) else noted
        place, _, mac = text.rpartition(" ")
        if not hmac.compare_digest(mac.encode(), self._mac(place).encode()):
            raise ForeignNote
        return place

    async def note(self, place: str) -> None:
        try:
            await self._client.set(SERVER_SEEN, f"{place} {self._mac(place)}")
        except REDIS_FAILURES as failure:
            _log.debug("witness_away", reason=type(failure).__name__)

    async def close(self) -> None:
        await self._client.aclose()

    def _mac(self, place: str) -> str:
        return hmac.new(self._key, place.encode(), sha256).hexdigest()
