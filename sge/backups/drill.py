"""Proves that the newest backup can be restored, and how much that would lose and take."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from sge.backups.checks import Checked, OpenViews, check_restored
from sge.backups.note import Backup
from sge.backups.programs import Programs
from sge.backups.restore import RestorePoint, prepare
from sge.backups.restored_server import RestoredServer, Tell
from sge.backups.restored_state import RestoredState, read_state
from sge.backups.scratch import scratch_folder


@dataclass(frozen=True, slots=True)
class Drilled:
    """restored_seconds: until the server would take work; checked_seconds: the checks after that."""

    state: RestoredState
    checked: Checked
    restored_seconds: float
    checked_seconds: float


def drill(
    backup: Backup,
    point: RestorePoint,
    programs: Programs,
    tell: Tell,
    *,
    scratch: Path | None,
    open_views: OpenViews,
) -> Drilled:
    """Restores into a scratch folder, checks, and removes it whatever happened; also what one that was killed left there.
    open_views: the chains to compare with. Raises CannotStart, EmbeddedFailure.
    """
    begun = time.monotonic()
    with scratch_folder(scratch, tell) as folder:
        prepare(backup, folder / "data", point, programs, tell)
        server_folder, database = folder / "server", backup.note.database
        with RestoredServer(
            server_folder, folder / "data", programs, database, tell=tell, durable=False
        ) as server:
            restored = time.monotonic()
            state = asyncio.run(read_state(server, backup))
            checked = asyncio.run(check_restored(server, state.point, tell, open_views))
    return Drilled(state, checked, restored - begun, time.monotonic() - restored)
