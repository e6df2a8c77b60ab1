"""Proves that the newest backup can be restored, and how much that would lose and take."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sge.backups.checks import Checked, check_restored
from sge.backups.note import Backup
from sge.backups.programs import Programs
from sge.backups.restore import RestorePoint, prepare
from sge.backups.restored_server import RestoredServer, Tell
from sge.backups.restored_state import RestoredState, read_state

_PREFIX = "sge-drill-"
_ENTER = 0o711


@dataclass(frozen=True, slots=True)
class Drilled:
    """restored_seconds: until the server would take work; checked_seconds: the checks after that."""

    state: RestoredState
    checked: Checked
    restored_seconds: float
    checked_seconds: float


def drill(
    backup: Backup, point: RestorePoint, programs: Programs, tell: Tell, scratch: Path | None
) -> Drilled:
    """Restores into a scratch folder, checks, and removes it whatever happened. Raises CannotStart, EmbeddedFailure."""
    begun = time.monotonic()
    with _scratch_folder(scratch) as folder:
        prepare(backup, folder / "data", point, programs, tell)
        server_folder, database = folder / "server", backup.note.database
        with RestoredServer(
            server_folder, folder / "data", programs, database, tell=tell, durable=False
        ) as server:
            restored = time.monotonic()
            state = asyncio.run(read_state(server, backup))
            checked = asyncio.run(check_restored(server, state.point, tell))
    return Drilled(state, checked, restored - begun, time.monotonic() - restored)


@contextmanager
def _scratch_folder(home: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
    # Under root the server runs as somebody else, who has to get to its data.
    folder.chmod(_ENTER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
