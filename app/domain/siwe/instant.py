"""Date-times of RFC 3339 (section 5.6), which ask for an offset and for days that exist."""

import re
from datetime import UTC, datetime, timedelta, timezone

_FORM = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))",
    re.ASCII,
)
_MICROSECOND_DIGITS = 6


def parse_instant(text: str) -> datetime | None:
    """The instant in UTC, digits beyond microseconds cut; None for another form, or a date that is not in the calendar.

    A leap second is refused: datetime cannot hold it.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    fraction, sign, hours, minutes = match.groups()[6:]
    digits = (fraction or "")[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0")
    try:
        zone = UTC if sign is None else _zone(sign, int(hours), int(minutes))
        local = datetime(year, month, day, hour, minute, second, int(digits), zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(sign: str, hours: int, minutes: int) -> timezone:
    if hours > 23 or minutes > 59:  # RFC 3339: time-hour, time-minute
        raise ValueError("no such offset")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset)


def write_instant(at: datetime) -> str:
    """The instant to the millisecond, in UTC, as JavaScript's toISOString writes it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
