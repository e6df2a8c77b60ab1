"""Where a database server is in its own history."""

from dataclasses import dataclass
from typing import Self

_PARTS, _MARK_PARTS = 3, 2
_DIGEST_DIGITS = 64


@dataclass(frozen=True, slots=True)
class EventMark:
    """One event of the feed that was committed: its position, and the SHA-256 of what it says, in hexadecimal digits."""

    position: int
    digest: str


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """system: of the cluster, for life. timeline: raised by each promotion and restore to a point in time. written: bytes
    of its log that are safely written, ever rising on one timeline. newest: the newest event that it has; a server that was
    taken back by seconds and works on is soon further than before, but says something else there.
    """

    system: int
    timeline: int
    written: int
    newest: EventMark | None = None

    def is_before(self, seen: Self) -> bool:
        """Whether a server that was seen there before has been taken back since."""
        if self.system != seen.system:
            return False
        return (self.timeline, self.written) < (seen.timeline, seen.written)

    def __str__(self) -> str:
        text = f"{self.system}:{self.timeline}:{self.written}"
        return (
            text if self.newest is None else f"{text}:{self.newest.position}:{self.newest.digest}"
        )

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What __str__ wrote; None when it is something else."""
        place, mark = text.split(":")[:_PARTS], text.split(":")[_PARTS:]
        if len(place) != _PARTS or not all(_is_number(part) for part in place):
            return None
        system, timeline, written = map(int, place)
        if not mark:
            return cls(system, timeline, written)
        if len(mark) != _MARK_PARTS or not _is_number(mark[0]) or not _is_digest(mark[1]):
            return None
        return cls(system, timeline, written, EventMark(int(mark[0]), mark[1]))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_digest(text: str) -> bool:
    return len(text) == _DIGEST_DIGITS and set(text) <= set("0123456789abcdef")
