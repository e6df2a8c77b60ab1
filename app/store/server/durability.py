"""Whether the server keeps what it was told to, and whether a role may copy it."""

from dataclasses import dataclass

import asyncpg

from app.store.database import ReadSession
from app.store.database_login import LOGIN_FAILURES, login_failed

_SETTINGS = """
SELECT name, setting FROM pg_settings
 WHERE name IN ('data_checksums', 'fsync', 'full_page_writes', 'archive_mode', 'synchronous_standby_names')
"""
_ARCHIVER = """
SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver
"""
# A connection that may copy the whole server and read no table.
_REPLICATION = {"replication": "true", "application_name": "sge"}
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Durability:
    """settings: the server's, by name. archiving_fails: its newest try to archive a part of the log failed."""

    settings: dict[str, str]
    archiving_fails: bool


async def read_durability(session: ReadSession) -> Durability:
    """Of the server that answers."""
    rows = await session.connection.fetch(_SETTINGS)
    fails = await session.connection.fetchval(_ARCHIVER)
    return Durability({row["name"]: row["setting"] for row in rows}, bool(fails))


async def try_replication(url: str) -> None:
    """Logs in as a backup does. Raises LoginFailed."""
    try:
        connection = await asyncpg.connect(
            url, timeout=_PATIENCE_SECONDS, server_settings=_REPLICATION
        )
    except LOGIN_FAILURES as problem:
        raise login_failed(problem) from problem
    # Nothing was begun that its end could wait for.
    connection.terminate()
