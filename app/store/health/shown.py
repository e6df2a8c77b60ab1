"""What systemStatus shows of the parts that no web process can look at itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from app.domain.health.components import Component
from app.domain.health.figures import QueueFigures
from app.domain.health.states import HealthState
from app.store.database import ReadSession, UnitOfWork

_SHOW = """
UPDATE platform_health SET components = $1, queues = coalesce($2, queues), read_at = $3, looking_until = NULL
"""
# By the server's clock: those who look have clocks of their own. A lease that ends later than one begun now was begun by a
# clock that was put back since, or by nobody of ours.
_BEGIN = """
UPDATE platform_health SET looking_until = statement_timestamp() + $1::interval
 WHERE looking_until IS NULL OR looking_until <= statement_timestamp()
    OR looking_until > statement_timestamp() + $1::interval
RETURNING true
"""
_READ = "SELECT components, queues, read_at FROM platform_health"
_READ_AT = "SELECT read_at FROM platform_health"


@dataclass(frozen=True, slots=True)
class Shown:
    """read_at: when somebody looked; None: nobody ever did."""

    components: tuple[Component, ...]
    queues: tuple[QueueFigures, ...]
    read_at: datetime | None


async def show(
    unit: UnitOfWork,
    components: Sequence[Component],
    queues: Sequence[QueueFigures] | None,
    now: datetime,
) -> None:
    """Puts these in place of what was shown before. queues: None keeps what was."""
    of_queues = None if queues is None else [asdict(one) for one in queues]
    await unit.connection.execute(_SHOW, [asdict(one) for one in components], of_queues, now)


async def begin_look(unit: UnitOfWork, lease: timedelta) -> bool:
    """False while somebody else looks, for at most its lease."""
    return bool(await unit.connection.fetchval(_BEGIN, lease))


async def shown(session: ReadSession) -> Shown:
    """As it was at the last look."""
    row = await session.connection.fetchrow(_READ)
    assert row is not None
    components = [
        Component(one["name"], HealthState(one["health"]), one["detail"])
        for one in row["components"]
    ]
    queues = [QueueFigures(**one) for one in row["queues"]]
    return Shown(tuple(components), tuple(queues), row["read_at"])


async def looked_at(session: ReadSession | UnitOfWork) -> datetime | None:
    """When somebody last looked, as this server knows it: on a replica, how old what it shows is."""
    at: datetime | None = await session.connection.fetchval(_READ_AT)
    return at
