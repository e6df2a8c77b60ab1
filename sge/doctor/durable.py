"""Whether the server in production keeps what it is told to, and can be copied."""

from functools import partial
from urllib.parse import urlsplit

from app.checks.findings import Caution, Check, Problem
from app.domain.errors import Unavailable
from app.settings import Settings
from app.settings.forms import database_mistake
from app.store.database import Database
from app.store.database_login import LoginFailed
from app.store.server.durability import Durability, read_durability, try_replication

_BACKUP = "SGE_DATABASE_BACKUP_URL"
_ROLE = "sge_backup"
# What each has to be, and what is lost when it is not.
_WANTED = (
    (
        "data_checksums",
        "a disk that lies goes unnoticed; `pg_checksums --enable` on the stopped server",
    ),
    ("fsync", "a crash of the machine can destroy all of it; switch it on"),
    ("full_page_writes", "a crash of the machine can destroy all of it; switch it on"),
)
_ARCHIVING = ("on", "always")
_AWAY = "the database does not answer; is PostgreSQL running at that host and port?"


async def keeps_what_it_is_told(database: Database, variable: str) -> str:
    """Raises Caution with a line for each setting that loses something."""
    try:
        async with database.read(None) as session:
            found = await read_durability(session)
    except Unavailable:
        raise Problem(f"{variable}: {_AWAY}") from None
    lines = [f"{variable}: {loss}" for loss in losses(found)]
    if lines:
        raise Caution("\n".join(lines))
    return "checksums, archive and a synchronous standby"


def losses(found: Durability) -> list[str]:
    """What can be lost with such a server, a line for each reason."""
    settings = found.settings
    lines = [
        f"PostgreSQL's {name} is {settings.get(name)}: {lost}"
        for name, lost in _WANTED
        if settings.get(name) != "on"
    ]
    if settings.get("archive_mode") not in _ARCHIVING:
        lines.append(
            "PostgreSQL's archive_mode is off: a backup brings back nothing that came after it (docs/recovery.md)"
        )
    elif found.archiving_fails:
        lines.append("PostgreSQL's newest try to archive its log failed; its own log says why")
    if not settings.get("synchronous_standby_names"):
        lines.append(
            "PostgreSQL names no synchronous standby: what was accepted can be lost with the machine (docs/recovery.md)"
        )
    return lines


def backup_checks(settings: Settings) -> list[Check]:
    """The role of backups, when its address is given."""
    if settings.database_backup_url is None:
        return []
    url = settings.database_backup_url.get_secret_value()
    return [Check(f"PostgreSQL as {_ROLE}", _BACKUP, partial(_may_copy, url))]


async def _may_copy(url: str) -> str:
    mistake = database_mistake(url)
    if mistake:
        raise Problem(f"{_BACKUP}: {mistake}; postgresql://{_ROLE}:PASSWORD@HOST:5432/sge")
    if urlsplit(url).username != _ROLE:
        raise Problem(f"{_BACKUP}: names another role; it has to be {_ROLE}")
    try:
        await try_replication(url)
    except LoginFailed as problem:
        raise Problem(
            f"{_BACKUP}: {problem}; pg_hba.conf needs a line that lets {_ROLE} in for `replication`"
        ) from None
    return "may copy the server"
