"""Makes every rollup anew from what `rollup_sources` reads."""

from collections.abc import Callable

from app.store.database import UnitOfWork
from app.store.rollups import sources as rollup_sources

Progress = Callable[[str], None]

_AFFILIATES = f"""
WITH months AS (
  SELECT program_id, affiliate_id, currency, month, level, sum(members) AS members, sum(users) AS users,
         sum(volume) AS volume, sum(earned) AS earned
    FROM (SELECT program_id, affiliate_id, '' AS currency, month, level, members, users, 0::numeric AS volume,
                 0::numeric AS earned FROM ({rollup_sources.HEADS}) h
          UNION ALL
          SELECT program_id, affiliate_id, currency, month, level, 0, 0, volume, earned FROM ({rollup_sources.MONEY}) m) s
   GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO affiliate_rollup (program_id, affiliate_id, currency, month, level, members, users, volume, earned)
SELECT * FROM months
UNION ALL
SELECT program_id, affiliate_id, currency, '', level, sum(members), sum(users), sum(volume), sum(earned)
  FROM months GROUP BY 1, 2, 3, 5
"""
# Minutes that are not kept any more are not made again.
_BUCKETS = """
  LEFT JOIN minute_series k ON k.program_id = m.program_id
  JOIN (VALUES ('MINUTE', 'minute'), ('HOUR', 'hour'), ('DAY', 'day')) AS b (bucket, field)
    ON b.bucket <> 'MINUTE' OR k.kept_from IS NULL OR m.at >= k.kept_from
"""
_SERIES = f"""
INSERT INTO program_series (program_id, bucket, at, pending, processing, confirmed, failed)
SELECT m.program_id, b.bucket, date_trunc(b.field, m.at, 'UTC'), sum(pending), sum(processing), sum(confirmed), sum(failed)
  FROM ({rollup_sources.STATUSES}) m {_BUCKETS} GROUP BY 1, 2, 3
"""
_LATENCIES = f"""
WITH classed AS (
  SELECT m.program_id, b.bucket, date_trunc(b.field, m.at, 'UTC') AS at, m.class, sum(m.times) AS times
    FROM ({rollup_sources.LATENCIES}) m {_BUCKETS} GROUP BY 1, 2, 3, 4
), counted AS (
  SELECT p.program_id, p.bucket, p.at, array_agg(coalesce(c.times, 0)::bigint ORDER BY n.class) AS latency
    FROM (SELECT DISTINCT program_id, bucket, at FROM classed) p
   CROSS JOIN generate_series(0, 63) AS n (class)
    LEFT JOIN classed c USING (program_id, bucket, at, class)
   GROUP BY 1, 2, 3
)
UPDATE program_series s SET latency = c.latency
  FROM counted c WHERE c.program_id = s.program_id AND c.bucket = s.bucket AND c.at = s.at
"""
_AMOUNTS = f"""
INSERT INTO program_series_amount (program_id, bucket, at, currency, volume, commissions)
SELECT m.program_id, b.bucket, date_trunc(b.field, m.at, 'UTC'), m.currency, sum(m.volume), sum(m.commissions)
  FROM ({rollup_sources.AMOUNTS}) m {_BUCKETS} GROUP BY 1, 2, 3, 4
"""
_COUNTERS = f"INSERT INTO program_counter (program_id, name, value) {rollup_sources.COUNTERS}"
_STEPS = {
    "affiliates": _AFFILIATES,
    "intents by minute, hour and day": _SERIES,
    "settlement times": _LATENCIES,
    "amounts": _AMOUNTS,
    "counters": _COUNTERS,
}
STEPS = len(_STEPS)
# As the checks of a reconciliation: a few large sums, for this transaction.
_ROOM = "SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true)"


async def rebuild(
    unit: UnitOfWork, program_id: int | None = None, progress: Progress = lambda _: None
) -> None:
    """Fills the rollups, which are empty, with what the unit's snapshot says: of one program, or of all. progress: told of
    each step that begins.
    """
    await unit.connection.execute(_ROOM)
    for name, statement in _STEPS.items():
        progress(name)
        await unit.connection.execute(statement, program_id)
