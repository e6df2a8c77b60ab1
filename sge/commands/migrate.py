"""`sge migrate`: brings the database to the newest migration, or says whether it is there."""

import asyncio
from typing import Annotated

import typer

from app.settings import Settings, load_settings
from sge import migrations
from sge.failures import CannotStart
from sge.session import opened_database


def migrate(
    check: Annotated[
        bool, typer.Option(help="Change nothing; exit code 1 when a migration has not run.")
    ] = False,
) -> None:
    """Bring the database to the newest migration, as sge_owner (SGE_DATABASE_OWNER_URL)."""
    settings = load_settings().require_for("migrate")
    assert settings.database_owner_url is not None
    url = settings.database_owner_url.get_secret_value()
    asyncio.run(_reach(settings))
    mistake = migrations.mistake(url)
    if mistake is None:
        typer.echo("the database is at the newest migration")
    elif check:
        typer.echo(mistake, err=True)
        raise typer.Exit(1)
    elif mistake == migrations.NOT_NEWEST:
        migrations.upgrade(url, say=typer.echo)
        typer.echo("the database is at the newest migration now")
    else:
        raise CannotStart(f"SGE_DATABASE_OWNER_URL: {mistake}")


async def _reach(settings: Settings) -> None:
    async with opened_database(settings, "owner"):
        pass
