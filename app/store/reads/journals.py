"""Journals: business events of the ledger. The API calls them ledger transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.journal_ranges import journal_ranges
from app.store.reads.values import Slice


@dataclass(frozen=True, slots=True)
class JournalRow:
    program_key: int
    key: int
    id: UUID
    kind: str
    reference: str
    description: str | None
    reverses_key: int | None
    effective_at: datetime
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """All conditions hold together; from_at inclusive, to_at exclusive, both on effective_at."""

    kind: tuple[str, ...] | None = None
    reference: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None

    @property
    def has_period(self) -> bool:
        """Whether anything is said about when."""
        return self.from_at is not None or self.to_at is not None

    def values(self) -> tuple[object, ...]:
        """In the order in which statements take them."""
        return self.kind, self.reference, self.from_at, self.to_at


_COLUMNS = """j.program_id, j.id, j.public_id, j.kind, j.reference, j.description, j.reverses,
  j.effective_at, j.posted_at"""
_BY_KEYS = f"SELECT {_COLUMNS} FROM journal j WHERE j.program_id = $1 AND j.id = ANY($2::bigint[])"
_BY_IDS = (
    f"SELECT {_COLUMNS} FROM journal j WHERE j.program_id = $1 AND j.public_id = ANY($2::uuid[])"
)
_REVERSALS = f"""
SELECT {_COLUMNS} FROM journal j WHERE j.program_id = $1 AND j.reverses = ANY($2::bigint[]) ORDER BY j.id
"""
_MATCHES = """
  FROM journal j
 WHERE j.program_id = $1
   AND ($2::text[] IS NULL OR j.kind = ANY($2))
   AND ($3::text IS NULL OR j.reference = $3)
   AND ($4::timestamptz IS NULL OR j.effective_at >= $4)
   AND ($5::timestamptz IS NULL OR j.effective_at < $5)
"""
_LIST = f"""
SELECT {_COLUMNS} {_MATCHES} AND ($6::bigint IS NULL OR j.id < $6) ORDER BY j.id DESC LIMIT $7
"""
# Of a period, range by range of the ids that it can have: what is newer is not read to come there.
_LIST_THEN = f"""
SELECT i.*
  FROM unnest($8::bigint[], $9::bigint[]) AS r (after, through)
 CROSS JOIN LATERAL (
       SELECT {_COLUMNS} {_MATCHES} AND ($6::bigint IS NULL OR j.id < $6) AND j.id > r.after AND j.id <= r.through
        ORDER BY j.id DESC LIMIT $7) i
 ORDER BY i.id DESC LIMIT $7
"""
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_MATCHES} LIMIT 10002) c"


async def by_keys(session: ReadSession, keys: Sequence[int]) -> list[JournalRow | None]:
    """Journals of this snapshot's program by internal key."""
    records = await session.connection.fetch(_BY_KEYS, session.program_id, keys)
    found = {row.key: row for row in (JournalRow(*record) for record in records)}
    return [found.get(key) for key in keys]


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[JournalRow | None]:
    """Journals of this snapshot's program by public id."""
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {row.id: row for row in (JournalRow(*record) for record in records)}
    return [found.get(id_) for id_ in ids]


async def reversals(session: ReadSession, keys: Sequence[int]) -> list[list[JournalRow]]:
    """The journals that reverse each journal, oldest first."""
    found: dict[int, list[JournalRow]] = {key: [] for key in keys}
    for record in await session.connection.fetch(_REVERSALS, session.program_id, keys):
        row = JournalRow(*record)
        assert row.reverses_key is not None
        found[row.reverses_key].append(row)
    return [found[key] for key in keys]


async def page(session: ReadSession, given: JournalFilter, part: Slice) -> list[JournalRow]:
    """Newest first; the sort key is (key)."""
    asked = (session.program_id, *given.values(), part.key(0), part.limit)
    if given.has_period:
        ranges = await journal_ranges(session, given.from_at, given.to_at)
        records = await session.connection.fetch(_LIST_THEN, *asked, ranges.after, ranges.through)
    else:
        records = await session.connection.fetch(_LIST, *asked)
    return [JournalRow(*record) for record in records]


async def count(session: ReadSession, given: JournalFilter) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id, *given.values())
    return found
