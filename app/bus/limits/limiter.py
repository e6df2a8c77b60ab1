"""Limits as the API asks for them: those of all processes, and this one's own while Redis is away."""

from collections.abc import Sequence

from app.bus.limits.local import LocalLimits
from app.bus.limits.shared import LimitsAway, SharedLimits
from app.domain.rate_limits import Hit, Verdict

# A Redis that answers takes a tenth of a millisecond; waiting longer would cost more than it guards.
_TIMEOUT_SECONDS = 0.1


class Limiter:
    """One for each process that answers requests. Opens with the event loop."""

    def __init__(self, redis_url: str, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._shared = SharedLimits(redis_url, timeout_seconds)
        self._local = LocalLimits()

    def start(self) -> None:
        self._shared.start()

    async def stop(self) -> None:
        await self._shared.stop()

    async def try_hits(self, hits: Sequence[Hit]) -> Verdict:
        """Counts the hits when each of their buckets has room, else none of them."""
        try:
            return Verdict(hits, await self._shared.try_hits(hits))
        except LimitsAway:
            return Verdict(hits, self._local.try_hits(hits))
