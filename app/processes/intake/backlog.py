"""Keeps producers from outrunning the drain: above a bound new intents have to wait outside."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.errors import Unavailable
from app.store.database import Database
from app.store.intents.backlog import count_backlog

_READ_EACH = timedelta(seconds=1)
_RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True, slots=True)
class BacklogBounds:
    """Intents that are not done: most of one program, and most of all programs together."""

    of_program: int = 100_000
    of_all: int = 500_000


@dataclass
class Backlog:
    """One for each process that accepts intents; what it knows is a second old at most."""

    database: Database
    bounds: BacklogBounds = BacklogBounds()
    _full: dict[int, tuple[datetime, bool]] = field(default_factory=dict)

    async def check(self, program_id: int, now: datetime) -> None:
        """Raises Unavailable while the program's bound, or everybody's, is reached."""
        known = self._full.get(program_id)
        if known is None or now - known[0] >= _READ_EACH:
            # Set first: the others of this second go by what was known.
            self._full[program_id] = (now, known is not None and known[1])
            self._full[program_id] = (now, await self._is_full(program_id))
        if self._full[program_id][1]:
            raise Unavailable("Too many intents are waiting; try later.", _RETRY_AFTER_SECONDS)

    async def _is_full(self, program_id: int) -> bool:
        async with self.database.read(program_id) as session:
            own, every = await count_backlog(
                session,
                program_id,
                program_limit=self.bounds.of_program,
                limit=self.bounds.of_all,
            )
        return own >= self.bounds.of_program or every >= self.bounds.of_all
