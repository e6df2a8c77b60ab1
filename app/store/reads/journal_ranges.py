"""Where among a program's journals those of a period can be: ranges of their ids, from the stretches of journals."""

from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession

# Stretches that can hold some of the period, neighbours as one range; what is in no stretch yet can hold anything. In a
# history in order they are one range, and what came last.
_RANGES = """
SELECT min(k.after) AS after, max(k.through) AS through
  FROM (SELECT s.after, s.through, s.holds,
               row_number() OVER (ORDER BY s.through) - row_number() OVER (PARTITION BY s.holds ORDER BY s.through) AS range
          FROM (SELECT after, through, ($2::timestamptz IS NULL OR latest >= $2) AND ($3::timestamptz IS NULL OR earliest < $3)
                       AS holds
                  FROM journal_stretch WHERE program_id = $1
                UNION ALL
                SELECT coalesce(max(through), 0), 9223372036854775807, true FROM journal_stretch WHERE program_id = $1) s) k
 WHERE k.holds GROUP BY k.range ORDER BY 2 DESC
"""


@dataclass(frozen=True, slots=True)
class JournalRanges:
    """Journals with ids above after[n] and up to through[n], no range touching another."""

    after: list[int]
    through: list[int]


async def journal_ranges(
    session: ReadSession, from_at: datetime | None, to_at: datetime | None
) -> JournalRanges:
    """Ranges that hold every journal effective from from_at, before to_at, and few others."""
    records = await session.connection.fetch(_RANGES, session.program_id, from_at, to_at)
    return JournalRanges(
        [record["after"] for record in records], [record["through"] for record in records]
    )
