"""The note that the migrations leave on their own table: a fingerprint of the SQL that has made the database."""

from app.store.database import ReadSession

_REVISION = "SELECT version_num FROM alembic_version"
_EXISTS = "SELECT to_regclass('public.alembic_version') IS NOT NULL"

_READ = "SELECT obj_description(to_regclass('public.alembic_version'), 'pg_class')"


async def read_schema_note(session: ReadSession) -> str | None:
    """None where no migration has run, or only one that left no note yet."""
    note: str | None = await session.connection.fetchval(_READ)
    return note


async def read_revision(session: ReadSession) -> str | None:
    """The newest migration that has run; None in an empty database."""
    if not await session.connection.fetchval(_EXISTS):
        return None
    revision: str | None = await session.connection.fetchval(_REVISION)
    return revision
