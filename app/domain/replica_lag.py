"""How old the state is that a replica shows, without comparing clocks of two machines."""

from collections import deque
from dataclasses import dataclass, field

from app.domain.positions import WritePosition

# Older than any limit: what was looked at before is of no use.
_REMEMBERED_SECONDS = 60.0


@dataclass
class ReplicaLag:
    """What the primary had written, and when this process asked; times are of one monotonic clock."""

    _written: deque[tuple[float, WritePosition]] = field(default_factory=deque)

    def note_written(self, before: float, position: WritePosition) -> None:
        """The primary answered the position to a question asked at `before`: all that was committed by then lies in it."""
        if self._written and self._written[-1][1].timeline != position.timeline:
            self._written.clear()
        self._written.append((before, position))
        while self._written[0][0] < before - _REMEMBERED_SECONDS:
            self._written.popleft()

    @property
    def timeline(self) -> int | None:
        """The primary's, as far as it is known."""
        return self._written[-1][1].timeline if self._written else None

    def seconds(self, replayed: WritePosition, now: float) -> float | None:
        """The age of a state in which this much shows; None when it is older than what is remembered, or on another
        timeline than the primary's.
        """
        for asked_at, written in reversed(self._written):
            if written.timeline == replayed.timeline and written.at <= replayed.at:
                return now - asked_at
        return None
