"""When a delivery is tried again. Times are real; jitter is a number from 0 to below 1 that the caller draws."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# After the first try: 0 s, 1 min, 5 min, 15 min, 1 h, 6 h, 24 h.
_OFFSETS = (0, 60, 300, 900, 3_600, 21_600, 86_400)
TRIES = len(_OFFSETS)
_MOST_JITTER = 0.2
_LONGEST_WAIT = timedelta(hours=24)
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)
_LONGEST_HEADER = 64


def next_try(
    tried: int, at: datetime, jitter: float, retry_after: timedelta | None = None
) -> datetime | None:
    """When to try after `tried` failures, the last at `at`; None when that was the last.

    The gaps between the offsets, lengthened by up to a fifth: they count from the last try, so that one that came late is
    not followed by several at once. retry_after: what the receiver asked for; a longer wait is granted, up to a day.
    """
    if tried >= TRIES:
        return None
    gap = timedelta(seconds=_OFFSETS[tried] - _OFFSETS[tried - 1]) * (1 + _MOST_JITTER * jitter)
    return at + max(gap, min(retry_after or gap, _LONGEST_WAIT))


def read_retry_after(header: str, now: datetime) -> timedelta | None:
    """Seconds or a date (RFC 9110, section 10.2.3); None when it is neither, or past."""
    text = header.strip()
    if len(text) > _LONGEST_HEADER:
        return None
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return wait if wait > timedelta(0) else None
