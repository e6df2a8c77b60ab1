"""`sge bench seed`: a database at size, to measure on."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.progress import Progress

from app.domain.seeding import EVENT_DAYS, SeedPlan, SeedSizes, seed_plans
from app.processes.seeding.seed import RollupsBusy, seed
from app.settings import Settings, load_settings
from sge import migrations
from sge.embedded.postgres import Postgres
from sge.failures import CannotStart
from sge.session import opened_database
from sge.telling import progress_bars

bench = typer.Typer(no_args_is_help=True)

# Fixed, so that the same seed gives the same instants, and with them the same ids.
_UNTIL = datetime(2026, 11, 22)  # noqa: DTZ001 -- typer gives naive ones; it is UTC
# Of the server while it seeds, and durable all the same: memory enough for indexes that are written all over, few
# checkpoints, and no vacuum of its own, since all is vacuumed once at the end.
_FOR_SEEDING = {
    "shared_buffers": "1GB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "30min",
    "maintenance_work_mem": "256MB",
    "autovacuum": "off",
}


class _NobodyHears:
    """Bells: what is seeded wakes nobody."""

    async def events(self) -> None: ...

    async def jobs(self, names: frozenset[str]) -> None: ...


@bench.callback()
def _group() -> None:
    """Databases at size, to measure on; never in production."""


@bench.command("seed")
def seed_command(
    *,
    users: Annotated[int, typer.Option(help="Who pay; each has one registration.")] = 100_000,
    affiliates: Annotated[int, typer.Option(help="In a forest of ten levels.")] = 100_000,
    intents: Annotated[int, typer.Option(help="Registrations and payments.")] = 1_000_000,
    neighbours: Annotated[
        int, typer.Option(min=0, help="Further programs of a hundredth of that.")
    ] = 3,
    number: Annotated[
        int, typer.Option("--seed", help="The same number: the same ids and amounts.")
    ] = 1,
    until: Annotated[
        datetime, typer.Option(metavar="INSTANT", help="The end of the record, UTC.")
    ] = _UNTIL,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="That it covers.")] = 90,
    event_days: Annotated[
        int, typer.Option(min=0, help="Of them, the last of which events are kept.")
    ] = EVENT_DAYS,
    embedded: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Into a PostgreSQL of its own there, made when missing."
        ),
    ] = None,
) -> None:
    """Fill a database (SGE_DATABASE_OWNER_URL, or --embedded) with a large program and small neighbours.

    Rows are what settlement would have written, with a sound ledger, but no chain holds their other side.
    """
    try:
        sizes = SeedSizes(users, affiliates, intents)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None
    plans = seed_plans(
        number, sizes, neighbours, until.replace(tzinfo=UTC), days, event_days=event_days
    )
    with ExitStack() as stack:
        settings = _settings(stack, embedded)
        bar = stack.enter_context(progress_bars(transient=False))
        asyncio.run(_seed(settings, plans, bar))
    typer.echo(f"seeded {', '.join(plan.slug for plan in plans)}")
    typer.echo("next: `sge ledger verify`, or `python -m bench.size` for figures")


def _settings(stack: ExitStack, folder: Path | None) -> Settings:
    """Of the given database, or of the embedded one, which runs until the stack ends."""
    if folder is None:
        return load_settings().require_for("bench seed")
    folder.mkdir(parents=True, exist_ok=True)
    postgres = stack.enter_context(Postgres(folder, settings=_FOR_SEEDING))
    migrations.upgrade(postgres.dsn())
    return Settings(database_owner_url=SecretStr(postgres.dsn()))


async def _seed(settings: Settings, plans: Sequence[SeedPlan], bar: Progress) -> None:
    tasks: dict[str, int] = {}

    def show(step: str, done: int, whole: int) -> None:
        task = tasks.setdefault(step, len(tasks))
        if task not in bar.task_ids:
            bar.add_task(step, total=whole)
        bar.update(bar.task_ids[task], completed=done)

    for plan in plans:
        show(plan.slug, 0, plan.sizes.intents)
    async with (
        opened_database(settings, "owner") as database,
        opened_database(settings, "owner") as second,
    ):
        try:
            await seed(database, second, _NobodyHears(), plans, show)
        except RollupsBusy as problem:
            raise CannotStart(str(problem)) from None
