"""Makes a data folder of a backup, and lets PostgreSQL bring it to the end of its log or to a point in time."""

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sge.backups.note import Backup
from sge.backups.programs import Programs
from sge.backups.restored_server import Tell
from sge.backups.verify import verify
from sge.failures import CannotStart

_MEGABYTE = 2**20
_OWNER_ONLY = 0o700
_RECOVERY = "recovery.signal"


@dataclass(frozen=True, slots=True)
class RestorePoint:
    """archive: where the server's log was archived; None: the backup's own log. until: None: to the end of the log."""

    archive: Path | None = None
    until: datetime | None = None


def prepare(
    backup: Backup, into: Path, point: RestorePoint, programs: Programs, tell: Tell
) -> None:
    """Verifies the backup and copies it into an empty folder that a server can be started on. Raises CannotStart."""
    _refuse_what_is_there(into)
    if point.until is not None and point.archive is None:
        raise CannotStart("a point in time needs the archived log: name its folder with --archive")
    if point.until is not None and point.until < backup.note.finished_at:
        raise CannotStart(
            f"the backup ended at {backup.note.finished_at.isoformat()}, after that point: name an older one"
        )
    verify(backup.data, programs, tell)
    _refuse_what_is_there(into)  # that took minutes
    try:
        into.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY)
        _copy(backup, into, tell)
        _ask_for_recovery(into, point)
        into.chmod(_OWNER_ONLY)
        if programs.account is not None:
            for path in (into, *into.rglob("*")):
                os.chown(path, programs.account.uid, programs.account.gid, follow_symlinks=False)
    except OSError as problem:
        raise _not_written(backup, into, problem) from None


def _refuse_what_is_there(into: Path) -> None:
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise CannotStart(f"{into} is not empty: name a new folder; nothing is written over")


def _not_written(backup: Backup, into: Path, problem: OSError) -> CannotStart:
    """Nothing of the copy is left, so that the same command can be given again; what others put there meanwhile is."""
    if into.is_dir():
        for name in (*(one.name for one in backup.data.iterdir()), _RECOVERY):
            left = into / name
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(
                missing_ok=True
            )
    return CannotStart(
        f"{into} cannot be written ({problem.strerror or problem}): it takes {backup.note.size_bytes // _MEGABYTE} MB,"
        " and room for the log that is replayed; make room, or name another folder"
    )


def _copy(backup: Backup, into: Path, tell: Tell) -> None:
    copied = 0

    def copy(source: str, target: str) -> str:
        nonlocal copied
        try:
            shutil.copyfile(source, target)
        except OSError as problem:
            # copytree goes on with the next file after an error of the system's.
            raise _StopCopying(problem) from None
        copied += Path(target).stat().st_size
        tell(f"copied {copied // _MEGABYTE} of {backup.note.size_bytes // _MEGABYTE} MB")
        return target

    try:
        shutil.copytree(backup.data, into, copy_function=copy, dirs_exist_ok=True)
    except _StopCopying as stopped:
        raise stopped.problem from None


class _StopCopying(Exception):
    def __init__(self, problem: OSError) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _ask_for_recovery(data: Path, point: RestorePoint) -> None:
    """PostgreSQL's own settings for a recovery; the last of a name wins."""
    fetch = "false" if point.archive is None else f'cp "{point.archive.absolute()}/%f" "%p"'
    until = "" if point.until is None else point.until.isoformat()
    lines = {
        "restore_command": fetch,
        "recovery_target_time": until,
        "recovery_target_action": "promote",
        "primary_conninfo": "",
    }
    quoted = "".join(
        f"{name} = '{value.replace(chr(39), 2 * chr(39))}'\n" for name, value in lines.items()
    )
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"# sge restore\n{quoted}")
    (data / "standby.signal").unlink(missing_ok=True)
    (data / _RECOVERY).touch()
