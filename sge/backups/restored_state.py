"""What a restored server says of the state that it holds."""

from dataclasses import dataclass
from datetime import datetime

from app.store.database import Database
from app.store.recovery.recoveries import newest_commit, newest_event, server_place
from sge.backups.note import Backup
from sge.backups.restored_server import RestoredServer


@dataclass(frozen=True, slots=True)
class RestoredState:
    """point: up to when everything is there. newest_event: None when nothing ever happened."""

    timeline: int
    point: datetime
    newest_event: datetime | None


async def read_state(server: RestoredServer, backup: Backup) -> RestoredState:
    """Asks it as a worker does."""
    database = await Database.connect(server.dsn("sge_worker"), maximum=1)
    try:
        async with database.read(None) as session:
            committed = await newest_commit(session)
            place = await server_place(session)
            newest = await newest_event(session)
    finally:
        await database.close()
    # Without an archived log it ends with the backup, and a quiet server committed nothing while that was taken.
    point = max(committed or backup.note.begun_at, backup.note.begun_at)
    return RestoredState(place.timeline, point, newest)
