"""The primary's position after a write: one question for all writers that finished while the last was under way."""

import asyncio

import structlog

from app.domain.positions import WritePosition
from app.store.database import Database
from app.store.server.replication import read_written

_log = structlog.get_logger(__name__)
# It takes a millisecond. A primary that the network has cut off says nothing, and the answer waits for this.
_PATIENCE_SECONDS = 2.0


class Positions:
    """Of one primary."""

    def __init__(self, primary: Database) -> None:
        self._primary = primary
        self._asking: asyncio.Task[WritePosition | None] | None = None
        self._next: asyncio.Task[WritePosition | None] | None = None

    async def after_now(self) -> WritePosition | None:
        """A position that has everything that is committed by now; None when the primary does not answer any more."""
        if self._next is None:
            # Asked before now, the running question may miss what was committed since.
            self._next = asyncio.create_task(self._ask_after(self._asking))
        return await asyncio.shield(self._next)

    async def _ask_after(
        self, running: "asyncio.Task[WritePosition | None] | None"
    ) -> WritePosition | None:
        if running is not None:
            await asyncio.wait([running])
        self._asking, self._next = self._next, None
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._primary.ask(read_written)
        except Exception as problem:  # noqa: BLE001  what was written is written; its place alone is unknown
            _log.warning("position_unknown", reason=type(problem).__name__)
            return None
