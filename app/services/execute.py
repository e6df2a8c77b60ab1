"""The one place that commits: a use case runs in one database transaction, bells ring after it."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from app.store.database import Database, Isolation, UnitOfWork

T = TypeVar("T")


class Bells(Protocol):
    """Rings after a commit. Ringing never fails: a lost bell delays, the next sweep finds the work."""

    async def events(self) -> None:
        """New events are in the outbox."""

    async def jobs(self, names: frozenset[str]) -> None:
        """These jobs have work."""


async def execute(
    database: Database,
    bells: Bells,
    program_id: int | None,
    use_case: Callable[[UnitOfWork], Awaitable[T]],
    isolation: Isolation = "read_committed",
) -> T:
    """Runs the use case as a transaction of the program and commits; a Refusal or a fault rolls all of it back."""
    async with database.write(program_id, isolation) as unit:
        result = await use_case(unit)
    if unit.events:
        await bells.events()
        unit.wake("apply_rollups")
    if unit.rings:
        await bells.jobs(frozenset(unit.rings))
    return result


async def confirm(database: Database, bells: Bells, program_id: int | None) -> None:
    """Before a caller is told of what an earlier request did: that one may have ended without the standby's confirmation,
    which this one waits for. Raises Unavailable.
    """
    await execute(database, bells, program_id, _nothing)


async def _nothing(_unit: UnitOfWork) -> None:
    """Its commit is what it is for."""
