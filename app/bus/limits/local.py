"""The same limits in this process alone, while Redis is away: each process then admits the whole rate."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from time import monotonic_ns

from app.domain.rate_limits import Hit

_MOST_KEPT = 50_000


def _microseconds() -> int:
    return monotonic_ns() // 1_000


class LocalLimits:
    """GCRA in memory; the buckets that were used least lately are forgotten first."""

    def __init__(
        self, most_kept: int = _MOST_KEPT, microseconds: Callable[[], int] = _microseconds
    ) -> None:
        self._most_kept = most_kept
        self._microseconds = microseconds
        self._empty_at: OrderedDict[str, int] = OrderedDict()

    def try_hits(self, hits: Sequence[Hit]) -> list[int]:
        """The room that each hit leaves; all of them are taken, or none."""
        now = self._microseconds()
        planned = [
            max(self._empty_at.get(hit.key, 0), now) + hit.rate.time_for(hit.quantity)
            for hit in hits
        ]
        rooms = [now + hit.rate.window - after for hit, after in zip(hits, planned, strict=True)]
        if min(rooms, default=0) >= 0:
            for hit, after in zip(hits, planned, strict=True):
                self._empty_at[hit.key] = after
                self._empty_at.move_to_end(hit.key)
            while len(self._empty_at) > self._most_kept:
                self._empty_at.popitem(last=False)
        return rooms

    def give_back(self, hit: Hit) -> None:
        """Undoes a hit that was taken."""
        empty_at = self._empty_at.get(hit.key)
        if empty_at is not None:
            self._empty_at[hit.key] = empty_at - hit.rate.time_for(hit.quantity)
