"""What one command holds: opened, used, closed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from app.bus.bells import RedisBells
from app.runtime import LoginRole, Runtime, RuntimeProcess, connect_as, open_runtime
from app.settings import Settings
from app.store.database import Database, ReadSession
from app.store.programs import find_program_id
from sge.failures import CannotStart

Program = Annotated[str, typer.Argument(metavar="PROGRAM", help="The program's slug.")]


@asynccontextmanager
async def opened_runtime(settings: Settings, process: RuntimeProcess) -> AsyncIterator[Runtime]:
    """What that process would hold; `settings` are complete for it (`require_for`)."""
    assert settings.redis_url is not None
    bells = RedisBells(settings.redis_url.get_secret_value())
    await bells.open()
    try:
        runtime = await open_runtime(settings, process, bells)
        try:
            yield runtime
        finally:
            await runtime.close()
    finally:
        await bells.close()


@asynccontextmanager
async def opened_database(settings: Settings, role: LoginRole) -> AsyncIterator[Database]:
    """PostgreSQL alone, for commands that only read: neither Redis nor a chain is asked."""
    database = await connect_as(settings, role)
    try:
        yield database
    finally:
        await database.close()


async def named_program(session: ReadSession, slug: str) -> int:
    """The internal id of the program; raises CannotStart, which no command tells as something that it found."""
    found = await find_program_id(session, slug=slug)
    if found is None:
        raise CannotStart(
            f"there is no program {slug}; a slug is wanted, as alerts and the page name it"
        )
    return found
