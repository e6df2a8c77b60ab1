"""Time as an argument: real time, and a program's own time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def real_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def program_time(at: datetime, offset: timedelta) -> datetime:
    """Program time: real time plus the offset of a test program's clock."""
    return at + offset
