"""`sge alerts`: what operators were told, and what is still so."""

import asyncio

import typer

from app.domain.health.lifecycle import KnownAlert
from app.settings import Settings, load_settings
from app.store.health.alerts import live_alerts
from sge.session import opened_database


def alerts() -> None:
    """List open alerts, the page of docs/runbook for each; exit code 1 when there are any."""
    found = asyncio.run(_read(load_settings().require_for("alerts")))
    if not found:
        typer.echo("no alert is open")
        return
    for alert in found:
        since = alert.opened_at.strftime("%Y-%m-%d %H:%M:%S UTC") if alert.opened_at else ""
        typer.echo(f"{alert.severity.value} {alert.name} since {since}: {alert.summary}")
        typer.echo(f"  what to do: docs/runbook/{alert.name}.md")
    raise typer.Exit(1)


async def _read(settings: Settings) -> list[KnownAlert]:
    async with opened_database(settings, "worker") as database, database.read(None) as session:
        return [one for one in await live_alerts(session) if one.opened_at is not None]
