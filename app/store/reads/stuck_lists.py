"""Lists of a program's intents by whether they stand still. Those that do are few among millions: only open ones are read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.intents import COLUMNS, MATCHES, IntentFilter, IntentRow, row_of, values_of
from app.store.reads.stuck_intents import (
    accepted_before,
    cutoff_values,
    cutoffs_of_program,
    is_stuck,
    stuck_ids,
)
from app.store.reads.values import Slice

_HIGHEST = UUID(int=2**128 - 1)
_MOST_COUNTED = 10_002
MOST_OPEN = 200_000
"""More intents than a program may have waiting (app/processes/intake/backlog.py)."""
# What stands still is found first, then whether it matches.
_STUCK = f"""
WITH found AS MATERIALIZED ({stuck_ids("DESC", 9)})
SELECT {{columns}} {MATCHES} AND i.id = ANY (ARRAY(SELECT intent_id FROM found))
"""
STUCK = f"{_STUCK.format(columns=COLUMNS)} ORDER BY i.id DESC LIMIT $17"
COUNT_STUCK = f"SELECT least(count(*), $17) FROM ({_STUCK.format(columns=1)}) c"
_NOT_STUCK = f"""
SELECT {{columns}} {MATCHES} AND i.id < $9
   AND NOT (s.status IN ('PENDING', 'PROCESSING') AND {is_stuck(11)}) {{order}} LIMIT $10
"""
_MOVING = _NOT_STUCK.format(columns=COLUMNS, order="ORDER BY i.id DESC")
_COUNT_MOVING = f"SELECT count(*) FROM ({_NOT_STUCK.format(columns=1, order='')}) c"
_NO_CONDITION = IntentFilter()


@dataclass(frozen=True, slots=True)
class StuckFilter:
    """Those that stand still at `now` (real time), or those that do not; all other conditions hold too."""

    given: IntentFilter
    stuck: bool
    now: datetime


async def page(session: ReadSession, asked: StuckFilter, part: Slice) -> list[IntentRow]:
    """Newest first; the sort key is (id)."""
    decimals = await session.decimals()
    query = STUCK if asked.stuck else _MOVING
    values = await statement_values(session, asked, part.key(0), part.limit)
    return [row_of(row, decimals) for row in await session.connection.fetch(query, *values)]


async def count(session: ReadSession, asked: StuckFilter) -> int:
    """How many match, counted up to 10 002."""
    query = COUNT_STUCK if asked.stuck else _COUNT_MOVING
    values = await statement_values(session, asked, None, _MOST_COUNTED)
    found: int = await session.connection.fetchval(query, *values)
    return found


async def statement_values(
    session: ReadSession, asked: StuckFilter, below: Any, limit: int
) -> tuple[Any, ...]:
    """What the statements take. below: an id or None."""
    cutoffs = await cutoffs_of_program(session, asked.now)
    end = below or _HIGHEST
    begin = (session.program_id, *values_of(asked.given))
    if not asked.stuck:
        return (*begin, end, limit, *cutoff_values(cutoffs))
    end = min(end, accepted_before(cutoffs.earliest_wait))
    # Other conditions may leave few of many.
    looked_at = limit if asked.given == _NO_CONDITION else MOST_OPEN
    return (*begin, end, looked_at, *cutoff_values(cutoffs), limit)
