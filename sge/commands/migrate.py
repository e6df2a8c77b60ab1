"""`sge migrate`: brings the database to the newest migration, or says whether it is there."""

from typing import Annotated

import typer

from app.settings import load_settings
from sge import migrations


def migrate(
    check: Annotated[
        bool, typer.Option(help="Change nothing; exit code 1 when a migration has not run.")
    ] = False,
) -> None:
    """Bring the database to the newest migration, as sge_owner (SGE_DATABASE_OWNER_URL)."""
    settings = load_settings().require_for("migrate")
    assert settings.database_owner_url is not None
    url = settings.database_owner_url.get_secret_value()
    if not check:
        migrations.upgrade(url)
    elif not migrations.is_newest(url):
        typer.echo("the database is not at the newest migration: run `sge migrate`", err=True)
        raise typer.Exit(1)
