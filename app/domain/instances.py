"""Where a database server is in its own history."""

from dataclasses import dataclass
from typing import Self

_PARTS = 3


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """system: of the cluster, for life. timeline: raised by each promotion and restore to a point in time. written: bytes
    of its log that are safely written, ever rising on one timeline.
    """

    system: int
    timeline: int
    written: int

    def is_before(self, seen: Self) -> bool:
        """Whether a server that was seen there before has been taken back since."""
        if self.system != seen.system:
            return False
        return (self.timeline, self.written) < (seen.timeline, seen.written)

    def __str__(self) -> str:
        return f"{self.system}:{self.timeline}:{self.written}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What __str__ wrote; None when it is something else."""
        parts = text.split(":")
        if len(parts) != _PARTS or not all(part.isascii() and part.isdigit() for part in parts):
            return None
        system, timeline, written = map(int, parts)
        return cls(system, timeline, written)
