"""PostgreSQL: the tables are those of this program, its clock is ours, its disk takes writes."""

import time
from datetime import UTC, datetime, timedelta

from app.checks.findings import Caution, Problem
from app.domain.clock import Clock
from app.domain.errors import Unavailable
from app.store.database import Database, ReadSession
from app.store.database_errors import DatabaseError, is_disk_full
from app.store.database_login import STATEMENTS_GET_LOST
from app.store.server.facts import read_clock, write_scratch
from app.store.server.pooler import FORGETS, POOL_FAILURES, is_pooled
from app.store.server.schema_note import NEWEST, Release, read_release, read_schema_note

LARGEST_CLOCK_DIFFERENCE = timedelta(seconds=30)
SET_THE_CLOCK = "set both machines' clocks by NTP (`timedatectl status` tells whether one is)"
_AWAY = "the database does not answer; is PostgreSQL running at that host and port?"


async def answers(database: Database, variable: str) -> str:
    """Its version; raises Problem."""
    try:
        async with database.read(None) as session:
            version = await session.connection.fetchval("SHOW server_version")
    except Unavailable:
        raise Problem(f"{variable}: {_AWAY}") from None
    return f"PostgreSQL {version}"


async def schema_fits(database: Database, variable: str) -> str:
    """Which migration the tables are of; raises Problem when this program cannot run on them. Newer ones pass that
    still serve it: old processes go on while a new version is rolled out.
    """
    try:
        async with database.read(None) as session:
            release = await read_release(session)
            note = await read_schema_note(session)
    except Unavailable:
        raise Problem(f"{variable}: {_AWAY}") from None
    mistake = schema_mistake(release, note)
    if mistake is not None:
        raise Problem(f"{variable}: {mistake}")
    return f"at {release.revision if release else NEWEST}"


def schema_mistake(release: Release | None, note: str | None) -> str | None:
    """What keeps this program from running on such tables, and what to do; None when nothing does."""
    if release is None and note is None:
        return "the database's tables are missing; run `sge migrate`"
    if release is None or release.revision < NEWEST:
        found = "20261122_create_platform" if release is None else release.revision
        return (
            f"the database's tables are too old, of migration {found}; this program needs {NEWEST}: "
            "run `sge migrate` (processes of the release before go on meanwhile)"
        )
    if release.oldest_program > NEWEST:
        return (
            f"the database's tables are too new, of migration {release.revision}, which needs programs of "
            f"{release.oldest_program} at least; this one is of {NEWEST}: install the newer release"
        )
    return None


async def pooler_fits(database: Database, variable: str) -> str:
    """Whether there is a pooler; raises Problem for one that loses the driver's prepared statements."""
    try:
        pooled = await is_pooled(database)
    except FORGETS:
        raise Problem(f"{variable}: {STATEMENTS_GET_LOST}") from None
    except (Unavailable, *POOL_FAILURES):
        raise Problem(f"{variable}: {_AWAY}") from None
    return "behind a pooler that suits" if pooled else "connected directly"


async def clock_agrees(database: Database, clock: Clock, variable: str) -> str:
    """How far the clocks are apart; raises Problem when sessions, leases and authorisations would be judged wrongly."""
    try:
        async with database.read(None) as session:
            difference = await _difference(session, clock)
    except Unavailable:
        raise Problem(f"{variable}: {_AWAY}") from None
    seconds = difference.total_seconds()
    if abs(difference) > LARGEST_CLOCK_DIFFERENCE:
        way = "ahead of" if seconds < 0 else "behind"
        raise Problem(
            f"{variable}: this machine's clock is {abs(seconds):.0f} s {way} PostgreSQL's; {SET_THE_CLOCK}"
        )
    return f"{abs(seconds):.1f} s apart"


async def _difference(session: ReadSession, clock: Clock) -> timedelta:
    """PostgreSQL's clock less ours, where the answer's way took half of the time that we waited."""
    started, before = time.monotonic(), clock()
    theirs = await read_clock(session)
    waited = timedelta(seconds=time.monotonic() - started)
    return theirs.astimezone(UTC) - (_utc(before) + waited / 2)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


async def disk_takes_writes(database: Database, variable: str) -> str:
    """Raises Problem with PostgreSQL's own words when it is full."""
    try:
        async with database.read(None) as session:
            await write_scratch(session)
    except Unavailable:
        raise Problem(f"{variable}: {_AWAY}") from None
    except DatabaseError as problem:
        said = " ".join(str(problem).split())
        if is_disk_full(problem):
            raise Problem(
                f"{variable}: PostgreSQL's disk is full ({said}); free or add space on its machine: nothing is lost, "
                "and what was refused is tried again"
            ) from None
        raise Caution(f"{variable}: PostgreSQL does not write a temporary file: {said}") from None
    return "takes writes"
