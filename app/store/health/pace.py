"""How fast payments were settled lately, minute by minute, without the chain's own time: counts, as thresholds ask for."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.health.figures import SettlementFigures
from app.domain.health.thresholds import SETTLEMENT_HEALTHY_SECONDS, SETTLEMENT_WARNING_SECONDS
from app.store.database import ReadSession, UnitOfWork

OVER = timedelta(minutes=15)
_ADD = """
INSERT INTO settlement_pace AS p (minute, settled, slow, very_slow)
SELECT * FROM unnest($1::timestamptz[], $2::bigint[], $3::bigint[], $4::bigint[])
ON CONFLICT (minute) DO UPDATE SET settled = p.settled + excluded.settled, slow = p.slow + excluded.slow,
                                   very_slow = p.very_slow + excluded.very_slow
"""
_FORGET = "DELETE FROM settlement_pace WHERE minute < $1"
_READ = """
SELECT coalesce(sum(settled), 0)::bigint AS settled, coalesce(sum(slow), 0)::bigint AS slow,
       coalesce(sum(very_slow), 0)::bigint AS very_slow FROM settlement_pace WHERE minute > $1
"""


async def add(unit: UnitOfWork, settled: Sequence[tuple[datetime, float]]) -> None:
    """settled: when each was, in real time, and its seconds."""
    if not settled:
        return
    minutes = [at.replace(second=0, microsecond=0) for at, _ in settled]
    took = list(zip(minutes, (seconds for _, seconds in settled), strict=True))
    slow = Counter(minute for minute, seconds in took if seconds > SETTLEMENT_HEALTHY_SECONDS)
    very_slow = Counter(minute for minute, seconds in took if seconds > SETTLEMENT_WARNING_SECONDS)
    counts = Counter(minutes)
    keys = sorted(counts)
    columns = [[count[minute] for minute in keys] for count in (counts, slow, very_slow)]
    await unit.connection.execute(_ADD, keys, *columns)
    await unit.connection.execute(_FORGET, keys[-1] - timedelta(days=1))


async def read(session: ReadSession, now: datetime) -> SettlementFigures:
    """Of the last quarter of an hour."""
    [row] = await session.connection.fetch(_READ, now - OVER)
    return SettlementFigures(**row)
