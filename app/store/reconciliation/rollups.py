"""The rollups beside what they are made of: rebuilt less what is not applied yet, in one snapshot and without writing."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.pending_rollups import PendingRollups
from app.domain.states import IntentStatus
from app.store.database import ReadSession
from app.store.rollups import sources as rollup_sources
from app.store.rollups.minute_series import FROM_THEN_ON


@dataclass(frozen=True, slots=True)
class RollupDrift:
    """examined: rows of the table. differing: how many of them are wrong; first: one of those, for people."""

    table: str
    examined: int
    differing: int
    first: str | None

    def and_in(self, other: "RollupDrift") -> "RollupDrift":
        """Of other columns of the same rows."""
        differing = self.differing + other.differing
        return RollupDrift(self.table, self.examined, differing, self.first or other.first)


# Each branch of `said` is added up; what the sources give, less what the rollups hold and what waits, is nothing.
_DRIFT = """
WITH said AS ({said}), differing AS (
  SELECT {key} FROM said GROUP BY {key} HAVING ({sums}) <> ({zeros})
  {folded}
), named AS (SELECT concat_ws(', ', {key}) AS place FROM differing)
SELECT (SELECT count(*) FROM {table} WHERE program_id = $1) AS examined,
       (SELECT count(*) FROM named) AS differing, (SELECT min(place) FROM named) AS first
"""
# Heads and money apart, since a row has one or the other. What is zero says nothing.
_OF_AFFILIATES = """
SELECT affiliate_id, currency, month, level, -{one}, -{other} FROM affiliate_rollup
 WHERE program_id = $1 AND month <> '' AND ({one} <> 0 OR {other} <> 0)
UNION ALL
SELECT affiliate_id, currency, month, level, -{one}, -{other}
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::integer[], $6::{type}[], $7::{type}[])
    AS w (affiliate_id, currency, month, level, {one}, {other})
"""
_ALL_TIME = """
UNION ALL
SELECT affiliate_id, currency, 'all time', level FROM (
  SELECT affiliate_id, currency, level, CASE WHEN month = '' THEN {one} ELSE -{one} END AS one,
         CASE WHEN month = '' THEN {other} ELSE -{other} END AS other
    FROM affiliate_rollup WHERE program_id = $1 AND ({one} <> 0 OR {other} <> 0)) f
 GROUP BY 1, 2, 4 HAVING (sum(one), sum(other)) <> (0, 0)
"""


def _of_affiliates(one: str, other: str, type_: str, source: str) -> str:
    names = {"one": one, "other": other, "type": type_}
    return _DRIFT.format(
        table="affiliate_rollup",
        key="affiliate_id, currency, month, level",
        sums=f"sum({one}), sum({other})",
        zeros="0, 0",
        said=f"{source} UNION ALL {_OF_AFFILIATES.format(**names)}",
        folded=_ALL_TIME.format(**names),
    )


_HEADS = _of_affiliates(
    "members",
    "users",
    "bigint",
    f"SELECT affiliate_id, '' AS currency, month, level, members, users FROM ({rollup_sources.HEADS}) s",
)
_MONEY = _of_affiliates(
    "volume",
    "earned",
    "numeric",
    f"SELECT affiliate_id, currency, month, level, volume, earned FROM ({rollup_sources.MONEY}) s",
)
# The finest that is kept, beside the sources: minutes, and hours from before minutes are kept.
_FINEST = f"(r.bucket = 'MINUTE' AND r.at >= {FROM_THEN_ON}) OR (r.bucket = 'HOUR' AND r.at < {FROM_THEN_ON})"
_FINEST_OF = f"""
 CROSS JOIN LATERAL (SELECT CASE WHEN m.at < {FROM_THEN_ON} THEN 'HOUR' ELSE 'MINUTE' END AS bucket,
                            CASE WHEN m.at < {FROM_THEN_ON} THEN date_trunc('hour', m.at, 'UTC') ELSE m.at END AS at) b"""
# What is coarser beside what it is made of. relation: aliased r.
_FOLDED = f"""
UNION ALL
SELECT {{key}} FROM (
  SELECT r.bucket, r.at, {{rest}} FROM {{relation}}
   WHERE r.program_id = $1 AND (r.bucket = 'DAY' OR (r.bucket = 'HOUR' AND r.at >= {FROM_THEN_ON}))
  UNION ALL
  SELECT b.bucket, date_trunc(b.field, r.at, 'UTC'), {{negative}}
    FROM {{relation}} JOIN (VALUES ('MINUTE', 'HOUR', 'hour'), ('MINUTE', 'DAY', 'day'), ('HOUR', 'DAY', 'day'))
                        AS b (finer, bucket, field) ON b.finer = r.bucket
   WHERE r.program_id = $1 AND ({_FINEST})) f
 GROUP BY {{key}} HAVING ({{sums}}) <> ({{zeros}})
"""
_STATUS_SUMS = "sum(pending), sum(processing), sum(confirmed), sum(failed)"
_SERIES = _DRIFT.format(
    table="program_series",
    key="bucket, at",
    sums=_STATUS_SUMS,
    zeros="0, 0, 0, 0",
    said=f"""
SELECT b.bucket, b.at, pending, processing, confirmed, failed FROM ({rollup_sources.STATUSES}) m {_FINEST_OF}
UNION ALL
SELECT r.bucket, r.at, -pending, -processing, -confirmed, -failed FROM program_series r WHERE r.program_id = $1 AND ({_FINEST})
UNION ALL
SELECT b.bucket, b.at, -pending, -processing, -confirmed, -failed
  FROM unnest($2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS m (at, pending, processing, confirmed, failed) {_FINEST_OF}
""",
    folded=_FOLDED.format(
        key="bucket, at",
        relation="program_series r",
        rest="pending, processing, confirmed, failed",
        negative="-pending, -processing, -confirmed, -failed",
        sums=_STATUS_SUMS,
        zeros="0, 0, 0, 0",
    ),
)
_CLASSES = """(
  SELECT s.program_id, s.bucket, s.at, c.n - 1 AS class, c.times
    FROM program_series s CROSS JOIN LATERAL unnest(s.latency) WITH ORDINALITY AS c (times, n)
   WHERE s.program_id = $1 AND c.times <> 0) r"""
_LATENCIES = _DRIFT.format(
    table="program_series",
    key="bucket, at, class",
    sums="sum(times)",
    zeros="0",
    said=f"""
SELECT b.bucket, b.at, class::bigint, times FROM ({rollup_sources.LATENCIES}) m {_FINEST_OF}
UNION ALL
SELECT r.bucket, r.at, class, -times FROM {_CLASSES} WHERE {_FINEST}
UNION ALL
SELECT b.bucket, b.at, class, -times
  FROM unnest($2::timestamptz[], $3::bigint[], $4::bigint[]) AS m (at, class, times) {_FINEST_OF}
""",
    folded=_FOLDED.format(
        key="bucket, at, class",
        relation=_CLASSES,
        rest="class, times",
        negative="class, -times",
        sums="sum(times)",
        zeros="0",
    ),
)
_AMOUNTS = _DRIFT.format(
    table="program_series_amount",
    key="bucket, at, currency",
    sums="sum(volume), sum(commissions)",
    zeros="0, 0",
    said=f"""
SELECT b.bucket, b.at, currency, volume, commissions FROM ({rollup_sources.AMOUNTS}) m {_FINEST_OF}
UNION ALL
SELECT r.bucket, r.at, currency, -volume, -commissions FROM program_series_amount r WHERE r.program_id = $1 AND ({_FINEST})
UNION ALL
SELECT b.bucket, b.at, currency, -volume, -commissions
  FROM unnest($2::timestamptz[], $3::text[], $4::numeric[], $5::numeric[]) AS m (at, currency, volume, commissions) {_FINEST_OF}
""",
    folded=_FOLDED.format(
        key="bucket, at, currency",
        relation="program_series_amount r",
        rest="currency, volume, commissions",
        negative="currency, -volume, -commissions",
        sums="sum(volume), sum(commissions)",
        zeros="0, 0",
    ),
)
_COUNTERS = _DRIFT.format(
    table="program_counter",
    key="name",
    sums="sum(value)",
    zeros="0",
    said=f"""
SELECT name, value FROM ({rollup_sources.COUNTERS}) s
UNION ALL SELECT name, -value FROM program_counter WHERE program_id = $1
UNION ALL SELECT name, -value FROM unnest($2::text[], $3::bigint[]) AS w (name, value)
""",
    folded="",
)


@dataclass(frozen=True, slots=True)
class _Table:
    """columns: of what waits."""

    name: str
    statement: str
    columns: int


async def rollup_drifts(
    session: ReadSession, program_id: int, pending: PendingRollups
) -> list[RollupDrift]:
    """One for each table of rollups, right or wrong. pending: what they are to be without."""
    of_affiliates = [
        (affiliate, *place, row)
        for affiliate, rows in pending.affiliates.items()
        for place, row in rows.items()
    ]
    heads = [(*place, row.members, row.users) for *place, row in of_affiliates]
    money = [(*place, row.volume, row.earned) for *place, row in of_affiliates]
    minutes = [
        (at, *(sums.entered.get(status.value, 0) for status in IntentStatus))
        for at, sums in pending.minutes.items()
    ]
    classes = [
        (at, place, times)
        for at, sums in pending.minutes.items()
        for place, times in sums.latency.items()
    ]
    amounts = [(*key, sums.volume, sums.commissions) for key, sums in pending.amounts.items()]
    counters = list(pending.counters.items())
    return [
        (await _drift(session, _Table("affiliate_rollup", _HEADS, 6), program_id, heads)).and_in(
            await _drift(session, _Table("affiliate_rollup", _MONEY, 6), program_id, money)
        ),
        await _drift(session, _Table("program_series", _SERIES, 5), program_id, minutes),
        await _drift(session, _Table("program_series.latency", _LATENCIES, 3), program_id, classes),
        await _drift(session, _Table("program_series_amount", _AMOUNTS, 4), program_id, amounts),
        await _drift(session, _Table("program_counter", _COUNTERS, 2), program_id, counters),
    ]


async def _drift(
    session: ReadSession,
    table: _Table,
    program_id: int,
    pending: Sequence[tuple[object, ...]],
) -> RollupDrift:
    columns = [list(column) for column in zip(*pending, strict=True)]
    row = await session.connection.fetchrow(
        table.statement, program_id, *(columns or [[]] * table.columns)
    )
    assert row is not None
    return RollupDrift(table.name, row["examined"], row["differing"], row["first"])
