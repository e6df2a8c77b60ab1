"""Who wrote in the last seconds, in all API processes: their reads must show it.

Redis carries it between processes. While it is away nobody knows who wrote through another process, so everybody counts as
a writer, and the primary answers.
"""

from time import monotonic
from uuid import UUID

import structlog

from app.bus.redis import REDIS_FAILURES, connect_async

_log = structlog.get_logger(__name__)
READS_OWN_WRITES_SECONDS = 5.0
_KEY = "sge:wrote:"
_TIMEOUT_SECONDS = 0.1
_AWAY_SECONDS = 1.0
_MOST_REMEMBERED = 100_000


class RecentWriters:
    """One for each process that answers requests. redis_url: None without a replica, where nobody has to ask."""

    def __init__(self, redis_url: str | None) -> None:
        self._redis = None if redis_url is None else connect_async(redis_url, _TIMEOUT_SECONDS)
        self._until: dict[str, float] = {}
        self._first_seen: dict[UUID, float] = {}
        self._away_until = 0.0

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()

    async def note(self, actor: str) -> None:
        """It has just written; returns when other processes know."""
        if self._redis is None:
            return
        if len(self._until) >= _MOST_REMEMBERED:
            self._forget_old()
        self._until[actor] = monotonic() + READS_OWN_WRITES_SECONDS
        if not self._is_away():
            try:
                await self._redis.set(_KEY + actor, b"1", px=round(1000 * READS_OWN_WRITES_SECONDS))
            except REDIS_FAILURES as failure:
                self._note_away(failure)

    async def wrote(self, actor: str) -> bool:
        """Whether it may have written in the last 5 s, here or elsewhere."""
        if self._redis is None:
            return False
        if self._until.get(actor, 0.0) > monotonic():
            return True
        if self._is_away():
            return True
        try:
            return await self._redis.get(_KEY + actor) is not None
        except REDIS_FAILURES as failure:
            self._note_away(failure)
            return True

    def is_new(self, credential_id: UUID) -> bool:
        """Whether this process has not known the credential for 5 s: it, and the program it is for, may be as new."""
        if len(self._first_seen) >= _MOST_REMEMBERED:
            self._first_seen.clear()
        now = monotonic()
        return now - self._first_seen.setdefault(credential_id, now) < READS_OWN_WRITES_SECONDS

    def _is_away(self) -> bool:
        return monotonic() < self._away_until

    def _note_away(self, failure: Exception) -> None:
        _log.warning("recent_writers_unknown", reason=type(failure).__name__)
        self._away_until = monotonic() + _AWAY_SECONDS

    def _forget_old(self) -> None:
        now = monotonic()
        self._until = {actor: until for actor, until in self._until.items() if until > now}
