"""Reads the platform's figures, each group by itself: a statement that is slow or fails silences no other."""

from datetime import datetime

import structlog

from app.domain.errors import Unavailable
from app.domain.health.figures import Figures
from app.domain.health.groups import FigureGroup
from app.store.database import Database
from app.store.health.figures import PATIENCE_SECONDS, READERS, Fields, be_quick
from app.store.health.unread import why_unread

_LOG = structlog.get_logger()


class FiguresReader:
    """keep: whether a group that cannot be read is given as it was before; else it is empty. patience_seconds: for each
    of a group's statements.
    """

    def __init__(
        self, database: Database, *, keep: bool, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._database = database
        self._patience_seconds = patience_seconds
        self._keep = keep
        self._known: dict[FigureGroup, Fields] = {}

    async def read(self, now: datetime) -> Figures:
        """As they are now, but for the replica. now: real time. Raises Unavailable when the database is away."""
        if not self._keep:
            self._known.clear()
        unread: dict[FigureGroup, str] = {}
        for group in READERS:
            try:
                self._known[group] = await self._group(group, now)
            except Unavailable:
                raise
            except Exception as problem:  # noqa: BLE001  whatever it was, the others are read
                _LOG.exception("figures could not be read", group=group.value)
                unread[group] = why_unread(problem)
        fields = {name: value for one in self._known.values() for name, value in one.items()}
        return Figures(at=now, unread=unread, **fields)

    async def _group(self, group: FigureGroup, now: datetime) -> Fields:
        async with self._database.read(None) as session:
            await be_quick(session, self._patience_seconds)
            return await READERS[group](session, now)
