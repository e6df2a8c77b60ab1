"""A program's intents as a list: by the primary key, or by what few intents are."""

from app.store.database import ReadSession
from app.store.reads.intents import COLUMNS, MATCHES, IntentFilter, IntentRow, row_of, values_of
from app.store.reads.values import Slice

# Both sides are bounded: a merge of the two would read one of them from its newest row.
_LIST = f"SELECT {COLUMNS} {MATCHES} AND ($9::uuid IS NULL OR (i.id < $9 AND s.intent_id < $9)) ORDER BY i.id DESC LIMIT $10"
# Few are open or failed, and of the rarer kinds: the newest of each such status, or kind, merged.
_IS_OPEN, _IS_RARE = "s.status <> 'CONFIRMED'", "i.kind <> 'PAYMENT'"
_NEWEST_OF_EACH = f"""
SELECT i.*
  FROM (SELECT DISTINCT unnest({{given}}::text[])) AS q (one)
 CROSS JOIN LATERAL (
       SELECT {COLUMNS} {MATCHES} AND {{place}} = q.one AND {{few}} AND ($9::uuid IS NULL OR (i.id < $9 AND s.intent_id < $9))
        ORDER BY i.id DESC LIMIT $10) i
 ORDER BY i.id DESC LIMIT $10
"""
_LIST_OPEN = _NEWEST_OF_EACH.format(given="$2", place="s.status", few=_IS_OPEN)
_LIST_RARE = _NEWEST_OF_EACH.format(given="$3", place="i.kind", few=_IS_RARE)
_COUNT = f"SELECT count(*) FROM (SELECT 1 {MATCHES} LIMIT 10002) c"
_COUNT_OPEN = f"SELECT count(*) FROM (SELECT 1 {MATCHES} AND {_IS_OPEN} LIMIT 10002) c"
_COUNT_RARE = f"SELECT count(*) FROM (SELECT 1 {MATCHES} AND {_IS_RARE} LIMIT 10002) c"


async def page(session: ReadSession, given: IntentFilter, part: Slice) -> list[IntentRow]:
    """Newest first; the sort key is (id)."""
    decimals = await session.decimals()
    query = _by_what_is_few(given, _LIST_OPEN, _LIST_RARE, _LIST)
    records = await session.connection.fetch(
        query, session.program_id, *values_of(given), part.key(0), part.limit
    )
    return [row_of(record, decimals) for record in records]


async def count(session: ReadSession, given: IntentFilter) -> int:
    """How many match, counted up to 10 002."""
    query = _by_what_is_few(given, _COUNT_OPEN, _COUNT_RARE, _COUNT)
    found: int = await session.connection.fetchval(query, session.program_id, *values_of(given))
    return found


def _by_what_is_few(given: IntentFilter, of_open: str, of_rare: str, of_any: str) -> str:
    """Each statement is right for every filter; what differs is the index that it can be read by."""
    if given.status is not None and "CONFIRMED" not in given.status:
        return of_open
    if given.kind is not None and "PAYMENT" not in given.kind:
        return of_rare
    return of_any
