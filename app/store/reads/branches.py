"""Branches of the forest: the children and all descendants of many affiliates at once."""

from collections.abc import Sequence

from app.store.database import ReadSession
from app.store.reads.affiliates import COLUMNS, AffiliateRow, affiliate_row
from app.store.reads.values import Slice, by_parent

_IS_CHILD = "a.program_id = $1 AND a.parent_id = q.parent_id"
_CHILDREN = f"""
SELECT q.n, a.*
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (parent_id, n)
 CROSS JOIN LATERAL (
       SELECT {COLUMNS} FROM affiliate a
        WHERE {_IS_CHILD} AND ($3::bigint IS NULL OR a.id > $3) ORDER BY a.id LIMIT $4) a
 ORDER BY q.n, a.id
"""
_COUNT_CHILDREN = f"""
SELECT (SELECT count(*) FROM (SELECT FROM affiliate a WHERE {_IS_CHILD} LIMIT 10002) c)
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (parent_id, n) ORDER BY q.n
"""
# A branch is a range of paths; the end of the range is the path followed by more than any id can hold.
_IS_BELOW = """a.program_id = $1 AND a.path > q.path AND a.path < q.path || '\\xffffffffffffffff'::bytea
          AND (q.deepest IS NULL OR a.depth <= q.deepest)"""
# Level by level, each in the order of its paths: a page reads so many rows of each level, wherever it lies.
_DOWNLINES = f"""
SELECT q.n, a.*
  FROM unnest($2::bytea[], $3::bigint[]) WITH ORDINALITY AS q (path, deepest, n)
 CROSS JOIN LATERAL (
       SELECT a.*
         FROM generate_series(greatest(length(q.path) / 8, $4::bigint),
                least(q.deepest, (SELECT max(d.depth) FROM affiliate d WHERE d.program_id = $1))) AS l (depth)
        CROSS JOIN LATERAL (
              SELECT {COLUMNS} FROM affiliate a
               WHERE a.program_id = $1 AND a.depth = l.depth
                 AND a.path > greatest(q.path, CASE WHEN l.depth = $4 THEN $5::bytea END)
                 AND a.path < q.path || '\\xffffffffffffffff'::bytea
               ORDER BY a.path LIMIT $6) a
        ORDER BY a.depth, a.path LIMIT $6) a
 ORDER BY q.n, a.depth, a.path
"""
_COUNT_DOWNLINES = f"""
SELECT (SELECT count(*) FROM (SELECT FROM affiliate a WHERE {_IS_BELOW} LIMIT 10002) c)
  FROM unnest($2::bytea[], $3::bigint[]) WITH ORDINALITY AS q (path, deepest, n) ORDER BY q.n
"""


async def children(
    session: ReadSession, parents: Sequence[int], _: None, part: Slice
) -> list[list[AffiliateRow]]:
    """The directly referred affiliates of each, oldest first; the sort key is (key)."""
    records = await session.connection.fetch(
        _CHILDREN, session.program_id, parents, part.key(0), part.limit
    )
    return by_parent(records, len(parents), affiliate_row)


async def count_children(session: ReadSession, parents: Sequence[int], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_CHILDREN, session.program_id, parents)
    return [record[0] for record in records]


def _branches(
    roots: Sequence[AffiliateRow], levels: int | None
) -> tuple[list[bytes], list[int | None]]:
    deepest = [None if levels is None else root.depth + levels for root in roots]
    return [root.path for root in roots], deepest


async def downlines(
    session: ReadSession, roots: Sequence[AffiliateRow], levels: int | None, part: Slice
) -> list[list[AffiliateRow]]:
    """Every descendant of each down to so many levels, nearest first; the sort key is (depth, path)."""
    records = await session.connection.fetch(
        _DOWNLINES,
        session.program_id,
        *_branches(roots, levels),
        part.key(0),
        part.key(1),
        part.limit,
    )
    return by_parent(records, len(roots), affiliate_row)


async def count_downlines(
    session: ReadSession, roots: Sequence[AffiliateRow], levels: int | None
) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(
        _COUNT_DOWNLINES, session.program_id, *_branches(roots, levels)
    )
    return [record[0] for record in records]
