"""What the database says about its own making: which migration it is at, and of which SQL."""

from typing import NamedTuple

from app.store.database import ReadSession

NEWEST = "20261123_operate"
"""The migration that this program is made for."""

_REVISION = "SELECT version_num FROM alembic_version"
_EXISTS = "SELECT to_regclass('public.alembic_version') IS NOT NULL"

_READ = "SELECT obj_description(to_regclass('public.alembic_version'), 'pg_class')"

_TELLS_RELEASE = "SELECT to_regprocedure('public.sge_release()') IS NOT NULL"
_RELEASE = "SELECT revision, oldest_program FROM sge_release()"


class Release(NamedTuple):
    """revision: the newest migration that has run. oldest_program: the migration that the oldest program was made for
    which still runs on these tables.
    """

    revision: str
    oldest_program: str


async def read_release(session: ReadSession) -> Release | None:
    """None in a database without tables, or of the first migration, which did not tell."""
    if not await session.connection.fetchval(_TELLS_RELEASE):
        return None
    row = await session.connection.fetchrow(_RELEASE)
    return None if row is None else Release(*row)


async def read_schema_note(session: ReadSession) -> str | None:
    """A fingerprint of the SQL; None where no migration has run, or only one that left no note yet."""
    note: str | None = await session.connection.fetchval(_READ)
    return note


async def read_revision(session: ReadSession) -> str | None:
    """The newest migration that has run, for the owner; None in an empty database."""
    if not await session.connection.fetchval(_EXISTS):
        return None
    revision: str | None = await session.connection.fetchval(_REVISION)
    return revision
