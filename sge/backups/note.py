"""What a backup says of itself, beside PostgreSQL's own manifest; and which of a folder's backups is the newest."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sge.failures import CannotStart

NOTE = "sge-backup.json"
DATA = "data"
UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class BackupNote:
    """database: of SGE, among the cluster's. The restored state is at least that of finished_at, to the last commit."""

    begun_at: datetime
    finished_at: datetime
    system_identifier: int
    timeline: int
    end_lsn: str
    server_version: str
    database: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Backup:
    """A verified backup in its folder."""

    folder: Path
    note: BackupNote

    @property
    def data(self) -> Path:
        """The copy of the server's data folder."""
        return self.folder / DATA


def write_note(folder: Path, note: BackupNote) -> None:
    facts = asdict(note) | {
        "begun_at": note.begun_at.isoformat(),
        "finished_at": note.finished_at.isoformat(),
    }
    (folder / NOTE).write_text(json.dumps(facts, indent=2) + "\n")


def read_backup(folder: Path) -> Backup:
    """The backup in this folder, or the newest of those in it. Raises CannotStart when there is none."""
    if (folder / NOTE).is_file():
        return Backup(folder, _read_note(folder / NOTE))
    notes = [path for path in folder.glob(f"*/{NOTE}") if not path.parent.name.endswith(UNFINISHED)]
    backups = [Backup(path.parent, _read_note(path)) for path in notes]
    if not backups:
        raise CannotStart(f"{folder}: there is no backup here; `sge backup {folder}` takes one")
    return max(backups, key=lambda backup: backup.note.finished_at)


def _read_note(path: Path) -> BackupNote:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        facts["begun_at"] = datetime.fromisoformat(facts["begun_at"])
        facts["finished_at"] = datetime.fromisoformat(facts["finished_at"])
        return BackupNote(**facts)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CannotStart(f"{path}: this is no note of a backup: {problem}") from None
