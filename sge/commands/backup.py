"""`sge backup`, `sge restore` and `sge drill`: physical copies of the whole database server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.domain.clock import real_clock
from app.processes.chain_proof.comparing import ChainView
from app.runtime import gateways_of, open_chains
from app.settings import Settings, load_settings
from sge.backups.drill import Drilled
from sge.backups.drill import drill as do_drill
from sge.backups.note import Backup, read_backup
from sge.backups.programs import Programs, postgres_programs
from sge.backups.restore import RestorePoint, prepare
from sge.backups.restored_server import RestoredServer, Tell
from sge.backups.restored_state import RestoredState, read_state
from sge.backups.take import take_backup
from sge.telling import Told

_MOST_SHOWN = 20
_MEGABYTE = 2**20
_ENTER = 0o711
_SHOWN = "%Y-%m-%d %H:%M:%S UTC"
_INSTANTS = [f"%Y-%m-%dT%H:%M:%S{part}{zone}" for part in ("", ".%f") for zone in ("", "%z")]
Result = TypeVar("Result")

_Backups = Annotated[
    Path, typer.Argument(metavar="BACKUP", help="A backup's folder, or the folder of backups.")
]
_Archive = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="Where the server's log was archived, to go on from there.",
    ),
]


def backup(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="Where backups are kept; each is a folder in it."),
    ],
) -> None:
    """Copy the whole database server while it works, with the log that makes the copy one state, and verify it."""
    settings = load_settings().require_for("backup")
    assert settings.database_backup_url is not None
    url = settings.database_backup_url.get_secret_value()
    programs = postgres_programs(settings.postgres_programs)
    taken = _telling(lambda tell: take_backup(url, folder, programs, real_clock, tell))
    note = taken.note
    typer.echo(f"{taken.folder}: {note.size_bytes // _MEGABYTE} MB, verified")
    typer.echo(
        f"PostgreSQL {note.server_version}, timeline {note.timeline}, through {note.end_lsn};"
        f" begun {note.begun_at:{_SHOWN}}"
    )
    typer.echo(f"next: sge drill {folder}")


def restore(
    source: _Backups,
    into: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help="An empty folder, or one that is not there yet."),
    ],
    *,
    archive: _Archive = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            metavar="INSTANT",
            formats=_INSTANTS,
            help="A point in time, such as 2026-11-22T10:00:00Z (UTC unless it says otherwise); without it, to the end"
            " of the log.",
        ),
    ] = None,
) -> None:
    """Make a server's data folder of a backup, to the end of its log or to a point in time.

    Replays the log on a server that nobody can reach and stops it again. What the chain knows and the
    restored state does not is for `sge recover`.
    """
    found, programs = read_backup(source), _programs()
    point = RestorePoint(archive, None if until is None else _utc(until))
    state = _telling(lambda tell: _restore(found, into, point, programs, tell))
    typer.echo(f"{into} holds the state of {state.point:{_SHOWN}}, on timeline {state.timeline}")
    if state.newest_event is not None:
        typer.echo(f"its newest event is of {state.newest_event:{_SHOWN}}")
    typer.echo(
        f"next: start PostgreSQL {found.note.server_version} on it with its usual settings, then `sge recover`"
        " (docs/recovery.md)"
    )


def drill(
    source: _Backups,
    *,
    archive: _Archive = None,
    scratch: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            help="Where the copy may lie; it is removed.",
        ),
    ] = None,
) -> None:
    """Restore the newest backup into a scratch server, check all of it there, and remove it again.

    With SGE_CHAINS the books are laid beside the chains too. Exit code 1 when something does not agree, 2 when it cannot be restored.
    """
    found, programs = read_backup(source), _programs()
    asked_at = real_clock()
    views = partial(_views, load_settings())
    drilled = _telling(
        lambda tell: do_drill(
            found, RestorePoint(archive), programs, tell, scratch=scratch, open_views=views
        )
    )
    _say(found, drilled, asked_at)
    if drilled.checked.faults:
        raise typer.Exit(1)


@asynccontextmanager
async def _views(settings: Settings) -> AsyncIterator[Mapping[int, ChainView]]:
    """The chains of the settings."""
    gateways = gateways_of(settings)
    async with AsyncExitStack() as opened:
        chains = {
            chain_id: await opened.enter_async_context(chain)
            for chain_id, chain in open_chains(settings).items()
        }
        yield {id_: ChainView(chain, gateways.get(id_)) for id_, chain in chains.items()}


def _restore(
    found: Backup, into: Path, point: RestorePoint, programs: Programs, tell: Tell
) -> RestoredState:
    prepare(found, into, point, programs, tell)
    with tempfile.TemporaryDirectory(prefix="sge-restore-") as private:
        Path(private).chmod(_ENTER)
        database = found.note.database
        with RestoredServer(Path(private), into, programs, database, tell=tell) as server:
            return asyncio.run(read_state(server, found))


def _say(found: Backup, drilled: Drilled, asked_at: datetime) -> None:
    state, checked = drilled.state, drilled.checked
    for fault in checked.faults[:_MOST_SHOWN]:
        typer.echo(fault)
    if len(checked.faults) > _MOST_SHOWN:
        typer.echo(f"… and {len(checked.faults) - _MOST_SHOWN} more")
    typer.echo(f"{found.folder}: restored, on timeline {state.timeline}")
    lost = asked_at - state.point
    typer.echo(
        f"recovery point: {state.point:{_SHOWN}}; {round(lost.total_seconds())} s would be lost now"
    )
    typer.echo(f"recovery time: {drilled.restored_seconds:.1f} s until the server takes work")
    typer.echo(
        f"checked in {drilled.checked_seconds:.1f} s: {checked.programs} programs, {checked.seals} seals,"
        f" {checked.checks} checks of the reconciliation; {len(checked.faults)} faults"
    )
    for chain_id in checked.unseen:
        typer.echo(f"not compared with chain {chain_id}: SGE_CHAINS names no node of it")


def _programs() -> Programs:
    return postgres_programs(load_settings().postgres_programs)


def _telling(work: Callable[[Tell], Result]) -> Result:
    told = Told()
    try:
        return work(told.tell)
    finally:
        told.end()


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
