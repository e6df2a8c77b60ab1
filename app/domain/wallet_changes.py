"""When a wallet change that was signed may still be sent.

The mutation carries signatures and no deadline, so deadlines are whole days of real time: there are never more than two
that a signature can stand for.
"""

from datetime import datetime

_DAY_SECONDS = 86_400
_DOCUMENT_DAYS = 2


def deadline_of(now: datetime) -> int:
    """Of a document given out now, in Unix seconds: it is good for more than one day and at most two."""
    return (int(now.timestamp()) // _DAY_SECONDS + _DOCUMENT_DAYS) * _DAY_SECONDS


def open_deadlines(now: datetime) -> tuple[int, ...]:
    """The deadlines of documents that have not expired, the later one first."""
    latest = deadline_of(now)
    return tuple(latest - days * _DAY_SECONDS for days in range(_DOCUMENT_DAYS))
