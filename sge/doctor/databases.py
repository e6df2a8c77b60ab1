"""Whether PostgreSQL takes each role, and whether tables, clock and disk are as they have to be."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from app.checks.database import clock_agrees, disk_takes_writes, pooler_fits, schema_fits
from app.checks.findings import Check, Problem
from app.domain.clock import real_clock
from app.runtime import LoginRole, connect_as
from app.settings import Settings
from app.settings.forms import database_mistake
from app.store.database import Database
from sge import migrations
from sge.doctor.durable import backup_checks, keeps_what_it_is_told

_ROLES: tuple[LoginRole, ...] = ("owner", "api", "worker", "feed", "read")
_PROGRAMS: tuple[LoginRole, ...] = ("api", "worker", "feed")
Look = Callable[[Database, str], Awaitable[str]]


def database_checks(settings: Settings) -> list[Check]:
    """Each role that an address is given for; migrations, when the owner's is; and the server, once."""
    checks = [
        Check(f"PostgreSQL as {_login(role)}", _variable(role), partial(_connects, settings, role))
        for role in _ROLES
        if _url(settings, role) is not None
    ]
    owner_url = _url(settings, "owner")
    if owner_url is not None:
        look = partial(_migrations, settings, owner_url)
        checks.append(Check("migrations", _variable("owner"), look))
    return [*checks, *backup_checks(settings), *_server_checks(settings)]


def _server_checks(settings: Settings) -> list[Check]:
    """Asked as the first role that a process runs as, since all of them reach the same server."""
    role = next((role for role in _PROGRAMS if _reachable(settings, role)), None)
    if role is None:
        return []
    looks: list[tuple[str, Look]] = [
        ("pooler", pooler_fits),
        ("PostgreSQL's tables", schema_fits),
        ("clock", lambda database, variable: clock_agrees(database, real_clock, variable)),
        ("PostgreSQL's disk", disk_takes_writes),
    ]
    if settings.environment == "production":
        looks.append(("PostgreSQL keeps what it is told", keeps_what_it_is_told))
    return [
        Check(name, _variable(role), partial(_asked_as, settings, role, look))
        for name, look in looks
    ]


def _reachable(settings: Settings, role: LoginRole) -> bool:
    url = _url(settings, role)
    return url is not None and database_mistake(url) is None


async def _asked_as(settings: Settings, role: LoginRole, look: Look) -> str:
    # Two: whether there is a pooler shows only beside another connection.
    database = await connect_as(settings, role, maximum=2)
    try:
        return await look(database, _variable(role))
    finally:
        await database.close()


async def _connects(settings: Settings, role: LoginRole) -> str:
    url, variable = _url(settings, role) or "", _variable(role)
    mistake = database_mistake(url)
    if mistake:
        raise Problem(f"{variable}: {mistake}; postgresql://{_login(role)}:PASSWORD@HOST:5432/sge")
    if urlsplit(url).username != _login(role):
        raise Problem(f"{variable}: names another role; it has to be {_login(role)}")
    database = await connect_as(settings, role)
    await database.close()
    return "connects"


async def _migrations(settings: Settings, owner_url: str) -> str:
    database = await connect_as(settings, "owner")
    await database.close()
    mistake = await asyncio.to_thread(migrations.mistake, owner_url)
    if mistake is not None:
        raise Problem(f"{_variable('owner')}: {mistake}")
    return "all have run"


def _login(role: LoginRole) -> str:
    return "sge_reader" if role == "read" else f"sge_{role}"


def _variable(role: LoginRole) -> str:
    return f"SGE_DATABASE_{role.upper()}_URL"


def _url(settings: Settings, role: LoginRole) -> str | None:
    url = getattr(settings, f"database_{role}_url")
    return None if url is None else str(url.get_secret_value())
