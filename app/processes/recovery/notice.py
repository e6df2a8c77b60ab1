"""Notices that the database was restored or promoted, by whoever looks first: a worker's start, its heartbeat, a command."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

import structlog

from app.bus.witness import ForeignNote
from app.domain.clock import Clock
from app.domain.instances import ServerPlace
from app.services.execute import Bells, execute
from app.services.recovery.begin_recovery import Begun, begin_recovery
from app.store.database import Database
from app.store.recovery import recoveries

_LOG = structlog.get_logger()


class Witness(Protocol):
    """Remembers outside of the database how far its server was."""

    async def recall(self) -> str | None:
        """What was noted last; None when nothing is known. Raises ForeignNote for what none of ours has noted."""

    async def note(self, place: str) -> None:
        """Replaces what was noted."""


class TakenBack(RuntimeError):
    """The database lacks what it had, and nobody has begun the recovery yet."""


async def require_same_past(database: Database, witness: Witness) -> None:
    """For who may not begin a recovery: raises TakenBack until somebody has. database: of a role that reads events."""
    remembered = await _recall(witness)
    seen = None if remembered is None else ServerPlace.parse(remembered)
    if seen is None:
        return
    async with database.read(None) as session:
        place = await recoveries.server_place(session)
        if await recoveries.was_taken_back(session, place, seen):
            raise TakenBack(_words(place, seen))


async def notice_restore(
    database: Database, bells: Bells, witness: Witness, actor: str, clock: Clock
) -> Begun | None:
    """Begins a recovery when the server is not the one that the tables were last known on (a promotion and a restore to a
    point in time begin a new timeline), or is behind where it was seen, or lacks an event that it had (a disk or a machine
    was taken back). None: it is not, or that was noticed before.
    """
    remembered = await _recall(witness, partial(_note_foreign, database, bells, clock))
    # In this order: what was noted before is behind what is read after it.
    seen = None if remembered is None else ServerPlace.parse(remembered)
    async with database.read(None) as session:
        own = await recoveries.is_own_server(session)
        noted = await recoveries.noted_timeline(session)
        place = await recoveries.server_place(session)
        taken_back = seen is not None and await recoveries.was_taken_back(session, place, seen)
    if own and not taken_back:
        await witness.note(str(place))
        return None
    reason = (
        _words(place, seen)
        if own and seen is not None
        else f"the tables were on timeline {noted} and are on {place.timeline} of system {place.system}"
    )
    if taken_back and await _recall(witness) != remembered:
        return None  # another process is about to say the same; if not, the next look does
    begin = partial(begin_recovery, reason=reason, actor=actor, now=clock(), again=taken_back)
    begun = await execute(database, bells, None, begin)
    await witness.note(str(place))
    _LOG.error("the database was restored or promoted: run `sge recover`", reason=reason)
    return begun


async def _recall(
    witness: Witness, foreign: Callable[[], Awaitable[None]] | None = None
) -> str | None:
    """What ours have noted. What anybody else wrote pauses nobody; it is told of."""
    try:
        return await witness.recall()
    except ForeignNote:
        _LOG.error("Redis holds a note about the database's server that none of ours has written")
        if foreign is not None:
            await foreign()
        return None


async def _note_foreign(database: Database, bells: Bells, clock: Clock) -> None:
    await execute(database, bells, None, partial(recoveries.note_foreign, at=clock()))


def _words(place: ServerPlace, seen: ServerPlace) -> str:
    if place.is_before(seen):
        return f"the server is behind where it was seen: {place.written} bytes of its log instead of {seen.written}"
    assert seen.newest is not None
    return f"the server has lost event {seen.newest.position}, which it had: it was taken back and works on"
