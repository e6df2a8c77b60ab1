"""Adds to the rollup tables, moves branches in them, and empties them. Only the holder of the lease calls this."""

from collections.abc import Mapping

from app.domain.latency import CLASSES
from app.domain.rollup import (
    Additions,
    AffiliateKey,
    AffiliateSums,
    AmountKey,
    AmountSums,
    BranchMove,
    BucketKey,
    BucketSums,
    CounterKey,
)
from app.domain.states import IntentStatus
from app.store.database import UnitOfWork

# Each month's sums, and all time's, which are theirs together.
_ADD_AFFILIATES = """
WITH given (program_id, affiliate_id, currency, month, level, members, users, volume, earned) AS (
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::integer[], $6::bigint[], $7::bigint[],
                       $8::numeric[], $9::numeric[])
)
INSERT INTO affiliate_rollup AS r (program_id, affiliate_id, currency, month, level, members, users, volume, earned)
SELECT program_id, affiliate_id, currency, month, level, members, users, volume, earned FROM given
UNION ALL
SELECT program_id, affiliate_id, currency, '', level, sum(members), sum(users), sum(volume), sum(earned)
  FROM given GROUP BY program_id, affiliate_id, currency, level
ON CONFLICT (program_id, affiliate_id, currency, month, level) DO UPDATE
   SET members = r.members + excluded.members, users = r.users + excluded.users,
       volume = r.volume + excluded.volume, earned = r.earned + excluded.earned
"""
_ADD_BUCKETS = """
INSERT INTO program_series AS s (program_id, bucket, at, pending, processing, confirmed, failed, latency)
SELECT g.program_id, g.bucket, g.at, g.pending, g.processing, g.confirmed, g.failed,
       g.latency::bigint[]
  FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
              $8::text[]) AS g (program_id, bucket, at, pending, processing, confirmed, failed, latency)
ON CONFLICT (program_id, bucket, at) DO UPDATE
   SET pending = s.pending + excluded.pending, processing = s.processing + excluded.processing,
       confirmed = s.confirmed + excluded.confirmed, failed = s.failed + excluded.failed,
       latency = (SELECT array_agg(b.before + b.added ORDER BY b.n)
                    FROM unnest(s.latency, excluded.latency) WITH ORDINALITY AS b (before, added, n))
"""
_ADD_AMOUNTS = """
INSERT INTO program_series_amount AS s (program_id, bucket, at, currency, volume, commissions)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::numeric[], $6::numeric[])
ON CONFLICT (program_id, bucket, at, currency) DO UPDATE
   SET volume = s.volume + excluded.volume, commissions = s.commissions + excluded.commissions
"""
_ADD_COUNTERS = """
INSERT INTO program_counter AS c (program_id, name, value)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[])
ON CONFLICT (program_id, name) DO UPDATE SET value = c.value + excluded.value
"""
# What the branch's own affiliate has at level k, an ancestor at distance d has at level k + d. Ancestors that stay are in
# both lines, so the sums come first.
_MOVE_BRANCH = """
INSERT INTO affiliate_rollup AS r (program_id, affiliate_id, currency, month, level, members, users)
SELECT b.program_id, a.affiliate_id, b.currency, b.month, b.level + a.distance, sum(a.sign * b.members),
       sum(a.sign * b.users)
  FROM affiliate_rollup b
 CROSS JOIN (SELECT l.id, l.distance, -1 FROM unnest($3::bigint[]) WITH ORDINALITY AS l (id, distance)
             UNION ALL
             SELECT j.id, j.distance, 1 FROM unnest($4::bigint[]) WITH ORDINALITY AS j (id, distance))
       AS a (affiliate_id, distance, sign)
 WHERE b.program_id = $1 AND b.affiliate_id = $2 AND b.currency = ''
 GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (program_id, affiliate_id, currency, month, level) DO UPDATE
   SET members = r.members + excluded.members, users = r.users + excluded.users
"""
_EMPTY = tuple(
    f"DELETE FROM {table} WHERE $1::bigint IS NULL OR program_id = $1"
    for table in ("affiliate_rollup", "program_series", "program_series_amount", "program_counter")
)
_STATUSES = tuple(status.value for status in IntentStatus)


async def add(unit: UnitOfWork, sums: Additions) -> None:
    """Adds everything, one statement a table."""
    await _add_affiliates(unit, sums.affiliates)
    await _add_buckets(unit, sums.buckets)
    await _add_amounts(unit, sums.amounts)
    await _add_counters(unit, sums.counters)


async def move_branch(unit: UnitOfWork, move: BranchMove) -> None:
    """Members and users follow the branch; volume and earned stay where they were made."""
    await unit.connection.execute(
        _MOVE_BRANCH, move.program_id, move.affiliate_id, list(move.left), list(move.joined)
    )


async def empty(unit: UnitOfWork, program_id: int | None = None) -> None:
    """Takes every rollup away, or all of one program, before a rebuild."""
    for statement in _EMPTY:
        await unit.connection.execute(statement, program_id)


async def _add_affiliates(unit: UnitOfWork, sums: Mapping[AffiliateKey, AffiliateSums]) -> None:
    if sums:
        keys = sorted(sums)
        rows = [sums[key] for key in keys]
        await unit.connection.execute(
            _ADD_AFFILIATES,
            *map(list, zip(*keys, strict=True)),
            [row.members for row in rows],
            [row.users for row in rows],
            [row.volume for row in rows],
            [row.earned for row in rows],
        )


async def _add_buckets(unit: UnitOfWork, sums: Mapping[BucketKey, BucketSums]) -> None:
    if sums:
        keys = sorted(sums)
        await unit.connection.execute(
            _ADD_BUCKETS,
            *map(list, zip(*keys, strict=True)),
            *([sums[key].entered.get(status, 0) for key in keys] for status in _STATUSES),
            [_array_text(sums[key].latency) for key in keys],
        )


def _array_text(latency: Mapping[int, int]) -> str:
    # An array of arrays would be flattened on its way; their texts are not.
    return "{" + ",".join(str(latency.get(place, 0)) for place in range(CLASSES)) + "}"


async def _add_amounts(unit: UnitOfWork, sums: Mapping[AmountKey, AmountSums]) -> None:
    if sums:
        keys = sorted(sums)
        await unit.connection.execute(
            _ADD_AMOUNTS,
            *map(list, zip(*keys, strict=True)),
            [sums[key].volume for key in keys],
            [sums[key].commissions for key in keys],
        )


async def _add_counters(unit: UnitOfWork, sums: Mapping[CounterKey, int]) -> None:
    if sums:
        keys = sorted(sums)
        await unit.connection.execute(
            _ADD_COUNTERS, *map(list, zip(*keys, strict=True)), [sums[key] for key in keys]
        )
