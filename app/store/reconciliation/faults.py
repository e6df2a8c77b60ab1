"""What a set-based check reads: how much it looked at, how much of that is wrong, and the first of it."""

from dataclasses import dataclass

import asyncpg

from app.domain.reconciliation import MOST_FOUND
from app.store.database import ReadSession


@dataclass(frozen=True, slots=True)
class Fault:
    """reference: what is wrong, always the same for the same fault. entity: the object that it is about, as its word and
    public id, where there is one.
    """

    reference: str
    entity: str | None
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class Faults:
    """total: all that are wrong; rows holds at most a hundred of them, by reference."""

    examined: int
    total: int
    rows: tuple[Fault, ...]


def faults_of(seen: str) -> str:
    """A statement for `read_faults`. seen: common table expressions that end in one named seen, with the columns looked_at
    (how many rows stand behind this one), wrong, reference, entity, expected and actual; one pass over it.
    """
    return f"""
WITH {seen}, total AS (
  SELECT coalesce(sum(looked_at), 0)::bigint AS examined, count(*) FILTER (WHERE wrong) AS wrong FROM seen
)
SELECT t.examined, t.wrong, s.reference, s.entity, s.expected, s.actual
  FROM total t LEFT JOIN (SELECT * FROM seen WHERE wrong ORDER BY reference LIMIT {MOST_FOUND}) s ON true
"""


async def read_faults(session: ReadSession, statement: str, *args: object) -> Faults:
    """Carries out what `faults_of` made."""
    rows = await session.connection.fetch(statement, *args)
    found = tuple(_fault(row) for row in rows if row["reference"] is not None)
    return Faults(rows[0]["examined"], rows[0]["wrong"], found)


def _fault(row: asyncpg.Record) -> Fault:
    return Fault(row["reference"], row["entity"], row["expected"], row["actual"])
