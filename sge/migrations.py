"""Alembic, told whose database it works on."""

import asyncio
import io
from argparse import Namespace

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError, DatabaseNotAtHead

from app.store.database import Database
from app.store.schema_note import read_revision, read_schema_note
from sge.embedded.project import PROJECT
from sge.failures import CannotStart
from sge.schema_fingerprint import fingerprint

NOT_NEWEST = "the database is not at the newest migration; run `sge migrate`"
OTHER_SQL = (
    "the database was made by another version of this migration, which cannot be carried over: "
    "make a new database and run `sge migrate` there"
)
_UNKNOWN = "the database is at a migration that this checkout does not have; use a newer checkout"


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Brings the database up to the revision; `owner_url` is its address as sge_owner. Raises CannotStart when it was
    made by other SQL under the same name.
    """
    is_newest(owner_url)  # refuses a name that this checkout does not know
    if not _is_ours(owner_url):
        raise CannotStart(OTHER_SQL)
    command.upgrade(_configuration(owner_url), revision)


def downgrade(owner_url: str, revision: str) -> None:
    """Takes the database back to the revision (`base`: nothing is left)."""
    command.downgrade(_configuration(owner_url), revision)


def is_newest(owner_url: str) -> bool:
    """Whether every migration of this checkout has run, by their names. Raises CannotStart for a name that it does not
    know.
    """
    try:
        command.current(_configuration(owner_url), check_heads=True)
    except DatabaseNotAtHead:
        return False
    except CommandError:
        raise CannotStart(_UNKNOWN) from None
    return True


def mistake(owner_url: str) -> str | None:
    """What is wrong with the database's tables and what to do; None when this checkout has made them."""
    try:
        if not is_newest(owner_url):
            return NOT_NEWEST
    except CannotStart as problem:
        return str(problem)
    return None if _is_ours(owner_url) else OTHER_SQL


def _is_ours(owner_url: str) -> bool:
    """Whether this checkout's SQL made what is there, as far as its migrations went; an empty database is anybody's."""
    revision, note = asyncio.run(_found(owner_url))
    return revision is None or note == fingerprint(revision)


async def _found(owner_url: str) -> tuple[str | None, str | None]:
    database = await Database.connect(owner_url, maximum=1)
    try:
        async with database.read(None) as session:
            return await read_revision(session), await read_schema_note(session)
    finally:
        await database.close()


def _configuration(owner_url: str) -> Config:
    return Config(
        toml_file=PROJECT / "pyproject.toml",
        cmd_opts=Namespace(x=[f"url={owner_url}"]),
        stdout=io.StringIO(),  # what we say about it, we say ourselves
    )
