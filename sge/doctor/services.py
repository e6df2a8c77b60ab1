"""What each process needs to be told, and whether PostgreSQL and Redis take what it was told."""

import asyncio
from functools import partial
from urllib.parse import urlsplit

from app.bus.redis import REDIS_FAILURES, connect_async
from app.runtime import LoginRole, connect_as
from app.setting_forms import database_mistake, redis_mistake
from app.setting_needs import Process
from app.settings import Settings
from sge import migrations
from sge.doctor.findings import Check, Problem

_ROLES: tuple[LoginRole, ...] = ("owner", "api", "worker", "feed", "read")


def process_check(settings: Settings, process: Process) -> Check:
    """Whether the process has all that it needs, each well-formed."""
    return Check(f"settings of sge {process}", "SGE_…", partial(_process, settings, process))


def database_checks(settings: Settings) -> list[Check]:
    """Each role that an address is given for; migrations, when the owner's is."""
    checks = []
    for role in _ROLES:
        variable = f"SGE_DATABASE_{role.upper()}_URL"
        if getattr(settings, variable.removeprefix("SGE_").lower()) is not None:
            look = partial(_database, settings, role, variable)
            checks.append(Check(f"PostgreSQL as {_login(role)}", variable, look))
    if settings.database_owner_url is not None:
        owner = settings.database_owner_url.get_secret_value()
        look = partial(_migrations, settings, owner)
        checks.append(Check("migrations", "SGE_DATABASE_OWNER_URL", look))
    return checks


def redis_checks(settings: Settings) -> list[Check]:
    """Redis, when its address is given."""
    if settings.redis_url is None:
        return []
    return [Check("Redis", "SGE_REDIS_URL", partial(_redis, settings.redis_url.get_secret_value()))]


def _login(role: LoginRole) -> str:
    return "sge_reader" if role == "read" else f"sge_{role}"


async def _process(settings: Settings, process: Process) -> str:
    mistakes = settings.mistakes_for(process)
    if mistakes:
        raise Problem("\n".join(mistakes))
    return "complete"


async def _database(settings: Settings, role: LoginRole, variable: str) -> str:
    url = getattr(settings, variable.removeprefix("SGE_").lower()).get_secret_value()
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
        raise Problem(f"SGE_DATABASE_OWNER_URL: {mistake}")
    return "all have run"


async def _redis(url: str) -> str:
    mistake = redis_mistake(url)
    if mistake:
        raise Problem(f"SGE_REDIS_URL: {mistake}; redis://:PASSWORD@HOST:6379/0")
    client = connect_async(url)
    try:
        await client.ping()
    except REDIS_FAILURES as problem:
        said = " ".join(str(problem).split()) or type(problem).__name__
        remedy = "is Redis running there, and is this its password?"
        raise Problem(f"SGE_REDIS_URL: {said}; {remedy}") from None
    finally:
        await client.aclose()
    return "answers"
