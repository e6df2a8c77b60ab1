"""Alembic, told whose database it works on."""

import asyncio
import io
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError, DatabaseNotAtHead

from app.store.database import Database
from app.store.database_errors import is_deadlock, is_lock_timeout
from app.store.server.lock_holders import LockHolder
from app.store.server.schema_note import read_revision, read_schema_note
from sge.embedded.project import PROJECT
from sge.failures import CannotStart
from sge.migration_watch import MigrationWatch
from sge.schema_fingerprint import fingerprint

NOT_NEWEST = "the database is not at the newest migration; run `sge migrate`"
OTHER_SQL = (
    "the database was made by another version of this migration, which cannot be carried over: "
    "make a new database and run `sge migrate` there"
)
_MET = "a transaction that was under way and this migration waited for each other. Nothing was changed;"
# It happens beside busy processes: each try stands for a moment, and the last one leaves it to a person.
_TRIES = 3
Say = Callable[[str], None]
_UNKNOWN = "the database is at a migration that this checkout does not have; use a newer checkout"


def _say_nothing(_: str) -> None:
    """For whoever shows what it did in its own way."""


def upgrade(owner_url: str, revision: str = "head", say: Say = _say_nothing) -> None:
    """Brings the database up to the revision; `owner_url` is its address as sge_owner. Safe to run twice, and by several at
    once: each migration is one transaction, and they wait for each other. Raises CannotStart when the database was made by
    other SQL under the same name, when somebody holds a table for longer than everybody else may wait behind us, or when it
    met others' transactions in each of a few tries.
    """
    is_newest(owner_url)  # refuses a name that this checkout does not know
    if not _is_ours(owner_url):
        raise CannotStart(OTHER_SQL)
    name = f"sge migrate {uuid4().hex[:8]}"
    configuration = _configuration(owner_url, name)
    configuration.attributes["on_version_apply"] = partial(_tell, say)
    with MigrationWatch(owner_url, name, say) as watch:
        try:
            _go(configuration, revision, say)
        except Exception as problem:
            if not is_lock_timeout(problem):
                raise
            raise CannotStart(_held(watch.last_seen)) from None


def _go(configuration: Config, revision: str, say: Say) -> None:
    """Again when the server ended it for somebody else: all of it was taken back."""
    for left in reversed(range(_TRIES)):
        try:
            command.upgrade(configuration, revision)
        except Exception as problem:
            if not is_deadlock(problem):
                raise
            if not left:
                raise CannotStart(f"{_MET} run `sge migrate` again") from None
            say(f"{_MET} it is tried again")
        else:
            return


def _tell(say: Say, *, step: Any, **_: object) -> None:
    say(f"ran {step.up_revision_id}: {step.up_revision.doc.splitlines()[0]}")


def _held(holders: list[LockHolder]) -> str:
    by = "; ".join(
        f"process {holder.pid} ({holder.role}, {holder.program}) holds {holder.relations or 'a lock'}"
        for holder in holders
    )
    pids = ", ".join(f"pg_terminate_backend({holder.pid})" for holder in holders)
    remedy = f"wait until it is done, or end it as a superuser (SELECT {pids})" if pids else "wait"
    return (
        f"a table is in use, and waiting longer would stop everybody: {by or 'nobody was seen'}. Nothing was changed; "
        f"{remedy}, and run `sge migrate` again"
    )


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


def _configuration(owner_url: str, name: str = "sge migrate") -> Config:
    return Config(
        toml_file=PROJECT / "pyproject.toml",
        cmd_opts=Namespace(x=[f"url={owner_url}", f"name={name}"]),
        stdout=io.StringIO(),  # what we say about it, we say ourselves
    )
