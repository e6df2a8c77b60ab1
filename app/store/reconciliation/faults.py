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


@dataclass(frozen=True, slots=True)
class Question:
    """counting: how much is there and how much of it is wrong, in one pass that puts nothing in words. listing: the first
    that is wrong, asked for only when something is.
    """

    counting: str
    listing: str


def faults_of(seen: str) -> Question:
    """What `read_faults` asks. seen: common table expressions that end in one named seen, with the columns looked_at
    (how many rows stand behind this one), wrong, reference, entity, expected and actual.
    """
    return Question(
        counting=f"""
WITH {seen}
SELECT coalesce(sum(looked_at), 0)::bigint AS examined, count(*) FILTER (WHERE wrong) AS wrong FROM seen
""",
        listing=f"""
WITH {seen}
SELECT reference, entity, expected, actual FROM seen WHERE wrong ORDER BY reference LIMIT {MOST_FOUND}
""",
    )


async def read_faults(session: ReadSession, question: Question, *args: object) -> Faults:
    """The answer, in the session's one snapshot: both statements see the same rows."""
    counted = await session.connection.fetchrow(question.counting, *args)
    assert counted is not None
    if not counted["wrong"]:
        return Faults(counted["examined"], 0, ())
    rows = await session.connection.fetch(question.listing, *args)
    return Faults(counted["examined"], counted["wrong"], tuple(map(_fault, rows)))


def _fault(row: asyncpg.Record) -> Fault:
    return Fault(row["reference"], row["entity"], row["expected"], row["actual"])
