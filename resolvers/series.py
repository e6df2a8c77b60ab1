"""Numbers of a program, from rollups."""

from datetime import datetime, timedelta
from typing import Annotated

import strawberry
from strawberry import UNSET, Parent

from app.store.reads import rollups as reads
from app.store.reads.programs import ProgramRow
from app.store.reads.rollups import SeriesPointRow, StatisticsRow
from resolvers.access import Info, load_one, may_read
from schema.errors import BadUserInput
from schema.inputs.given import given
from schema.inputs.series import SeriesBucket

MAXIMUM_POINTS = 500
_LENGTHS = {
    SeriesBucket.MINUTE: timedelta(minutes=1),
    SeriesBucket.HOUR: timedelta(hours=1),
    SeriesBucket.DAY: timedelta(days=1),
}


async def statistics(
    root: Parent[ProgramRow], info: Info, since: datetime | None = UNSET
) -> StatisticsRow | None:
    """Totals of a program, of all time or since an instant."""
    if not may_read(info, root.key):
        return None
    # By days, so that an answer asks for one instant however often it has the program.
    today = info.context.now().replace(hour=23, minute=59, second=59, microsecond=0)
    row: StatisticsRow = await load_one(
        info, reads.many_statistics, root.key, (given(since), today)
    )
    return row


async def points(
    root: Parent[ProgramRow],
    info: Info,
    from_: Annotated[datetime, strawberry.argument(name="from")],
    to: datetime,
    bucket: SeriesBucket,
) -> list[SeriesPointRow] | None:
    """One point for each bucket that begins in [from, to)."""
    if not may_read(info, root.key):
        return None
    if to <= from_:
        raise BadUserInput("to is after from.", ["to"])
    if (to - from_) / _LENGTHS[bucket] > MAXIMUM_POINTS:
        raise BadUserInput(f"At most {MAXIMUM_POINTS} points: take a larger bucket.", ["bucket"])
    if bucket is SeriesBucket.MINUTE:
        await _require_minutes(root, info, from_)
    rows: list[SeriesPointRow] = await load_one(
        info, reads.many_series, root.key, (from_, to, bucket.value)
    )
    return rows


async def _require_minutes(root: ProgramRow, info: Info, from_: datetime) -> None:
    """Nothing is no answer where there was something."""
    kept_from: datetime | None = await load_one(info, reads.minutes_kept_from, root.key, None)
    if kept_from is not None and from_ < kept_from:
        raise BadUserInput(
            f"Minutes are kept from {kept_from.isoformat()} on: take a larger bucket before.",
            ["bucket"],
        )
