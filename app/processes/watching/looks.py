"""When this process first saw each block, and first saw it final: the time between is the chain's, not ours."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta

# Of a chain that makes a block a second and takes an hour to make it final.
_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class _Look:
    """head, final: the highest numbers seen until then."""

    at: datetime
    head: int
    final: int


class Looks:
    """Both instants are our clock's, so a chain whose clock is wrong makes nothing look slow or fast."""

    def __init__(self) -> None:
        self._seen: list[_Look] = []

    def note(self, head: int, final: int, at: datetime) -> None:
        """One look, later than those before."""
        if self._seen:
            before = self._seen[-1]
            head, final = max(head, before.head), max(final, before.final)
            if (head, final) == (before.head, before.final):
                return
        self._seen.append(_Look(at, head, final))
        del self._seen[:-_KEPT]

    def waited(self, number: int, block_at: datetime) -> timedelta | None:
        """How long the block waited to become final. block_at: its own time, for one that was there before the first look.

        None for one that is not final, or was before the first look: nobody knows since when.
        """
        found = bisect_left(self._seen, number, key=lambda look: look.final)
        if found in {0, len(self._seen)}:
            return None
        mined = bisect_left(self._seen, number, key=lambda look: look.head)
        mined_at = self._seen[mined].at if mined else block_at
        return max(self._seen[found].at - mined_at, timedelta())
